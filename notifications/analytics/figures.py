"""Reads the daily counts of a period, beside those of the period of the same length before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from notifications.models import CountedDay, DailyAnswers, DailyCount
from tenants.models import PhoneNumber, Tenant

LONGEST = 366  # days
DIMENSIONS = ("day", "number_id", "kind", "template_name", "error_code")
MEASURES = """
coalesce(sum(count) FILTER (WHERE outcome = 'received'), 0)::bigint,
coalesce(sum(count) FILTER (WHERE ours), 0)::bigint,
coalesce(sum(count) FILTER (WHERE ours AND outcome IN ('delivered', 'read', 'played')), 0)::bigint,
coalesce(sum(count) FILTER (WHERE ours AND outcome IN ('read', 'played')), 0)::bigint,
coalesce(sum(count) FILTER (WHERE ours AND outcome = 'failed'), 0)::bigint,
coalesce(sum(count) FILTER (WHERE origin = 'app'), 0)::bigint
"""
# One row a value of each dimension, and one of all together; of the period before only the latter.
VOLUMES_SQL = """
WITH counts AS MATERIALIZED (
  SELECT *, day >= %(since)s AS is_asked, origin <> 'app' AND outcome NOT IN ('received', 'open') AS ours
    FROM {count}
   WHERE tenant_id = %(tenant)s AND day BETWEEN %(earliest)s AND %(until)s
     AND (%(number)s::bigint IS NULL OR number_id = %(number)s)
)
SELECT is_asked, grouping({dimensions}), {dimensions}, {measures}
  FROM counts
 GROUP BY GROUPING SETS ((is_asked), {sets})
HAVING is_asked OR grouping({dimensions}) = {everything}
"""
WAITS_SQL = """
WITH waits AS MATERIALIZED (
  SELECT day >= %(since)s AS is_asked, day, by, wait
    FROM {answers}, unnest(seconds) AS wait
   WHERE tenant_id = %(tenant)s AND day BETWEEN %(earliest)s AND %(until)s
     AND (%(number)s::bigint IS NULL OR number_id = %(number)s)
)
SELECT is_asked, day, by, count(*), percentile_disc(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY wait)
  FROM waits
 GROUP BY GROUPING SETS ((is_asked), (is_asked, day), (is_asked, by))
"""
EVERYTHING = (1 << len(DIMENSIONS)) - 1  # what grouping() says of the row of all together


@dataclass(frozen=True)
class Period:
    """Whole days, both included."""

    since: date
    until: date

    @property
    def days(self) -> list[date]:
        return [self.since + timedelta(days=n) for n in range((self.until - self.since).days + 1)]

    @property
    def before(self) -> "Period":
        """The period of the same length that ends where this one begins."""
        length = self.until - self.since
        return Period(self.since - length - timedelta(days=1), self.since - timedelta(days=1))


@dataclass(frozen=True)
class Volume:
    """Messages. ``sent`` are those of Recado's that the provider took or refused; ``by_app`` the phone app's, apart,
    since Meta seldom tells what became of them. ``delivered`` includes ``read``.
    """

    received: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    by_app: int = 0

    @property
    def delivery_rate(self) -> float | None:
        """Delivered of sent, 0 to 1; None where nothing was sent."""
        return self.delivered / self.sent if self.sent else None

    @property
    def read_rate(self) -> float | None:
        """Read of delivered, 0 to 1; None where nothing was delivered."""
        return self.read / self.delivered if self.delivered else None


@dataclass(frozen=True)
class Waits:
    """Answers, and the seconds within which half of them, and nine of ten, came (None: there are none)."""

    answers: int = 0
    median: int | None = None
    p90: int | None = None


@dataclass
class Figures:
    """All numbers of a period. Keys are days, number ids, kinds, template names, error codes (None: without code)."""

    period: Period
    total: Volume = field(default_factory=Volume)
    before: Volume = field(default_factory=Volume)
    by: dict[str, dict[Any, Volume]] = field(default_factory=lambda: {name: {} for name in DIMENSIONS})
    waits: Waits = field(default_factory=Waits)
    waits_before: Waits = field(default_factory=Waits)
    waits_by_day: dict[date, Waits] = field(default_factory=dict)
    waits_by: dict[str, Waits] = field(default_factory=dict)


def read(tenant: Tenant, period: Period, number: PhoneNumber | None = None) -> Figures:
    """In two queries, whose cost is the days', not the messages'."""
    asked = {
        "tenant": tenant.pk,
        "since": period.since,
        "until": period.until,
        "earliest": period.before.since,
        "number": number and number.pk,
    }
    found = Figures(period)
    _read_volumes(found, asked)
    _read_waits(found, asked)
    return found


def counted_at(tenant: Tenant, period: Period) -> datetime | None:
    """When the newest of the period's days were last counted; None: never yet."""
    days = CountedDay.objects.for_tenant(tenant).filter(day__range=(period.since, period.until))
    return days.order_by("-counted_at").values_list("counted_at", flat=True).first()


def _read_volumes(found: Figures, asked: Mapping[str, Any]) -> None:
    names = ", ".join(DIMENSIONS)
    sets = ", ".join(f"(is_asked, {name})" for name in DIMENSIONS)
    table = DailyCount._meta.db_table
    sql = VOLUMES_SQL.format(count=table, dimensions=names, sets=sets, measures=MEASURES, everything=EVERYTHING)
    for is_asked, mask, *told in _rows(sql, asked):
        keys, volume = told[: len(DIMENSIONS)], Volume(*told[len(DIMENSIONS) :])
        if mask != EVERYTHING:
            place = _place(mask)
            found.by[DIMENSIONS[place]][keys[place]] = volume
        elif is_asked:
            found.total = volume
        else:
            found.before = volume


def _place(mask: int) -> int:
    """Which dimension a row is of: the one whose bit grouping() left out; the first dimension has the highest."""
    return next(n for n in range(len(DIMENSIONS)) if not mask & (1 << (len(DIMENSIONS) - 1 - n)))


def _read_waits(found: Figures, asked: Mapping[str, Any]) -> None:
    for is_asked, day, by, answers, (median, p90) in _rows(
        WAITS_SQL.format(answers=DailyAnswers._meta.db_table), asked
    ):
        waits = Waits(answers, median, p90)
        if not is_asked:
            found.waits_before = waits if day is None and by is None else found.waits_before
        elif day is not None:
            found.waits_by_day[day] = waits
        elif by is not None:
            found.waits_by[by] = waits
        else:
            found.waits = waits


def _rows(sql: str, asked: Mapping[str, Any]) -> Sequence[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return cursor.fetchall()
