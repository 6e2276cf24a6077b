"""One conversation a contact and number: made when it is first needed, handed between robot and person."""

from collections.abc import Iterable, Set
from datetime import datetime

from django.db import connection

from tenants import rows
from tenants.models import Contact, PhoneNumber
from whatsapp.models import Conversation

Pair = tuple[int, int]  # number id, contact id

TOUCH_SQL = """
UPDATE {conversation} c
   SET last_message_at = v.at, state = CASE WHEN v.inbound AND c.state = 'closed' THEN 'open' ELSE c.state END
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::boolean[]) AS v(id, at, inbound)
 WHERE c.id = v.id AND (c.last_message_at IS NULL OR c.last_message_at < v.at)
RETURNING c.id, c.last_message_at, c.state
"""


def open_for(number: PhoneNumber, contact: Contact) -> Conversation:
    """The conversation of a contact with a number, made if there is none."""
    return Conversation.objects.get_or_create(
        number=number, contact=contact, defaults={"tenant_id": contact.tenant_id}
    )[0]


def open_many(pairs: Iterable[tuple[PhoneNumber, Contact]]) -> dict[Pair, Conversation]:
    """The conversations of many pairs, made where missing, locked in their order until the transaction ends."""
    wanted = {(number.pk, contact.pk): (number, contact) for number, contact in pairs}
    found = _lock(wanted.keys())
    missing = [wanted[pair] for pair in sorted(wanted.keys() - found.keys())]
    fresh = [Conversation(tenant_id=contact.tenant_id, number=number, contact=contact) for number, contact in missing]
    found |= {(row.number_id, row.contact_id): row for row in rows.insert_missing(fresh, ["number", "contact"])}
    found |= _lock(wanted.keys() - found.keys())  # another worker was faster
    for pair, row in found.items():
        row.number, row.contact = wanted[pair]
    return found


def touch(times: Iterable[tuple[int, datetime, bool]]) -> dict[int, tuple[datetime, str]]:
    """Notes newer messages: (conversation, time, inbound). A newer word of the customer opens a closed conversation.

    Answers the last time and the state of those that moved.
    """
    newest: dict[int, tuple[datetime, bool]] = {}
    for key, at, inbound in times:
        newest[key] = max(newest.get(key, (at, inbound)), (at, inbound))
    told = [(key, *value) for key, value in sorted(newest.items())]
    if not told:
        return {}
    sql = TOUCH_SQL.format(conversation=Conversation._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(column) for column in zip(*told, strict=True)])
        return {key: (at, state) for key, at, state in cursor.fetchall()}


def hand_over(conversation: Conversation, reason: str) -> None:
    """From the robot to a person; ``reason`` is a short code (``asked_for_person``, ``ambiguous_reply`` …)."""
    _give(conversation, Conversation.Handler.HUMAN, reason)


def hand_back(conversation: Conversation) -> None:
    """From a person to the robot."""
    _give(conversation, Conversation.Handler.ROBOT, "")


def _give(conversation: Conversation, handler: str, reason: str) -> None:
    conversation.handler, conversation.handler_reason = handler, reason[:40]
    conversation.save(update_fields=["handler", "handler_reason"])


def _lock(wanted: Set[Pair]) -> dict[Pair, Conversation]:
    """Those that are there, with the message that opened their window."""
    if not wanted:
        return {}
    numbers, contacts = {number for number, _ in wanted}, [contact for _, contact in wanted]
    found = Conversation.objects.filter(number__in=numbers, contact__among=contacts).select_related("window_message")
    found = found.order_by("pk").select_for_update(of=("self",), no_key=True)
    return {pair: row for row in found if (pair := (row.number_id, row.contact_id)) in wanted}
