"""The delivery ladder, and the only writer of Message.status.

::

    accepted < sent < failed < delivered < read < played

The rung of a message is the highest one that any of its statuses reached, whatever their order and repetition: it is
worked out anew from all of them, under the message's lock. So ``read`` without ``delivered`` is ``read``; ``failed`` is
final against accepted and sent; and a proof of delivery wins over ``failed`` (one device refused, another showed it).
``status_at`` is when that rung was first reached, ``error_code`` the one of the first failure while the rung is failed.
A status that is not on the ladder (``deleted``, or one that Meta invents) is kept in the history and moves nothing.

A status finds its message by (number, wamid), else by (number, our reference): the row is made before the call, so a
status may beat the answer, or come after a crash, and then it tells the wamid. One that finds nothing waits, without
message, until ``adopt_orphans``. What the phone app tells of a message of ours (an echo, the history) may come before
either: our record takes its place, with its statuses and changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q

from tenants import rows
from whatsapp import forgotten, measures, revisions
from whatsapp.dispatch import Incoming
from whatsapp.events import StatusChanged
from whatsapp.models import Message, MessageStatus, Revision, Status

LADDER = (Status.ACCEPTED, Status.SENT, Status.FAILED, Status.DELIVERED, Status.READ, Status.PLAYED)
ORPHAN_SWEEP = timedelta(minutes=10)
NAMING_ATTEMPTS = 3
WEAK = (*Message.WEAK, "")  # an unknown message gives way like these
UNKNOWN = (0, "")

Key = tuple[int, str]  # number id, wamid or our reference

CLIMB_SQL = """
UPDATE {message} m
   SET status = best.status, status_at = best.occurred_at,
       error_code = CASE WHEN best.status = 'failed' THEN (best.errors -> 0 ->> 'code')::integer END,
       error_title = CASE WHEN best.status = 'failed' THEN coalesce(best.errors -> 0 ->> 'title', '') ELSE '' END
  FROM (SELECT DISTINCT ON (s.message_id) s.message_id, s.occurred_at, s.errors, lower(s.status) AS status,
               array_position(%(ladder)s::text[], lower(s.status)) AS rung
          FROM {status} s
         WHERE s.message_id = ANY(%(messages)s::bigint[]) AND lower(s.status) = ANY(%(ladder)s::text[])
         ORDER BY s.message_id, rung DESC, s.occurred_at, s.provider_message_id, s.participant) AS best
 WHERE m.id = best.message_id AND best.rung >= coalesce(array_position(%(ladder)s::text[], m.status::text), 0)
"""

ACCEPT_SQL = """
WITH taken AS (
    SELECT m.id, taken.wamid
      FROM {message} m JOIN unnest(%(ids)s::bigint[], %(wamids)s::text[]) AS taken(id, wamid) USING (id)
     ORDER BY m.id
       FOR NO KEY UPDATE OF m
)
UPDATE {message} m
   SET provider_message_id = coalesce(m.provider_message_id, taken.wamid),
       status_at = CASE WHEN m.status = '' THEN %(at)s ELSE m.status_at END,
       status = CASE WHEN m.status = '' THEN %(accepted)s ELSE m.status END
  FROM taken
 WHERE m.id = taken.id
"""
ADOPT_SQL = """
UPDATE {status} s
   SET message_id = found.owner
  FROM (SELECT s.id, m.id AS owner
          FROM {message} m JOIN {status} s USING (number_id, provider_message_id)
         WHERE m.id = ANY(%(ids)s::bigint[]) AND s.message_id IS NULL
         UNION
        SELECT s.id, m.id
          FROM {message} m JOIN {status} s USING (number_id, client_ref)
         WHERE m.id = ANY(%(ids)s::bigint[]) AND s.message_id IS NULL AND s.client_ref <> '') AS found
 WHERE s.id = found.id
