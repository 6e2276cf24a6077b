"""One conversation a contact and number: made when it is first needed, handed between robot and person."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from tenants.models import Contact, PhoneNumber
from whatsapp.models import Conversation

Pair = tuple[int, int]  # number id, contact id

TOUCH_SQL = """
UPDATE {conversation} c
   SET last_message_at = v.at, state = CASE WHEN v.inbound AND c.state = 'closed' THEN 'open' ELSE c.state END
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::boolean[]) AS v(id, at, inbound)
 WHERE c.id = v.id AND (c.last_message_at IS NULL OR c.last_message_at < v.at)
"""


def open_for(number: PhoneNumber, contact: Contact) -> Conversation:
    """The conversation of a contact with a number, made if there is none."""
    return Conversation.objects.get_or_create(
        number=number, contact=contact, defaults={"tenant_id": contact.tenant_id}
    )[0]


def open_many(pairs: Iterable[tuple[PhoneNumber, Contact]]) -> dict[Pair, Conversation]:
    """The conversations of many pairs, made where missing, locked in their order until the transaction ends."""
    wanted = {(number.pk, contact.pk): (number, contact) for number, contact in pairs}
    found = _find(wanted, locked=False)
    missing = [wanted[pair] for pair in sorted(wanted.keys() - found.keys())]
    Conversation.objects.bulk_create(
        [Conversation(tenant_id=contact.tenant_id, number=number, contact=contact) for number, contact in missing],
        ignore_conflicts=True,
    )
    return _find(wanted, locked=True)


def touch(times: Iterable[tuple[int, datetime, bool]]) -> None:
    """Notes newer messages: (conversation, time, inbound). A newer word of the customer opens a closed conversation."""
    newest: dict[int, tuple[datetime, bool]] = {}
    for key, at, inbound in times:
        newest[key] = max(newest.get(key, (at, inbound)), (at, inbound))
    rows = [(key, *value) for key, value in sorted(newest.items())]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                TOUCH_SQL.format(conversation=Conversation._meta.db_table),
                [list(column) for column in zip(*rows, strict=True)],
            )


def hand_over(conversation: Conversation, reason: str) -> None:
    """From the robot to a person; ``reason`` is a short code (``asked_for_person``, ``ambiguous_reply`` …)."""
    _give(conversation, Conversation.Handler.HUMAN, reason)


def hand_back(conversation: Conversation) -> None:
    """From a person to the robot."""
    _give(conversation, Conversation.Handler.ROBOT, "")


def _give(conversation: Conversation, handler: str, reason: str) -> None:
    conversation.handler, conversation.handler_reason = handler, reason[:40]
    conversation.save(update_fields=["handler", "handler_reason"])


def _find(wanted: Iterable[Pair], *, locked: bool) -> dict[Pair, Conversation]:
    numbers, contacts = {number for number, _ in wanted}, {contact for _, contact in wanted}
    rows = Conversation.objects.filter(number_id__in=numbers, contact_id__in=contacts).order_by("pk")
    if locked:
        rows = rows.select_for_update(no_key=True)
    return {pair: row for row in rows if (pair := (row.number_id, row.contact_id)) in wanted}
