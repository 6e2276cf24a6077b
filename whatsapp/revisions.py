"""Edits and deletions of messages by their authors, whatever comes first: the message, or what was done to it.

All of them are rows; the text of a message is the one of its newest edit. The same way in any order and repetition.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from tenants import rows
from whatsapp.dispatch import Incoming
from whatsapp.events import MessageEdited, MessageRevoked
from whatsapp.models import Message, Revision

SWEEP = timedelta(minutes=10)
Change = Incoming[MessageEdited] | Incoming[MessageRevoked]
Key = tuple[int, str]  # number id, wamid

APPLY_SQL = """
UPDATE {message} m
   SET text = coalesce(newest.text, m.text), edited_at = newest.occurred_at, revoked_at = gone.occurred_at
  FROM unnest(%(messages)s::bigint[]) AS wanted(id)
  LEFT JOIN LATERAL (SELECT r.text, r.occurred_at FROM {revision} r
                      WHERE r.message_id = wanted.id AND r.kind = 'edit'
                      ORDER BY r.occurred_at DESC, r.provider_message_id COLLATE "C" DESC LIMIT 1) newest ON true
  LEFT JOIN LATERAL (SELECT min(r.occurred_at) AS occurred_at FROM {revision} r
                      WHERE r.message_id = wanted.id AND r.kind = 'revoke') gone ON true
 WHERE m.id = wanted.id
   AND (m.text, m.edited_at, m.revoked_at)
       IS DISTINCT FROM (coalesce(newest.text, m.text), newest.occurred_at, gone.occurred_at)
"""


def record(batch: Sequence[Change], now: datetime) -> None:
    """Keeps the changes, and brings the messages that are known up to date."""
    found = _messages({_key(incoming) for incoming in batch})
    changes = {(incoming.own_number.pk, incoming.event.message_id): _row(incoming, found, now) for incoming in batch}
    rows.insert_ignoring([changes[key] for key in sorted(changes)])
    apply(found.values())


def adopt(messages: Iterable[Message]) -> None:
    """Changes that came before these messages were known."""
    by_key = {(row.number_id, row.provider_message_id or ""): row for row in messages}
    numbers, wamids = {number for number, _ in by_key}, {wamid for _, wamid in by_key}
    waiting = Revision.objects.filter(message=None, number__in=numbers, target_id__among=wamids).order_by("pk")
    attached = [row for row in waiting if (row.number_id, row.target_id) in by_key]
    if not attached:
        return
    for row in attached:
        row.message = by_key[row.number_id, row.target_id]
    rows.update(attached, ["message"])
    apply(row.message.pk for row in attached if row.message)
    texts = Message.objects.in_bulk({row.message.pk for row in attached if row.message})
    for message in by_key.values():
        if told := texts.get(message.pk):
            message.text, message.edited_at, message.revoked_at = told.text, told.edited_at, told.revoked_at


def adopt_recent(now: datetime) -> None:
    """Changes whose message was recorded at the very moment they came. Beat calls it."""
    waiting = Revision.objects.filter(message=None, received_at__gte=now - SWEEP)
    of_message = waiting.filter(number=OuterRef("number"), target_id=OuterRef("provider_message_id"))
    with transaction.atomic():
        adopt(Message.objects.filter(Exists(of_message)).order_by())


def apply(messages: Iterable[int]) -> None:
    """Works out text, edited_at and revoked_at anew, under locks in the order of the rows."""
    ids = sorted(set(messages))
    if not ids:
        return
    list(Message.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))
    sql = APPLY_SQL.format(message=Message._meta.db_table, revision=Revision._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"messages": ids})


def _row(incoming: Change, found: dict[Key, int], now: datetime) -> Revision:
    event = incoming.event
    is_edit = isinstance(event, MessageEdited)
    return Revision(
        tenant_id=incoming.tenant.pk,
        number_id=incoming.own_number.pk,
        message_id=found.get(_key(incoming)),
        event=incoming.row,
        target_id=event.target_id,
        kind=Revision.Kind.EDIT if is_edit else Revision.Kind.REVOKE,
        provider_message_id=event.message_id,
        text=event.text if isinstance(event, MessageEdited) else "",
        content=event.content if isinstance(event, MessageEdited) else {},
        occurred_at=event.at,
        received_at=now,  # here: a backlog may be older than what adopt_recent looks at
    )


def _messages(keys: set[Key]) -> dict[Key, int]:
    numbers, wamids = {number for number, _ in keys}, {wamid for _, wamid in keys}
    known = Message.objects.filter(number__in=numbers, provider_message_id__among=wamids)
    found = {(number, wamid): pk for number, wamid, pk in known.values_list("number_id", "provider_message_id", "pk")}
    return {key: pk for key, pk in found.items() if key in keys}


def _key(incoming: Change) -> Key:
    return incoming.own_number.pk, incoming.event.target_id
