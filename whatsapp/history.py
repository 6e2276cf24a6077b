"""What a phone app shared of the time before the connection: the same rows as live messages make, told apart by origin.

Nothing of it opens a window, is answered, or counts as unread (whatsapp.messages).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from whatsapp import messages, people, reactions, revisions, statuses
from whatsapp.coexistence import ledger
from whatsapp.dispatch import Incoming
from whatsapp.events import (
    HistoryChunk,
    HistoryFact,
    IdentityChanged,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    ReactionChanged,
    StatusChanged,
)
from whatsapp.models import Message


def record(batch: Sequence[Incoming[HistoryChunk]], now: datetime) -> None:
    """All facts of the chunks, by kind, the messages first; and that they came."""
    facts: dict[type, list[Incoming[Any]]] = defaultdict(list)
    parts = [part for incoming in batch for fact in incoming.event.facts for part in _parts(incoming, fact)]
    people.meet(parts, now)
    for part in parts:
        facts[type(part.event)].append(part)
    _record(messages.record, facts[MessageReceived] + facts[MessageEchoed] + notices_of(facts[IdentityChanged]))
    _record(reactions.record, facts[ReactionChanged])
    _record(partial(revisions.record, now=now), facts[MessageEdited] + facts[MessageRevoked])
    _record(partial(statuses.apply, now=now), facts[StatusChanged])
    ledger.record(batch, now)


def notices_of(batch: Sequence[Incoming[IdentityChanged]]) -> list[messages.Told]:
    """The lines that WhatsApp shows of people who changed number, as messages."""
    return [_part(incoming, incoming.event.notice) for incoming in batch if incoming.event.notice]


def messages_of(batch: Sequence[Incoming[HistoryChunk]]) -> list[messages.Told]:
    """The chunks' messages as if each had come by itself, with the rows they made: for subscribers. One query."""
    parts = [
        _part(incoming, fact.event)
        for incoming in batch
        for fact in incoming.event.facts
        if isinstance(fact.event, MessageReceived | MessageEchoed)
    ]
    wamids = {part.event.message_id for part in parts}
    rows = Message.objects.filter(
        number__in={part.own_number.pk for part in parts}, provider_message_id__in=wamids
    ).select_related("contact", "conversation")
    stored = {(row.number_id, row.provider_message_id): row for row in rows}
    for part in parts:
        part.message = stored.get((part.own_number.pk, part.event.message_id))
    return parts


def _record(recorder: Callable[[Any], None], batch: Sequence[Incoming[Any]]) -> None:
    if batch:
        recorder(batch)


def _part(incoming: Incoming[Any], event: Any) -> Incoming[Any]:
    return Incoming(event, incoming.row, incoming.tenant, incoming.number, incoming.account, contact=incoming.contact)


def _parts(incoming: Incoming[Any], fact: HistoryFact) -> Iterator[Incoming[Any]]:
    yield _part(incoming, fact.event)
    if fact.status and isinstance(fact.event, MessageEchoed):
        yield _part(incoming, _status(fact.event, fact.status))


def _status(event: MessageEchoed, status: str) -> StatusChanged:
    """When it was reached is not told; the message's own time orders it before everything live."""
    return StatusChanged(event.message_id, status, event.at, recipient=event.person.address)
