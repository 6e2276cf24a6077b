"""Counts what became of each text's messages, a row a day, so that a choice reads a few sums and never the messages.

A message succeeded where the customer wrote or pressed a button within a day after it and did not opt out in that day.
Before the day is over nobody knows, so a choice looks at settled messages only; opt-outs count at once. The last days
are counted again and again, older ones once.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Sum

from notifications.analytics.counting import Day
from notifications.models import NotificationJob, VariantDay
from templates_mgmt.models import TemplateMapping
from tenants.models import Consent
from whatsapp.models import Message

WINDOW = 30  # days that a choice looks back: what customers like changes
LAST = 3  # days that are counted again: on the first of them the last answers still came today
BATCH = 50  # days counted by one statement
TABLES = {
    "day": VariantDay._meta.db_table,
    "message": Message._meta.db_table,
    "job": NotificationJob._meta.db_table,
    "consent": Consent._meta.db_table,
}
COUNT_SQL = """
INSERT INTO {day} (tenant_id, kind, template_id, day, sent, settled, answered, refused)
SELECT w.tenant_id, w.kind, w.template_id, w.day, count(told.id), count(*) FILTER (WHERE told.settled),
       count(*) FILTER (WHERE told.settled AND told.answered AND NOT told.refused), count(*) FILTER (WHERE told.refused)
  FROM unnest(%(tenants)s::uuid[], %(kinds)s::text[], %(templates)s::bigint[], %(names)s::text[], %(languages)s::text[],
              %(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
       AS w(tenant_id, kind, template_id, name, language, day, begins, ends)
  LEFT JOIN LATERAL (
    SELECT m.id, m.occurred_at <= %(now)s - interval '1 day' AS settled,
           EXISTS (SELECT 1 FROM {message} r
                    WHERE r.conversation_id = m.conversation_id AND r.direction = 'inbound'
                      AND r.occurred_at > m.occurred_at AND r.occurred_at <= m.occurred_at + interval '1 day')
             AS answered,
           EXISTS (SELECT 1 FROM {consent} c
                    WHERE c.contact_id = m.contact_id AND c.decision = 'opt_out'
                      AND c.effective_at > m.occurred_at AND c.effective_at <= m.occurred_at + interval '1 day')
             AS refused
      FROM {message} m
     WHERE m.tenant_id = w.tenant_id AND m.template_name = w.name AND m.template_name <> ''
       AND m.template_language = w.language AND m.direction = 'outbound'
       AND m.occurred_at >= w.begins AND m.occurred_at < w.ends AND m.status NOT IN ('', 'failed')
       AND EXISTS (SELECT 1 FROM {job} j WHERE j.message_id = m.id AND j.kind = w.kind)
    OFFSET 0
  ) AS told ON true
 GROUP BY w.tenant_id, w.kind, w.template_id, w.day
 ORDER BY w.template_id, w.kind, w.day
    ON CONFLICT (template_id, kind, day) DO UPDATE
   SET sent = excluded.sent, settled = excluded.settled, answered = excluded.answered, refused = excluded.refused
"""
Key = tuple[str, int]  # a kind, and a template's id


@dataclass(frozen=True)
class Counts:
    """As VariantDay, over the days of the window."""

    sent: int = 0
    settled: int = 0
    answered: int = 0
    refused: int = 0


NOTHING = Counts()
NAMES = tuple(Counts.__dataclass_fields__)


def tend(groups: Iterable[Sequence[TemplateMapping]], now: datetime) -> int:
    """Counts the voices of ``groups``: the last days, and those of the window not counted yet; how many days."""
    voices = [voice for group in groups for voice in group]
    first = now.date() - timedelta(days=WINDOW)
    VariantDay.objects.filter(day__lt=first - timedelta(days=1)).delete()
    known = VariantDay.objects.filter(template__among=[voice.template_id for voice in voices])
    counted = set(known.values_list("kind", "template", "day"))
    wanted = {
        (voice.kind, voice.template_id, day): (voice, Day.of(voice.tenant, day))
        for voice in voices
        for back, day in _days(voice, now)
        if back < LAST or (voice.kind, voice.template_id, day) not in counted
    }
    _count(list(wanted.values()), now)
    return len(wanted)


def _days(voice: TemplateMapping, now: datetime) -> list[tuple[int, date]]:
    """The days of the window in the company's zone, the last one first, each with how many days back it lies."""
    today = now.astimezone(voice.tenant.zone).date()
    return [(back, today - timedelta(days=back)) for back in range(WINDOW)]


def _count(wanted: Sequence[tuple[TemplateMapping, Day]], now: datetime) -> None:
    for start in range(0, len(wanted), BATCH):
        values = _values(wanted[start : start + BATCH]) | {"now": now}
        with connection.cursor() as cursor:
            cursor.execute(COUNT_SQL.format(**TABLES), values)


def _values(wanted: Sequence[tuple[TemplateMapping, Day]]) -> dict[str, Any]:
    return {
        "tenants": [voice.tenant_id for voice, _day in wanted],
        "kinds": [voice.kind for voice, _day in wanted],
        "templates": [voice.template_id for voice, _day in wanted],
        "names": [voice.template.name for voice, _day in wanted],
        "languages": [voice.template.language for voice, _day in wanted],
        "days": [day.day for _voice, day in wanted],
        "begins": [day.begins for _voice, day in wanted],
        "ends": [day.ends for _voice, day in wanted],
    }


def results(template_ids: Iterable[int], now: datetime, days: int = WINDOW) -> dict[Key, Counts]:
    """Of each kind and template what is counted of the last ``days``. One query."""
    rows = VariantDay.objects.filter(template__among=set(template_ids), day__gt=now.date() - timedelta(days=days))
    sums = rows.order_by().values_list("kind", "template").annotate(*map(Sum, NAMES))
    return {(kind, template): Counts(*counts) for kind, template, *counts in sums}


def against(voices: Iterable[TemplateMapping]) -> list[tuple[TemplateMapping, Counts]]:
    """Of each voice what may count against it: since the day from which it is judged. One query."""
    found, days = list(voices), defaultdict(list)
    for row in VariantDay.objects.filter(template__among={voice.template_id for voice in found}):
        days[row.kind, row.template_id].append(row)
    return [(voice, _judged(voice, days[voice.kind, voice.template_id])) for voice in found]


def _judged(voice: TemplateMapping, rows: Iterable[VariantDay]) -> Counts:
    judged = [row for row in rows if voice.judged_from is None or row.day >= voice.judged_from]
    return Counts(*(sum(getattr(row, name) for row in judged) for name in NAMES))
