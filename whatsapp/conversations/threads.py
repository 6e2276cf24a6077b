"""Conversations as messages make and move them: set-based, in any order, for whole batches."""

from collections.abc import Iterable, Set
from datetime import datetime

from django.db import connection

from tenants import rows
from tenants.models import Contact, PhoneNumber
from whatsapp.models import Conversation

Pair = tuple[int, int]  # number id, contact id
State = Conversation.State

# Greatest times alone decide, so that the same messages leave the same conversation in any order.
TOUCH_SQL = """
UPDATE {conversation} c
   SET last_message_at = greatest(c.last_message_at, v.at),
       last_inbound_at = greatest(c.last_inbound_at, v.inbound_at),
       state = CASE WHEN v.inbound_at > coalesce(c.last_inbound_at, '-infinity') THEN 'open' ELSE c.state END
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS v(id, at, inbound_at)
 WHERE c.id = v.id
   AND (v.at > coalesce(c.last_message_at, '-infinity') OR v.inbound_at > coalesce(c.last_inbound_at, '-infinity'))
RETURNING c.id, c.last_message_at, c.last_inbound_at, c.state
"""
SPEAK_SQL = """
UPDATE {conversation} SET last_message_at = %(now)s
 WHERE id IN (SELECT id FROM {conversation}
               WHERE id = ANY(%(ids)s) AND last_message_at < %(now)s IS NOT FALSE
               ORDER BY id
                 FOR NO KEY UPDATE SKIP LOCKED)
"""


def open_for(number: PhoneNumber, contact: Contact) -> Conversation:
    """The conversation of a contact with a number, made if there is none."""
    return Conversation.objects.get_or_create(
        number=number, contact=contact, defaults={"tenant_id": contact.tenant_id}
    )[0]


def open_many(pairs: Iterable[tuple[PhoneNumber, Contact]], *, state: str = State.OPEN) -> dict[Pair, Conversation]:
    """The conversations of many pairs, made where missing, locked in their order until the transaction ends.

    ``state`` is that of new ones: one that we begin waits for the customer.
    """
    wanted = {(number.pk, contact.pk): (number, contact) for number, contact in pairs}
    found = _lock(wanted.keys())
    missing = [wanted[pair] for pair in sorted(wanted.keys() - found.keys())]
    fresh = [
        Conversation(tenant_id=contact.tenant_id, number=number, contact=contact, state=state)
        for number, contact in missing
    ]
    found |= {(row.number_id, row.contact_id): row for row in rows.insert_missing(fresh, ["number", "contact"])}
    found |= _lock(wanted.keys() - found.keys())  # another worker was faster
    for pair, row in found.items():
        row.number, row.contact = wanted[pair]
    return found


def touch(times: Iterable[tuple[int, datetime, bool]]) -> dict[int, tuple[datetime, datetime | None, str]]:
    """Notes newer messages: (conversation, time, inbound). A newer word of the customer opens one that is not open.

    Answers the last time, the customer's last time and the state of those that moved.
    """
    newest: dict[int, tuple[datetime, datetime | None]] = {}
    for key, at, inbound in times:
        known, heard = newest.get(key, (at, None))
        newest[key] = max(known, at), max(heard or at, at) if inbound else heard
    told = [(key, *value) for key, value in sorted(newest.items())]
    if not told:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_sql(TOUCH_SQL), [list(column) for column in zip(*told, strict=True)])
        return {key: (at, heard, state) for key, at, heard, state in cursor.fetchall()}


def speak(conversation_ids: Iterable[int | None], now: datetime) -> None:
    """Notes that we write in them now. One that somebody holds is passed by: it moves for a newer reason just then."""
    ids = sorted({key for key in conversation_ids if key is not None})
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_sql(SPEAK_SQL), {"ids": ids, "now": now})


def hand_over(conversation: Conversation, reason: str) -> None:
    """From the robot to a person; ``reason`` is a short code (``asked_for_person``, ``ambiguous_reply`` …)."""
    conversation.handler, conversation.handler_reason = Conversation.Handler.HUMAN, reason[:40]
    conversation.save(update_fields=["handler", "handler_reason"])


def _sql(statement: str) -> str:
    return statement.format(conversation=Conversation._meta.db_table)


def _lock(wanted: Set[Pair]) -> dict[Pair, Conversation]:
    """Those that are there, with the message that opened their window."""
    if not wanted:
        return {}
    numbers, contacts = {number for number, _ in wanted}, [contact for _, contact in wanted]
    found = Conversation.objects.filter(number__in=numbers, contact__among=contacts).select_related("window_message")
    found = found.order_by("pk").select_for_update(of=("self",), no_key=True)
    return {pair: row for row in found if (pair := (row.number_id, row.contact_id)) in wanted}
