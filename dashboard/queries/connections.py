"""The tenant's numbers with their last steps and how many messages wait for each."""

from dataclasses import dataclass

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

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
    rows = PhoneNumber.objects.for_tenant(tenant).owned().select_related("account", "check_row")
    pending = NotificationJob.objects.filter(tenant=OuterRef("tenant"), state=NotificationJob.State.PENDING)
    counted = pending.filter(number=OuterRef("pk")).order_by().values("number").annotate(n=Count("pk")).values("n")
    rows = rows.annotate(waiting=Coalesce(Subquery(counted), 0))
    return [_line(row) for row in rows.prefetch_related(Prefetch("steps", steps))]


def _line(row: PhoneNumber) -> Line:
    may_pause = row.state in {PhoneNumber.State.CONNECTED, PhoneNumber.State.DEGRADED}
    differs = len(comparison.differences(getattr(row, "check_row", None)))
    return Line(row, list(row.steps.all())[:STEPS], may_pause, row.state == PhoneNumber.State.PAUSED, differs)
