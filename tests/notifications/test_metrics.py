"""/metrics: what Prometheus reads, to whoever has the token; no secret, no word, no phone of anybody."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from notifications import metrics
from notifications.models import NotificationJob
from tenants import alerts
from tests.factories import make_ready_tenant
from tests.notifications.jobs import Graph, promise, run
from whatsapp import heartbeat, tallies
from whatsapp.models import WebhookEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    tallies.flush()
    tallies._ledger(tallies.os.getpid())._client.flushdb()


@pytest.fixture
def jana():
    return make_ready_tenant("studio-jana")


def scrape(settings) -> str:
    tallies.flush()
    return Client().get("/metrics", headers={"authorization": f"Bearer {settings.METRICS_TOKEN}"}).content.decode()


def samples(text: str) -> dict[tuple[str, ...], float]:
    """By name and values of labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, *(value for _name, value in sorted(sample.labels.items()))] = sample.value
    return found


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic test_metrics_token"])
def test_without_the_token_nothing_is_told(header):
    answer = Client().get("/metrics", headers={"authorization": header} if header else {})
    assert answer.status_code == 401


def test_without_a_token_set_it_is_closed(settings):
    settings.METRICS_TOKEN = ""
    assert Client().get("/metrics").status_code == 503


def test_a_webhook_is_counted_with_its_time(settings, jana):
    assert Client().post("/api/whatsapp/meta/webhook", b"{}", content_type="application/json").status_code == 401
    told = samples(scrape(settings))
    assert told["recado_webhooks_total", "401"] == 1
    assert told["recado_webhook_seconds_bucket", "+Inf"] == told["recado_webhook_seconds_count",] == 1


def test_sends_and_their_failures_are_counted_by_company_and_kind(settings, jana, graph: Graph):
    promise(jana)
    promise(jana)
    run()
    told = samples(scrape(settings))
    assert told["recado_sends_total", "appointment_created", "sent", "studio-jana"] == 2
    assert told["recado_graph_calls_total", "200", "messages"] == 2


def test_a_refusal_is_counted_by_its_kind(settings, jana, graph: Graph):
    graph.refuse(131026)
    promise(jana)
    run()
    assert samples(scrape(settings))["recado_send_failures_total", "recipient", "studio-jana"] == 1


def test_what_waits_is_told_now(settings, jana):
    job = promise(jana)
    NotificationJob.objects.filter(pk=job.pk).update(due_at=timezone.now() - timedelta(seconds=90))
    WebhookEvent.objects.create(provider="meta", key="dead", field="messages", state="failed", tenant=jana)
    alerts.raise_alert("events_failed", tenant=jana, subject="messages", now=timezone.now())
    heartbeat.note(heartbeat.WORKER, "host-1", timezone.now() - timedelta(seconds=5))
    told = samples(scrape(settings))
    assert told["recado_jobs", "appointment_created", "pending", "studio-jana"] == 1
    assert told["recado_oldest_due_seconds", "studio-jana"] == pytest.approx(90, abs=5)
    assert told["recado_dead_letters", "messages", "studio-jana"] == 1
    assert told["recado_alerts", "events_failed", "studio-jana"] == 1
    assert told["recado_process_seen_seconds", "host-1", "worker"] == pytest.approx(5, abs=3)


def test_no_phone_no_name_and_no_text_is_in_it(settings, jana, graph: Graph):
    promise(jana)
    run()
    text = scrape(settings)
    assert not [word for word in ("8888", "Maria", "Corte", "SIM-token") if word in text]


def test_it_asks_the_database_a_handful_of_questions(settings, jana, django_assert_max_num_queries):
    with django_assert_max_num_queries(11):
        scrape(settings)


def test_every_metric_is_told_in_the_docs(settings):
    page = (settings.BASE_DIR / "docs" / "metrics.md").read_text()
    names = {family.name for family in metrics.Now(timezone.now()).collect()}
    assert [name for name in sorted(names) if f"`{name}" not in page] == []
