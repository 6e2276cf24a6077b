"""What a phone app shared of the time before the connection: the same rows as live messages make, told apart by origin.

Nothing of it opens a window, is answered, or counts as unread (whatsapp.messages).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from whatsapp import messages, people, reactions, revisions, statuses
from whatsapp.dispatch import Incoming
from whatsapp.events import (
    HistoryChunk,
    IdentityChanged,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    ReactionChanged,
    StatusChanged,
)


def record(batch: Sequence[Incoming[HistoryChunk]]) -> None:
    """All facts of the chunks, by kind; the messages first."""
    facts: dict[type, list[Incoming[Any]]] = defaultdict(list)
    for incoming in batch:
        for fact in incoming.event.facts:
            facts[type(fact.event)].append(_part(incoming, fact.event))
            if fact.status and isinstance(fact.event, MessageEchoed):
                facts[StatusChanged].append(_part(incoming, _status(fact.event, fact.status)))
    record_identities(facts[IdentityChanged])
    record_all(messages.record, facts[MessageReceived] + facts[MessageEchoed])
    record_all(reactions.record, facts[ReactionChanged])
    record_all(revisions.record, facts[MessageEdited] + facts[MessageRevoked])
    record_all(statuses.apply, facts[StatusChanged])


def record_identities(batch: Sequence[Incoming[IdentityChanged]]) -> None:
    """Follows the people, and keeps the lines that WhatsApp shows of it."""
    people.follow(batch)
    notices = [_part(incoming, incoming.event.notice) for incoming in batch if incoming.event.notice]
    record_all(messages.record, notices)


def record_all(recorder: Any, batch: Sequence[Incoming[Any]]) -> None:
    if batch:
        recorder(batch)


def _part(incoming: Incoming[Any], event: Any) -> Incoming[Any]:
    return Incoming(event, incoming.row, incoming.tenant, incoming.number, incoming.account)


def _status(event: MessageEchoed, status: str) -> StatusChanged:
    """When it was reached is not told; the message's own time orders it before everything live."""
    return StatusChanged(event.message_id, status, event.at, recipient=event.person.address)