RETURNING found.owner
"""


def apply(batch: Sequence[Incoming[StatusChanged]], now: datetime) -> None:
    """Records statuses and lets their messages climb; each incoming gets its ``message``, where there is one."""
    found = _find_messages(batch)
    _lock(found.values())
    _learn_ids(batch, found)
    rows.insert_values(MessageStatus, _rows(batch, found, now))
    _climb(found.values())
    measures.of_statuses((str(incoming.tenant.pk), incoming.event.status) for incoming in batch)
    messages = Message.objects.select_related("contact", "conversation").in_bulk(set(found.values()))
    for incoming in batch:
        key = found.get(_key(incoming))
        incoming.message = messages.get(key) if key else None


def record_accepted(message: Message, provider_message_id: str, at: datetime) -> None:
    """The provider took ``message``: its id, the first rung, and whatever statuses were faster than the answer."""
    with transaction.atomic():
        _lock([message.pk])
        row = Message.objects.filter(pk=message.pk)
        if row.filter(provider_message_id=None).exists():
            _name(message.pk, message.number_id, provider_message_id)
        row.filter(status="").update(status=Status.ACCEPTED, status_at=at)
        adopt_orphans(message)


def record_accepted_many(taken: Mapping[int, str], at: datetime) -> None:
    """As ``record_accepted`` for many messages (wamid by id) at once, in a constant number of queries.

    Demands a transaction. IntegrityError, and nothing of it is done, when a wamid stands in another record already.
    """
    tables = {"message": Message._meta.db_table, "status": MessageStatus._meta.db_table}
    values: dict[str, Any] = {
        "ids": list(taken),
        "wamids": list(taken.values()),
        "at": at,
        "accepted": Status.ACCEPTED.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(ACCEPT_SQL.format(**tables), values)
        cursor.execute(ADOPT_SQL.format(**tables), values)
        adopted = {pk for (pk,) in cursor.fetchall()}
    if adopted:
        _climb(adopted)


def adopt_orphans(message: Message) -> int:
    """Attaches the statuses that came before ``message`` was known; ``message`` is brought up to date."""
    with transaction.atomic():
        _lock([message.pk])
        message.refresh_from_db(fields=["provider_message_id", "client_ref"])
        adopted = _adopt(message.number_id, message.pk, message.provider_message_id, message.client_ref)
        _climb([message.pk])
    message.refresh_from_db(fields=["status", "status_at", "error_code", "error_title"])
    return adopted


def adopt(messages: Iterable[Message]) -> None:
    """Attaches the statuses that came before these messages, in one go; each is brought up to date."""
    by_key = {(row.number_id, row.provider_message_id or ""): row for row in messages}
    if not by_key:
        return
    numbers, wamids = {number for number, _ in by_key}, {wamid for _, wamid in by_key}
    waiting = MessageStatus.objects.filter(message=None, number__in=numbers, provider_message_id__among=wamids)
    orphans = [row for row in waiting.order_by("pk") if (row.number_id, row.provider_message_id) in by_key]
    owners = {by_key[row.number_id, row.provider_message_id] for row in orphans}
    _lock(owner.pk for owner in owners)
    for row in orphans:
        row.message = by_key[row.number_id, row.provider_message_id]
    rows.update(orphans, ["message"])
    _climb(owner.pk for owner in owners)
    for owner in owners:
        owner.refresh_from_db(fields=["status", "status_at", "error_code", "error_title"])


def adopt_recent(now: datetime) -> int:
    """Attaches recent orphans whose message was recorded at the very moment they came. Beat calls it."""
    orphans = MessageStatus.objects.filter(message=None, received_at__gte=now - ORPHAN_SWEEP)
    of_message = orphans.filter(number=OuterRef("number"), provider_message_id=OuterRef("provider_message_id"))
    with transaction.atomic():
        # one join: a subquery for each orphan would cost more with every one that a backlog brings
        owners = set(Message.objects.filter(Exists(of_message)).order_by().values_list("pk", flat=True))
        _lock(owners)
        adopted = sum(_adopt(*facts) for facts in _facts(owners))
        _climb(owners)
    return adopted


def _facts(messages: Iterable[int]) -> Iterable[tuple[int, int, str | None, str | None]]:
    return Message.objects.filter(pk__in=messages).values_list("number_id", "pk", "provider_message_id", "client_ref")


def _adopt(number: int, message: int, wamid: str | None, client_ref: str | None) -> int:
    ours = Q(provider_message_id=wamid) if wamid else Q(pk=None)
    if client_ref:
        ours |= Q(client_ref=client_ref)
    return MessageStatus.objects.filter(ours, number=number, message=None).update(message=message)


def _key(incoming: Incoming[StatusChanged]) -> Key:
    return incoming.own_number.pk, incoming.event.message_id


def _ref(incoming: Incoming[StatusChanged]) -> Key:
    return incoming.own_number.pk, incoming.event.client_ref


def _find_messages(batch: Sequence[Incoming[StatusChanged]]) -> dict[Key, int]:
    """Message ids by (number, wamid), always with the event's own number; our record before what the app told."""
    told = _ids("provider_message_id", {_key(incoming) for incoming in batch})
    if forgotten.disguise([incoming for incoming in batch if _key(incoming) not in told]):
        told = _ids("provider_message_id", {_key(incoming) for incoming in batch})
    found = {key: pk for key, (pk, _) in told.items()}
    doubtful = [each for each in batch if each.event.client_ref and told.get(_key(each), UNKNOWN)[1] in WEAK]
    by_ref = _ids("client_ref", {_ref(incoming) for incoming in doubtful})
    return found | {_key(incoming): by_ref[_ref(incoming)][0] for incoming in doubtful if _ref(incoming) in by_ref}


