"""``GET /metrics`` for Prometheus: counters of what happened (whatsapp.tallies), gauges of what is there now.

Every line is told in docs/metrics.md. Labels are ids, states and codes: no secret, no word and no phone of anybody.
Gauges come from small indexes; nothing here counts a whole table.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from notifications.cron import needs_bearer
from notifications.models import NotificationJob
from tenants.models import Alert, Tenant
from whatsapp import heartbeat, tallies, watch
from whatsapp.media import queue as media_queue
from whatsapp.models import WebhookEvent

# Names as the tallies have them: labels in their order, and what a count is.
COUNTERS: dict[str, tuple[tuple[str, ...], str]] = {
    "webhooks": (("answer",), "POSTs of Meta at the door, by the HTTP status they were answered"),
    "events": (("tenant", "field", "state"), "Webhook events that were handled"),
    "statuses": (("tenant", "status"), "Statuses of messages, as the provider spells them"),
    "media": (("tenant", "state"), "Files of messages that ended"),
    "graph_calls": (("edge", "code"), "Calls of the Graph API, by what was asked for and answered"),
    "sends": (("tenant", "kind", "state"), "Calls that sent a message, by the state that its job got"),
    "send_failures": (("tenant", "error"), "Calls that sent no message, by kind of error"),
}
HISTOGRAMS: dict[str, str] = {
    "webhook_seconds": "How long the door took for a webhook: read, verified, stored",
    "event_seconds": "From receiving an event to its effect",
    "media_seconds": "From a message to its file",
    "graph_seconds": "How long calls of the Graph API took",
}
PREFIX = "recado_"
NOBODY = ""  # the tenant of what belongs to nobody


@never_cache
@require_GET
@needs_bearer("METRICS_TOKEN")
def metrics(_request: HttpRequest) -> HttpResponse:
    registry = CollectorRegistry()
    registry.register(Now(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Now(Collector):
    """What can be told at ``now``."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        slugs = {str(pk): slug for pk, slug in Tenant.objects.values_list("pk", "slug")}
        counted = tallies.totals()
        if counted is not None:
            yield from _counters(counted, slugs)
            yield from _histograms(counted)
        yield from _gauges(self.now, slugs)
        yield from _processes(self.now)


def _counters(counted: Mapping[tallies.Series, float], slugs: Mapping[str, str]) -> Iterator[Metric]:
    families = {
        name: CounterMetricFamily(PREFIX + name, told, labels=labels) for name, (labels, told) in COUNTERS.items()
    }
    for (name, labels), value in sorted(counted.items()):
        if name in families:
            given = _named(dict(labels), slugs)
            families[name].add_metric([given.get(label, "") for label in COUNTERS[name][0]], value)
    yield from families.values()


def _named(labels: dict[str, str], slugs: Mapping[str, str]) -> dict[str, str]:
    """Companies by their slug; the id of one that is gone stays."""
    return labels | {"tenant": slugs.get(labels["tenant"], labels["tenant"])} if "tenant" in labels else labels


def _histograms(counted: Mapping[tallies.Series, float]) -> Iterator[Metric]:
    buckets: dict[str, dict[str, float]] = defaultdict(dict)
    for (name, labels), value in counted.items():
        if name.endswith("_bucket"):
            buckets[name.removesuffix("_bucket")][dict(labels)["le"]] = value
    for name, told in HISTOGRAMS.items():
        family = HistogramMetricFamily(PREFIX + name, told)
        family.add_metric([], list(_summed_up(buckets[name])), counted.get((f"{name}_sum", ()), 0.0))
        yield family


def _summed_up(counts: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Prometheus' buckets hold all that is smaller too."""
    total = 0.0
    for le in (*map(str, tallies.BUCKETS), "+Inf"):
        total += counts.get(le, 0.0)
        yield le, total


def _gauges(now: datetime, slugs: Mapping[str, str]) -> Iterator[Metric]:
    yield _gauge("jobs", "Messages that are queued, sending or uncertain", ("tenant", "kind", "state"), _jobs(slugs))
    yield _gauge("oldest_due_seconds", "How long the oldest due message waits", ("tenant",), _oldest_due(now, slugs))
    yield _gauge("dead_letters", "Events that failed after every attempt", ("tenant", "field"), _dead_letters(slugs))
    lags = [((str(lane),), watch.lag(now, lane).total_seconds()) for lane in WebhookEvent.Lane.values]
    yield _gauge("event_lag_seconds", "How long the oldest waiting event waits", ("lane",), lags)
    files = [((state,), count) for state, count in sorted(media_queue.counts().items())]
    yield _gauge("media_files", "Files that are not downloaded", ("state",), files)
    yield _gauge("alerts", "Alerts that last", ("tenant", "kind"), _alerts(slugs))


Samples = Iterable[tuple[tuple[str, ...], float]]


def _gauge(name: str, told: str, labels: tuple[str, ...], samples: Samples) -> Metric:
    family = GaugeMetricFamily(PREFIX + name, told, labels=labels)
    for values, value in samples:
        family.add_metric(values, value)
    return family


def _jobs(slugs: Mapping[str, str]) -> Samples:
    """Two questions, each on its own partial index."""
    State = NotificationJob.State  # noqa: N806 - a class
    for states in ([State.PENDING], [State.SENDING, State.UNCERTAIN]):
        rows = NotificationJob.objects.filter(state__in=states).order_by().values_list("tenant", "kind", "state")
        for tenant, kind, state, count in rows.annotate(Count("pk")):
            yield (slugs.get(str(tenant), NOBODY), kind, state), count


def _oldest_due(now: datetime, slugs: Mapping[str, str]) -> Samples:
    due = NotificationJob.objects.filter(state=NotificationJob.State.PENDING, due_at__lte=now).order_by()
    for tenant, since in due.values_list("tenant").annotate(Min("due_at")):
        yield (slugs.get(str(tenant), NOBODY),), (now - since).total_seconds()


def _dead_letters(slugs: Mapping[str, str]) -> Samples:
    dead = WebhookEvent.objects.filter(state=WebhookEvent.State.FAILED).order_by()
    for tenant, field, count in dead.values_list("tenant", "field").annotate(Count("pk")):
        yield (slugs.get(str(tenant), NOBODY), field), count


def _alerts(slugs: Mapping[str, str]) -> Samples:
    lasting = Alert.objects.exclude(state=Alert.State.SOLVED).order_by()
    for tenant, kind, count in lasting.values_list("tenant", "kind").annotate(Count("pk")):
        yield (slugs.get(str(tenant), NOBODY), kind), count


def _processes(now: datetime) -> Iterator[Metric]:
    family = GaugeMetricFamily(PREFIX + "process_seen_seconds", "Since it was last seen", labels=("role", "name"))
    for role, names in (heartbeat.seen(now) or {}).items():
        for name, at in names.items():
            family.add_metric([role, name], max((now - at).total_seconds(), 0.0))
    yield family
