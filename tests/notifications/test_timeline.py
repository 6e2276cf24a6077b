"""One message's whole story: our lines, Meta's statuses, the customer's replies."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation

from notifications import reasons, timeline
from notifications.models import NotificationJob
from tenants.models import Tenant
from tests.factories import NOW, make_ready_tenant
from tests.notifications.jobs import Graph, open_window, promise, run, tell_status
from whatsapp.models import Message

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


def fresh(job: NotificationJob) -> NotificationJob:
    return NotificationJob.objects.select_related("message__number__account", "tenant", "contact").get(pk=job.pk)


def events(job: NotificationJob) -> list[str]:
    return [line.event for line in timeline.lines(job)]


def test_the_whole_way_to_the_answer(tenant, graph: Graph):
    job = promise(tenant)
    run()
    for seconds, status in enumerate(["sent", "delivered", "read"], start=1):
        tell_status(fresh(job).message, status, NOW + timedelta(seconds=seconds))
    reply = open_window(fresh(job), NOW + timedelta(seconds=9)).window_message
    Message.objects.filter(pk=reply.pk).update(context_message_id="wamid.1", text="Confirmar")
    assert events(job) == ["queued", "sending", "accepted", "sent", "delivered", "read", "reply"]
    assert "Confirmar" in timeline.lines(job)[-1].sentence


def test_statuses_told_in_the_same_second_and_in_disorder_stand_in_order(tenant, graph: Graph):
    job = promise(tenant)
    run()
    for status in ("read", "sent", "delivered"):
        tell_status(fresh(job).message, status, NOW + timedelta(minutes=1))
    assert events(job)[-3:] == ["sent", "delivered", "read"]


def test_accepted_and_metas_own_sent_are_two_lines(tenant, graph: Graph):
    job = promise(tenant)
    run()
    tell_status(fresh(job).message, "sent")
    assert {"accepted", "sent"} <= set(events(job))


def test_statuses_of_an_earlier_attempt_are_told_too(tenant, graph: Graph):
    job = promise(tenant)
    run()
    first = fresh(job).message
    tell_status(first, "failed", code=131000)
    run(fresh(job).due_at)
    assert [line.code for line in timeline.lines(job) if line.event == "failed"] == ["131000"]


def test_an_attempt_shows_its_evidence(tenant, graph: Graph):
    job = promise(tenant)
    run()
    detail = next(line.detail for line in timeline.lines(job) if line.event == "sending")
    assert (detail["attempt"], detail["mode"], detail["template"]) == (1, "template", "aviso_de_agendamento")
    assert detail["window"]["reason"] == "no_inbound"


def test_a_refusal_tells_metas_code_and_words(tenant, graph: Graph):
    job = promise(tenant)
    graph.refuse(131026)
    run()
    line = next(line for line in timeline.lines(job) if line.event == "refused")
    assert line.detail["error_code"] == 131026
    assert reasons.explain("provider_refused", line.detail).sentence in line.sentence


def test_a_retry_tells_its_time(tenant, graph: Graph):
    job = promise(tenant)
    graph.refuse(131016, status=500)
    run()
    line = next(line for line in timeline.lines(job) if line.event == "retry")
    assert line.detail["until"] == fresh(job).due_at.isoformat()


def test_an_event_that_nobody_declared_is_refused(tenant):
    with pytest.raises(KeyError):
        timeline.write(promise(tenant), "exploded", now=NOW)


def test_a_line_of_an_old_version_is_shown_as_it_came(tenant):
    job = promise(tenant)
    job.events.create(event="from_the_past", detail={"code": "nobody_knows"}, at=NOW)
    assert "nobody_knows" in timeline.lines(job)[-1].sentence


@pytest.mark.parametrize("event", timeline.EVENTS)
def test_every_event_has_its_sentence_in_portuguese(event):
    with translation.override("en"):
        english = str(timeline.EVENTS[event])
    with translation.override("pt-br"):
        assert str(timeline.EVENTS[event]) != english


def test_timeline_takes_a_constant_number_of_queries(tenant, graph: Graph, django_assert_max_num_queries):
    job = promise(tenant)
    run()
    for seconds in range(8):
        tell_status(fresh(job).message, "sent", NOW + timedelta(seconds=seconds))
    with django_assert_max_num_queries(5):
        timeline.lines(job)


def literal_events() -> set[str]:
    """The events that the app's code writes."""
    found = set()
    for path in (ROOT / "notifications").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") in {"write", "draft"}
                and len(node.args) > 1
            ):
                found |= {leaf.value for leaf in ast.walk(node.args[1]) if isinstance(leaf, ast.Constant)}
    return {event for event in found if isinstance(event, str)}


def test_every_event_that_is_written_is_declared():
    assert literal_events() - set(timeline.EVENTS) == set()
    assert len(literal_events()) > 10
