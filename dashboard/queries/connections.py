"""The tenant's numbers with their last steps and how many messages wait for each."""

from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q

from notifications.models import NotificationJob
from tenants.models import ConnectionStep, PhoneNumber, Tenant
from whatsapp import comparison

STEPS = 5


@dataclass(frozen=True)
class Line:
    number: PhoneNumber
    steps: list[ConnectionStep]
    may_pause: bool
    may_resume: bool
    differs: int


def numbers(tenant: Tenant) -> list[Line]:
    """The numbers that the tenant owns now. Two queries."""
    steps = ConnectionStep.objects.select_related("actor").order_by("number_id", "-at", "-id")
    rows = PhoneNumber.objects.for_tenant(tenant).filter(owned_until=None).select_related("account", "check_row")
    waiting = Count("jobs", Q(jobs__state=NotificationJob.State.PENDING))
    return [_line(row) for row in rows.annotate(waiting=waiting).prefetch_related(Prefetch("steps", steps))]


def _line(row: PhoneNumber) -> Line:
    may_pause = row.state in {PhoneNumber.State.CONNECTED, PhoneNumber.State.DEGRADED}
    differs = len(comparison.differences(getattr(row, "check_row", None)))
    return Line(row, list(row.steps.all())[:STEPS], may_pause, row.state == PhoneNumber.State.PAUSED, differs)
