"""Counts whole days and puts the counts in the place of the former ones, so that counting again is always right.

A message is of the day of its own time; history that a phone brought, and Meta's own system lines, are of none. An
answer is the first that we say after the customer spoke: by a person (console, phone app) or by a robot (an automatic
answer, the company's system); notices that come by themselves answer nobody. The wait is counted from the first of the
customer's messages that was not answered yet, and belongs to the day of the answer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from notifications.models import CountedDay, DailyAnswers, DailyCount, JobAttempt, NotificationJob
from tenants.models import Tenant
from whatsapp.models import Message

TABLES = {
    "count": DailyCount._meta.db_table,
    "answers": DailyAnswers._meta.db_table,
    "counted": CountedDay._meta.db_table,
    "message": Message._meta.db_table,
    "attempt": JobAttempt._meta.db_table,
    "job": NotificationJob._meta.db_table,
}
DAYS = """
WITH days AS MATERIALIZED (
  SELECT * FROM unnest(%(tenants)s::uuid[], %(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[],
                       %(zones)s::text[]) AS d(tenant_id, day, begins, ends, zone)
)
"""
# The days' rows first, in one order: who counts the same day meanwhile waits here.
MARK_SQL = """
INSERT INTO {counted} (tenant_id, day, zone, counted_at)
SELECT tenant_id, day, zone, %(now)s FROM days ORDER BY tenant_id, day
    ON CONFLICT (tenant_id, day) DO UPDATE SET zone = excluded.zone, counted_at = excluded.counted_at
"""
FORGET_SQL = "DELETE FROM {table} AS c USING days d WHERE c.tenant_id = d.tenant_id AND c.day = d.day"
# OFFSET 0 has each day looked up by its index: how few messages a day has cannot be guessed, and all would be read.
COUNT_SQL = """
INSERT INTO {count} (tenant_id, day, number_id, origin, kind, template_name, outcome, error_code, count)
SELECT d.tenant_id, d.day, m.number_id, m.origin, told.kind, m.template_name, told.outcome,
       CASE WHEN told.outcome = 'failed' THEN coalesce(m.error_code, tried.error_code) END AS code, count(*)
  FROM days d
 CROSS JOIN LATERAL (
    SELECT *
      FROM {message} said
     WHERE said.tenant_id = d.tenant_id AND said.occurred_at >= d.begins AND said.occurred_at < d.ends
    OFFSET 0
  ) AS m
  LEFT JOIN LATERAL (
    SELECT a.job_id, a.outcome, a.error_code
      FROM {attempt} a WHERE a.message_id = m.id AND m.direction = 'outbound' ORDER BY a.attempt DESC LIMIT 1
  ) AS tried ON true
 CROSS JOIN LATERAL (
    SELECT CASE WHEN m.direction = 'inbound' THEN ''
                ELSE coalesce((SELECT j.kind FROM {job} j WHERE j.id = tried.job_id),
                              (SELECT min(j.kind) FROM {job} j WHERE j.message_id = m.id), '') END AS kind,
           CASE WHEN m.direction = 'inbound' THEN 'received'
                WHEN m.status <> '' THEN m.status
                WHEN tried.outcome = 'refused' THEN 'failed'
                ELSE 'open' END AS outcome
  ) AS told
 WHERE m.origin <> 'history' AND m.type <> 'system'
 GROUP BY d.tenant_id, d.day, m.number_id, m.origin, told.kind, m.template_name, told.outcome, code
"""
# What we said to somebody, so that it can answer; {m} is the message's alias.
SAID = """
{m}.direction = 'outbound' AND {m}.provider_message_id IS NOT NULL AND {m}.status <> 'failed'
AND ({m}.origin IN ('operator', 'app', 'api') OR {m}.origin = 'automation' AND EXISTS (
      SELECT 1 FROM {job} said WHERE said.message_id = {m}.id AND said.lane = 0))
"""
ANSWERS_SQL = """
INSERT INTO {answers} (tenant_id, day, number_id, by, seconds)
SELECT d.tenant_id, d.day, o.number_id, CASE WHEN o.origin IN ('operator', 'app') THEN 'person' ELSE 'robot' END AS by,
       array_agg(floor(extract(epoch FROM o.occurred_at - asked.at))::int ORDER BY o.occurred_at - asked.at)
  FROM days d
  JOIN {message} o ON o.tenant_id = d.tenant_id AND o.occurred_at >= d.begins AND o.occurred_at < d.ends
 CROSS JOIN LATERAL (
    SELECT min(i.occurred_at) AS at
      FROM {message} i
     WHERE i.conversation_id = o.conversation_id AND i.direction = 'inbound' AND i.origin = 'customer'
       AND i.type <> 'system' AND i.occurred_at <= o.occurred_at
       AND i.occurred_at > coalesce((
             SELECT p.occurred_at
               FROM {message} p
              WHERE p.conversation_id = o.conversation_id AND (p.occurred_at, p.id) < (o.occurred_at, o.id)
                AND {earlier}
              ORDER BY p.occurred_at DESC, p.id DESC LIMIT 1), '-infinity')
  ) AS asked
 WHERE {answer} AND asked.at IS NOT NULL
 GROUP BY d.tenant_id, d.day, o.number_id, by
"""


@dataclass(frozen=True, order=True)
class Day:
    """A company's day: from ``begins`` to before ``ends``, by the midnights of ``zone``."""

    tenant_id: UUID
    day: date
    begins: datetime
    ends: datetime
    zone: str

    @classmethod
    def of(cls, tenant: Tenant, day: date) -> "Day":
        """Where the clocks skip midnight, or strike it twice, the days still meet without gap or overlap."""
        begins, ends = (datetime.combine(at, time.min, tenant.zone) for at in (day, day + timedelta(days=1)))
        return cls(tenant.pk, day, begins, ends, tenant.time_zone)


def said(alias: str) -> str:
    """The SQL condition that the message ``alias`` is one that can be an answer."""
    return SAID.format(m=alias, **TABLES)


def count(days: Iterable[Day], now: datetime) -> None:
    """Replaces all counts of ``days`` by what the messages say now, in one transaction."""
    wanted = sorted(set(days))
    if not wanted:
        return
    values = _values(wanted) | {"now": now}
    with transaction.atomic(), connection.cursor() as cursor:
        for sql in (MARK_SQL, *(FORGET_SQL.format(table=TABLES[name]) for name in ("count", "answers")), COUNT_SQL):
            cursor.execute(DAYS + sql.format(**TABLES), values)
        answers = ANSWERS_SQL.format(answer=said("o"), earlier=said("p"), **TABLES)
        cursor.execute(DAYS + answers, values)


def _values(days: Sequence[Day]) -> dict[str, Any]:
    return {
        "tenants": [day.tenant_id for day in days],
        "days": [day.day for day in days],
        "begins": [day.begins for day in days],
        "ends": [day.ends for day in days],
        "zones": [day.zone for day in days],
    }
