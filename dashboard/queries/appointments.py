"""The day of a tenant: its appointments by hour, each with what became of its notices."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby

from django.db.models import Count, Prefetch
from django.db.models.functions import TruncDate
from django.utils import timezone

from dashboard.queries import messages
from notifications.models import Appointment, NotificationJob
from tenants.models import Tenant


@dataclass(frozen=True)
class Slot:
    """An appointment with its notices, newest of each kind."""

    appointment: Appointment
    notices: list[messages.Row]


@dataclass(frozen=True)
class Hour:
    at: datetime
    slots: list[Slot]


@dataclass(frozen=True)
class WeekDay:
    day: date
    count: int
    is_today: bool


def hours(tenant: Tenant, day: date) -> list[Hour]:
    """The day's appointments by the hour in which they start. Two queries."""
    jobs = NotificationJob.objects.select_related("message", "contact", "number", "appointment").order_by(
        "scheduled_for", "created_at"
    )
    rows = Appointment.objects.for_tenant(tenant).filter(starts_at__range=_bounds(tenant, day))
    found = rows.select_related("contact").prefetch_related(Prefetch("jobs", jobs)).order_by("starts_at", "pk")
    by_hour = groupby(
        found, key=lambda row: timezone.localtime(row.starts_at).replace(minute=0, second=0, microsecond=0)
    )
    return [Hour(at, [Slot(row, notices(row.jobs.all())) for row in group]) for at, group in by_hour]


def notices(jobs: Iterable[NotificationJob]) -> list[messages.Row]:
    """Of each kind the newest (an older revision's job was replaced), in the order the kinds came up."""
    newest = {job.kind: job for job in jobs}
    return [messages.row(job) for job in newest.values()]


def week(tenant: Tenant, day: date) -> list[WeekDay]:
    """The week around ``day``, Monday to Sunday, with how many appointments still stand each day. One query."""
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=offset) for offset in range(7)]
    start, end = _bounds(tenant, monday)[0], _bounds(tenant, days[-1])[1]
    rows = Appointment.objects.for_tenant(tenant).filter(starts_at__range=(start, end))
    rows = rows.exclude(state=Appointment.State.CANCELLED).order_by()
    by_day = rows.annotate(day=TruncDate("starts_at", tzinfo=tenant.zone)).values_list("day").annotate(Count("pk"))
    counts, today = dict(by_day), timezone.localdate()
    return [WeekDay(each, counts.get(each, 0), each == today) for each in days]


def _bounds(tenant: Tenant, day: date) -> tuple[datetime, datetime]:
    zone = tenant.zone
    return datetime.combine(day, time.min, zone), datetime.combine(day, time.max, zone)
