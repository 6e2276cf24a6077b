"""Which days are out of date. Today and yesterday are counted again and again; older ones when something noted them.

A note is a row of its own, written with the change that it tells of, so that nobody waits for whoever counts: notes are
taken first and their days counted after, and a change that commits later leaves its own note.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from notifications.analytics import counting
from notifications.analytics.counting import Day
from notifications.models import CountedDay, DayToCount
from tenants import merging
from tenants.merge_records import Union
from tenants.models import Contact, Tenant
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import MessageEchoed, MessageReceived, StatusChanged
from whatsapp.models import Message

RECENT = timedelta(hours=22)  # less than the shortest day: what is younger is of today or yesterday, in every zone
HEALED = 8  # days back that are counted once a day, whatever changed them
BATCH = 50  # days counted in one transaction
NOTES = 5_000  # read at once

# The days of these messages, and of the answers that follow them: whose waits they may have changed.
NOTE_SQL = """
INSERT INTO {note} (tenant_id, day)
SELECT DISTINCT m.tenant_id, (touched.at AT TIME ZONE t.time_zone)::date
  FROM {message} m
  JOIN {tenant} t ON t.id = m.tenant_id
 CROSS JOIN LATERAL (
    SELECT m.occurred_at AS at
     UNION ALL (
    SELECT n.occurred_at
      FROM {message} n
     WHERE n.conversation_id = m.conversation_id AND (n.occurred_at, n.id) > (m.occurred_at, m.id) AND {answer}
     ORDER BY n.occurred_at, n.id LIMIT 1)
  ) AS touched
 WHERE {which}
"""
# Who wrote and who answered are both among what was said with a contact.
CONTACTS_SQL = """
INSERT INTO {note} (tenant_id, day)
SELECT DISTINCT m.tenant_id, (m.occurred_at AT TIME ZONE t.time_zone)::date
  FROM {message} m
  JOIN {tenant} t ON t.id = m.tenant_id
 WHERE m.contact_id = ANY(%s)
"""
# A company that moved to another zone has other midnights; at the edges also days that had no message before.
MOVED_SQL = """
INSERT INTO {note} (tenant_id, day)
SELECT DISTINCT c.tenant_id, c.day + beside.days
  FROM {counted} c
  JOIN {tenant} t ON t.id = c.tenant_id AND t.time_zone <> c.zone
 CROSS JOIN (VALUES (-1), (0), (1)) AS beside(days)
"""
TABLES = {
    "note": DayToCount._meta.db_table,
    "counted": CountedDay._meta.db_table,
    "message": Message._meta.db_table,
    "tenant": Tenant._meta.db_table,
}


def tend(now: datetime) -> int:
    """Counts today and yesterday of every company, and what was noted; how many days."""
    with connection.cursor() as cursor:
        cursor.execute(MOVED_SQL.format(**TABLES))
    tenants = Tenant.objects.in_bulk()
    recent = [Day.of(tenant, day) for tenant in tenants.values() for day in _last(tenant, 2, now)]
    done = _count(recent, now)
    while noted := _take(tenants, now):
        done += noted
    return done


def heal(now: datetime) -> int:
    """Notes the last days of every company, for changes that left no note (rows removed by hand); how many."""
    rows = [DayToCount(tenant=tenant, day=day) for tenant in Tenant.objects.all() for day in _last(tenant, HEALED, now)]
    return len(DayToCount.objects.bulk_create(rows))


def note(messages: Iterable[Message], now: datetime) -> None:
    """The messages, as they stand in the database, changed or came late: the older ones' days are counted again."""
    if late := [message.pk for message in messages if message.occurred_at < now - RECENT]:
        _note("m.id = ANY(%s)", late)


@merging.moves
def note_merge(union: Union) -> None:
    """Two conversations become one, so that a message of one may answer the other's."""
    note_contacts(union.kept, union.gone)


def note_contacts(*contacts: Contact) -> None:
    """All days on which something was said with these."""
    with connection.cursor() as cursor:
        cursor.execute(CONTACTS_SQL.format(**TABLES), [[contact.pk for contact in contacts]])


@handles(StatusChanged)
@handles(MessageReceived)
@handles(MessageEchoed)
def note_told(batch: Sequence[Incoming[Any]], now: datetime) -> None:
    note((incoming.message for incoming in batch if incoming.message), now)


def _note(which: str, ids: Sequence[int]) -> None:
    sql = NOTE_SQL.format(which=which, answer=counting.said("n"), **TABLES)
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(ids)])


def _last(tenant: Tenant, days: int, now: datetime) -> list[date]:
    today = now.astimezone(tenant.zone).date()
    return [today - timedelta(days=back) for back in range(days)]


def _take(tenants: dict[UUID, Tenant], now: datetime) -> int:
    """Takes notes and counts their days, all or nothing; how many days."""
    with transaction.atomic():
        notes = list(DayToCount.objects.order_by("pk").select_for_update(skip_locked=True)[:NOTES])
        DayToCount.objects.filter(pk__in=[row.pk for row in notes]).delete()
        noted = {(row.tenant_id, row.day) for row in notes if row.tenant_id in tenants}
        return _count([Day.of(tenants[tenant_id], day) for tenant_id, day in noted], now)


def _count(days: Iterable[Day], now: datetime) -> int:
    wanted = sorted(set(days))
    for start in range(0, len(wanted), BATCH):
        counting.count(wanted[start : start + BATCH], now)
    return len(wanted)
