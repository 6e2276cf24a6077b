"""Whether the inbox keeps up, and whether Meta still talks to us: cheap questions, each on an index.

``look`` asks them for beat and keeps the alerts; metrics and the health page ask them one by one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from tenants import alerts
from tenants.models import Alert, PhoneNumber, Tenant
from whatsapp.models import Message, MessageStatus, Status, WebhookEvent

BEHIND = timedelta(seconds=60)  # the oldest event that waits for us
STATUS_IS_LATE = timedelta(minutes=10)
STATUSES_WATCHED = timedelta(hours=1)  # older silence was told before
SILENCE = timedelta(hours=48)  # longer than a weekend's Sunday

State = WebhookEvent.State
BEHIND_ALERT, DEAD_ALERT = "events_behind", "events_failed"
NO_STATUS_ALERT, SILENT_ALERT = "statuses_missing", "webhooks_silent"


@dataclass(frozen=True)
class Counts:
    """Events of a state by field and note, since they are not processed."""

    state: str
    field: str
    note: str
    count: int


def unsettled() -> list[Counts]:
    """All that is not processed, by state, field and note."""
    set_aside = WebhookEvent.objects.filter(state__in=WebhookEvent.SET_ASIDE)
    coming = WebhookEvent.objects.filter(state=State.NEW)
    return [
        Counts(*row)
        for rows in (coming, set_aside)
        for row in rows.values_list("state", "field", "note").annotate(Count("pk")).order_by("state", "field", "note")
    ]


def lag(now: datetime, lane: str = "live") -> timedelta:
    """How long the oldest event of a lane has waited for its first attempt; zero when none does."""
    waiting = WebhookEvent.objects.filter(state=State.NEW, lane=lane, due_at__lte=now)
    oldest = waiting.aggregate(at=Min("due_at"))["at"]
    return max(now - oldest, timedelta()) if oldest else timedelta()


def without_status(now: datetime) -> QuerySet[Message]:
    """Messages that Meta took more than ten minutes ago, within the last hour, and never spoke of again."""
    told = MessageStatus.objects.filter(message=OuterRef("pk"))
    late = Message.objects.filter(
        tenant__in=Tenant.objects.values("pk"),  # the index of a company's recent messages
        occurred_at__range=(now - STATUSES_WATCHED, now - STATUS_IS_LATE),
        status=Status.ACCEPTED,
        direction=Message.Direction.OUTBOUND,
    )
    return late.filter(~Exists(told))


def silent(now: datetime) -> QuerySet[PhoneNumber]:
    """Connected numbers of which no webhook came for two days, or none ever since they were connected."""
    rows = PhoneNumber.objects.filter(state__in=PhoneNumber.SENDS, owned_until=None, provider="meta")
    return rows.annotate(last=Coalesce("heard_at", "connected_at")).filter(last__lt=now - SILENCE)


def look(now: datetime) -> None:
    """Raises what is wrong now, solves what is not any more."""
    behind = lag(now)
    _tell(BEHIND_ALERT, {"": {"seconds": int(behind.total_seconds())}} if behind > BEHIND else {}, now)
    failed = (
        WebhookEvent.objects.filter(state=State.FAILED).values_list("field").annotate(Count("pk")).order_by("field")
    )
    _tell(DEAD_ALERT, {field or "-": {"count": count} for field, count in failed}, now)
    late = without_status(now).values_list("number__phone_number_id").annotate(Count("pk")).order_by()
    _tell(NO_STATUS_ALERT, {number_id: {"count": count} for number_id, count in late}, now)
    _tell(SILENT_ALERT, {number.phone_number_id: {} for number in silent(now)}, now)


def _tell(kind: str, wrong: dict[str, dict[str, int]], now: datetime) -> None:
    """One alert a subject: of its number's company, or of the platform. Counted once while it lasts."""
    owners = {
        number.phone_number_id: number.tenant
        for number in PhoneNumber.objects.filter(phone_number_id__in=wrong, owned_until=None).select_related("tenant")
    }
    known = {alert.subject: alert for alert in Alert.objects.filter(kind=kind, state__in=alerts.UNSOLVED)}
    for subject in wrong.keys() - known.keys():
        alerts.raise_alert(kind, tenant=owners.get(subject), subject=subject, now=now, **wrong[subject])
    for subject in known.keys() - wrong.keys():
        alerts.solve(kind, tenant=known[subject].tenant, subject=subject, now=now)
