"""A template that cannot be sent for the moment holds its messages, which go by themselves when it is back."""

from datetime import timedelta
from typing import Any

import pytest

from notifications import gates, queue, timeline
from notifications.kinds import KINDS
from notifications.models import NotificationJob
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants.models import Alert, Tenant
from tests.factories import NOW, make_appointment, make_ready_tenant, make_template
from tests.notifications.jobs import Graph, first_number, promise, run, tell_status, write_by_hand
from whatsapp.content import Template

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


def after_round(job: NotificationJob, now: Any = NOW) -> tuple[str, str]:
    run(now)
    job.refresh_from_db()
    return job.state, job.reason_code


def approve(at: Any = NOW) -> None:
    MessageTemplate.objects.update(status="APPROVED", status_at=at, missing_since=None)


@pytest.mark.parametrize("status", ["PAUSED", "DISABLED", "PENDING", "IN_APPEAL", "LIMIT_EXCEEDED"])
def test_it_waits_and_says_for_what_and_until_when(tenant, graph: Graph, status):
    MessageTemplate.objects.update(status=status)
    job = promise(tenant)
    assert after_round(job) == ("pending", "template_waiting")
    line = next(line for line in timeline.lines(job) if line.event == "held")
    assert status in line.sentence
    assert "aviso_de_agendamento" in line.sentence
    assert line.detail["latest"] == (NOW + KINDS[job.kind].late_limit).isoformat()


def test_it_goes_by_itself_as_soon_as_meta_approves_it_again(tenant, graph: Graph):
    MessageTemplate.objects.update(status="PAUSED")
    job = promise(tenant)
    run()
    assert queue.wake(NOW + MINUTE) == 0
    approve(NOW + MINUTE)
    assert queue.wake(NOW + MINUTE) == 1
    assert after_round(job, NOW + MINUTE) == ("sent", "")


def test_a_template_that_was_lost_and_is_back_is_found_without_a_word_of_meta(tenant, graph: Graph):
    MessageTemplate.objects.update(missing_since=NOW)
    job = promise(tenant)
    assert after_round(job) == ("pending", "template_lost")
    MessageTemplate.objects.update(missing_since=None)
    assert after_round(job, NOW + gates.TEMPLATE_AGAIN + MINUTE) == ("sent", "")


def test_what_waited_too_long_is_not_sent(tenant, graph: Graph):
    MessageTemplate.objects.update(status="PAUSED")
    job = promise(tenant, "appointment_reminder", appointment=make_appointment(tenant))
    run()
    approve()
    assert after_round(job, NOW + timedelta(hours=7)) == ("skipped", "too_late")
    assert graph.bodies == []


def test_the_template_in_its_place_speaks_at_once(tenant, graph: Graph):
    second = make_template(first_number(tenant).account, "aviso_curto", template_id="2")
    TemplateMapping.objects.update(fallback=second)
    MessageTemplate.objects.exclude(pk=second.pk).update(status="PAUSED")
    job = promise(tenant)
    assert after_round(job) == ("sent", "")
    assert job.template_name == "aviso_curto"


@pytest.mark.parametrize(("code", "status"), [(132015, "PAUSED"), (132016, "DISABLED")])
def test_a_refusal_that_tells_of_the_template_holds_its_messages(tenant, graph: Graph, code, status):
    graph.refuse(code)
    jobs = [promise(tenant, phone=f"+551198888777{n}") for n in range(3)]
    run()
    run(NOW + MINUTE)
    states = set(NotificationJob.objects.filter(pk__in=[job.pk for job in jobs]).values_list("state", "reason_code"))
    assert (states, len(graph.bodies)) == ({("pending", "template_waiting")}, 3)
    assert MessageTemplate.objects.get(name="aviso_de_agendamento").status == status
    assert Alert.objects.filter(kind="template_unusable", solved_at=None).exists()


def test_a_pause_told_with_the_delivery_holds_it_too(tenant, graph: Graph):
    job = promise(tenant)
    run()
    job.refresh_from_db()
    tell_status(job.message, "failed", code=132015)
    assert after_round(job, NOW + MINUTE) == ("pending", "template_waiting")


def test_a_refused_template_that_nobody_knows_here_fails(tenant, graph: Graph):
    graph.refuse(132016)
    job = write_by_hand(tenant, Template("unheard_of", "pt_BR"))
    assert after_round(job) == ("failed", "provider_refused")
