"""The table of everything that is looked at each minute: what asks for attention now, over all companies at once.

Each check is one question, on an index, and answers by company and subject. What an event tells (a connection lost, a
template paused, a token that ends) raises its alert where the event is handled.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q

from notifications import reach
from notifications.models import NotificationJob
from notifications.queue import line
from notifications.watching import shares
from tenants.alerts import Key
from tenants.models import PhoneNumber, Provider
from whatsapp import heartbeat, numbers, tallies, watch
from whatsapp.models import HandlerFailure, WebhookEvent

# The thresholds.
ENOUGH = 10  # of an hour, to speak of a share
WEBHOOK_FAILURES, MEDIA_FAILURES, SEND_FAILURES = 0.05, 0.10, 0.10
EVENTS_WAITING = 100
EVENTS_SETTLE = timedelta(seconds=10)  # what came just now waits for nobody yet
EVENTS_BEHIND = timedelta(seconds=60)
COUNTED = 10_000  # counting on would tell nothing more
LATE = {
    NotificationJob.Lane.REPLY: timedelta(minutes=2),
    NotificationJob.Lane.NOTICE: timedelta(minutes=10),
    NotificationJob.Lane.CAMPAIGN: timedelta(hours=1),
}
LIMIT_USED = 0.8
STORE_FAILURES = timedelta(minutes=15)

Found = Mapping[Key, Mapping[str, Any]]


@dataclass(frozen=True)
class Check:
    """``find`` answers what is wrong now; None where it cannot be told, and then the alerts stay as they are."""

    kind: str
    find: Callable[[datetime], Found | None]


def _share(name: str, limit: float) -> Callable[[datetime], Found]:
    def find(now: datetime) -> Found:
        found = shares.lately(now, names=[name]).items()
        return {(pk, ""): share.facts for (_name, pk), share in found if share.is_over(limit, ENOUGH)}

    return find


def _events_waiting(now: datetime) -> Found:
    waiting = WebhookEvent.objects.filter(state=WebhookEvent.State.NEW, lane=WebhookEvent.Lane.LIVE)
    count = waiting.filter(received_at__lte=now - EVENTS_SETTLE).order_by()[:COUNTED].count()
    return {(None, ""): {"count": count}} if count > EVENTS_WAITING else {}


def _events_behind(now: datetime) -> Found:
    behind = watch.lag(now)
    return {(None, ""): {"seconds": int(behind.total_seconds())}} if behind > EVENTS_BEHIND else {}


def _events_failed(_now: datetime) -> Found:
    dead = WebhookEvent.objects.filter(state=WebhookEvent.State.FAILED).order_by()
    rows = dead.values_list("tenant", "field").annotate(Count("pk"))
    return {(tenant, field or "-"): {"count": count} for tenant, field, count in rows}


def _handlers_failed(_now: datetime) -> Found:
    given_up = HandlerFailure.objects.filter(due_at=None).order_by()
    rows = given_up.values_list("event__tenant", "handler").annotate(Count("pk"))
    return {(tenant, handler.rpartition(".")[2]): {"count": count} for tenant, handler, count in rows}


def _statuses_missing(now: datetime) -> Found:
    late = watch.without_status(now).order_by().values_list("tenant", "number__phone_number_id")
    return {(tenant, number): {"count": count} for tenant, number, count in late.annotate(Count("pk"))}


def _webhooks_silent(now: datetime) -> Found:
    rows: Any = watch.silent(now)
    told = rows.values_list("tenant", "phone_number_id", "last")
    return {(tenant, number): {"since": since.isoformat()} for tenant, number, since in told}


def _jobs_late(now: datetime) -> Found:
    late = Q()
    for lane, patience in LATE.items():
        late |= Q(lane=lane, due_at__lt=now - patience)
    rows = NotificationJob.objects.filter(late, line.free(now), state=NotificationJob.State.PENDING).order_by()
    told = rows.values_list("tenant").annotate(Count("pk"), Min("due_at"))
    return {(tenant, ""): {"count": count, "since": since.isoformat()} for tenant, count, since in told}


def _limit_nearly_used(now: datetime) -> Found:
    """By company and portfolio. Portfolios cross companies: how much is used is told to nobody."""
    sending = PhoneNumber.objects.owned().filter(provider=Provider.META, state__in=PhoneNumber.SENDS)
    limits: dict[str, int] = {}
    owners: dict[str, set[Any]] = defaultdict(set)
    for number in sending.exclude(messaging_limit=numbers.UNLIMITED).select_related("account"):
        portfolio, limit = reach.portfolio_of(number), numbers.people_limit(number.messaging_limit)
        if portfolio and limit is not None:
            limits[portfolio] = max(limit, limits.get(portfolio, 0))
            owners[portfolio].add(number.tenant_id)
    used = reach.reached(limits, now)
    full = [portfolio for portfolio, limit in limits.items() if used[portfolio] >= LIMIT_USED * limit]
    return {(tenant, portfolio): {} for portfolio in full for tenant in owners[portfolio]}


def _process_missing(now: datetime) -> Found | None:
    missing = heartbeat.missing(now)
    if missing is None:
        return None
    return {(None, role): {"since": at.isoformat()} for role, at in missing.items()}


def _database_errors(now: datetime) -> Found | None:
    counted = tallies.lately(now, STORE_FAILURES)
    if counted is None:
        return None
    refused = counted.get(("webhooks", (("answer", "503"),)), 0)
    return {(None, ""): {"count": int(refused)}} if refused else {}


PROCESSES = Check(
    "process_missing", _process_missing
)  # also looked at by the relay, which needs neither worker nor beat
CHECKS = (
    Check("webhook_failures", _share(shares.EVENTS, WEBHOOK_FAILURES)),
    Check("media_failures", _share(shares.MEDIA, MEDIA_FAILURES)),
    Check("send_failures", _share(shares.SENDS, SEND_FAILURES)),
    Check("events_waiting", _events_waiting),
    Check("events_behind", _events_behind),
    Check("events_failed", _events_failed),
    Check("handlers_failed", _handlers_failed),
    Check("statuses_missing", _statuses_missing),
    Check("webhooks_silent", _webhooks_silent),
    Check("jobs_late", _jobs_late),
    Check("limit_nearly_used", _limit_nearly_used),
    Check("database_errors", _database_errors),
    PROCESSES,
)