def _ids(column: str, keys: set[Key]) -> dict[Key, tuple[int, str]]:
    """Ids and origins."""
    if not keys:
        return {}
    numbers, values = {number for number, _ in keys}, {value for _, value in keys}
    known = Message.objects.filter(number__in=numbers, **{f"{column}__among": values})
    return {
        (number, value): (pk, origin)
        for number, value, pk, origin in known.values_list("number_id", column, "pk", "origin")
    }


def _lock(messages: Iterable[int]) -> None:
    """Row locks in the order of the rows, as every writer takes them."""
    if wanted := set(messages):
        locked = Message.objects.filter(pk__among=wanted).order_by("pk").select_for_update(no_key=True)
        list(locked.values_list("pk"))


def _learn_ids(batch: Sequence[Incoming[StatusChanged]], found: dict[Key, int]) -> None:
    """Messages of which only our reference was known get their wamid, and the orphans of that wamid."""
    known = [incoming for incoming in batch if _key(incoming) in found]
    first = sorted(known, key=lambda incoming: (incoming.event.at, incoming.event.message_id))
    told = {found[_key(incoming)]: _key(incoming) for incoming in reversed(first)}
    nameless = Message.objects.filter(pk__among=told, provider_message_id=None).order_by("pk")
    for pk in nameless.values_list("pk", flat=True):
        number, wamid = told[pk]
        _name(pk, number, wamid)
        _adopt(number, pk, wamid, None)


def _name(message: int, number: int, wamid: str) -> None:
    """Gives our record its wamid, in the place of what an echo or a history told of the same message."""
    for _ in range(NAMING_ATTEMPTS):
        _absorb(message, number, wamid)
        try:
            with transaction.atomic():
                Message.objects.filter(pk=message).update(provider_message_id=wamid)
        except IntegrityError:  # an echo was stored this very moment
            continue
        return
    raise IntegrityError(f"the wamid of message {message} belongs to another record of ours")


def _absorb(message: int, number: int, wamid: str) -> None:
    weak = Message.objects.filter(number=number, provider_message_id=wamid, origin__in=WEAK).exclude(pk=message)
    for pk in weak.select_for_update().values_list("pk", flat=True):
        MessageStatus.objects.filter(message=pk).update(message=message)
        Revision.objects.filter(message=pk).update(message=message)
        weak.filter(pk=pk).delete()
        revisions.apply([message])


def _rows(batch: Sequence[Incoming[StatusChanged]], found: dict[Key, int], now: datetime) -> list[dict[str, Any]]:
    told = {}
    for incoming in batch:
        number, event = incoming.own_number.pk, incoming.event
        told[number, event.message_id, event.status, event.participant, event.at] = {
            "tenant_id": incoming.tenant.pk,
            "number_id": number,
            "message_id": found.get((number, event.message_id)),
            "provider_message_id": event.message_id,
            "client_ref": event.client_ref,
            "status": event.status,
            "participant": event.participant,
            "occurred_at": event.at,
            "received_at": now,  # here: a backlog may be older than what adopt_recent looks at
            "recipient": event.recipient,
            "errors": [asdict(problem) for problem in event.errors],
            "pricing": event.pricing,
        }
    return [told[key] for key in sorted(told)]


def _climb(messages: Iterable[int]) -> None:
    wanted = sorted(set(messages))
    if not wanted:
        return
    sql = CLIMB_SQL.format(message=Message._meta.db_table, status=MessageStatus._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql, {"ladder": [rung.value for rung in LADDER], "messages": wanted})
