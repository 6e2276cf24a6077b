"""Whether the inbox keeps up, and whether Meta still talks to us: cheap questions, each on an index.

Alerts (notifications.watching), metrics and the health page ask them.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, Min, OuterRef, QuerySet
from django.db.models.functions import Coalesce

from tenants.models import PhoneNumber, Provider, Tenant
from whatsapp.models import Message, MessageStatus, Status, WebhookEvent

STATUS_IS_LATE = timedelta(minutes=10)
STATUSES_WATCHED = timedelta(hours=1)  # older silence was told before
SILENCE = timedelta(hours=48)  # longer than a weekend's Sunday

State = WebhookEvent.State


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


def is_silent(number: PhoneNumber, now: datetime) -> bool:
    """The same rule for one row that is at hand."""
    last = number.heard_at or number.connected_at
    asked = number.state in PhoneNumber.SENDS and number.provider == Provider.META
    return asked and last is not None and last < now - SILENCE


def silent(now: datetime) -> QuerySet[PhoneNumber]:
    """Connected numbers of which no webhook came for two days, or none ever since they were connected."""
    rows = PhoneNumber.objects.owned().filter(state__in=PhoneNumber.SENDS, provider=Provider.META)
    return rows.annotate(last=Coalesce("heard_at", "connected_at")).filter(last__lt=now - SILENCE)
