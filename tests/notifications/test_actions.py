"""What people may do with a message, alone and at once."""

from datetime import timedelta
from typing import Any

import pytest

from notifications import actions, timeline
from notifications.actions import ActionRefused
from notifications.models import NotificationJob
from tenants.models import AuditEntry, AutomationSettings, Tenant
from tests.factories import NOW, make_person, make_ready_tenant
from tests.notifications.jobs import Graph, promise, run, tell_status

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def person(tenant) -> Any:
    return make_person(tenant)


def fresh(job: NotificationJob) -> NotificationJob:
    return NotificationJob.objects.select_related("message__number__account", "tenant").get(pk=job.pk)


def in_state(tenant: Tenant, state: str) -> NotificationJob:
    job = promise(tenant)
    NotificationJob.objects.filter(pk=job.pk).update(state=state, attempts=1, failures=6, reason_code="too_late")
    return fresh(job)


def test_send_now_brings_a_later_job_forward(tenant, person, graph: Graph):
    job = promise(tenant, scheduled_for=NOW + HOUR)
    actions.send_now(job, person, NOW)
    assert run().sent == 1


def test_send_now_is_not_held_by_quiet_hours(tenant, person, graph: Graph):
    AutomationSettings.objects.update(quiet_hours={"*": ["11:00", "14:30"]})
    job = promise(tenant)
    run()
    actions.send_now(fresh(job), person, NOW)
    assert run().sent == 1


@pytest.mark.parametrize("state", ["failed", "skipped"])
def test_retry_sends_again_with_new_retries(tenant, person, graph: Graph, state):
    job = in_state(tenant, state)
    actions.retry(job, person, NOW)
    job = fresh(job)
    assert (job.state, job.failures, job.reason_code) == ("pending", 0, "")
    assert run().sent == 1


def test_a_late_notice_that_a_person_retries_is_not_too_late(tenant, person, graph: Graph):
    job = promise(tenant)
    late = NOW + 20 * HOUR
    run(late)
    assert fresh(job).reason_code == "too_late"
    actions.retry(fresh(job), person, late)
    assert run(late).sent == 1


def test_what_meta_failed_to_deliver_can_be_retried(tenant, person, graph: Graph):
    job = promise(tenant)
    run()
    tell_status(fresh(job).message, "failed", code=131026)
    actions.retry(fresh(job), person, NOW)
    assert run().sent == 1


def test_an_uncertain_one_needs_a_confirmation_that_names_the_risk(tenant, person):
    job = in_state(tenant, "uncertain")
    with pytest.raises(ActionRefused) as refused:
        actions.retry(job, person, NOW)
    assert refused.value.needs_confirmation
    actions.retry(job, person, NOW, confirmed=True)
    assert fresh(job).state == "pending"


def test_of_two_people_who_retry_at_once_one_wins_and_the_other_is_told(tenant, person):
    job, seen_by_other = in_state(tenant, "failed"), fresh(NotificationJob.objects.get())
    actions.retry(job, person, NOW)
    with pytest.raises(ActionRefused) as refused:
        actions.retry(seen_by_other, make_person(tenant), NOW)
    assert not refused.value.needs_confirmation
    assert [line.event for line in timeline.lines(job)].count("retried") == 1


@pytest.mark.parametrize("state", ["pending", "sending", "sent", "cancelled"])
def test_what_did_not_fail_is_not_retried(tenant, person, state):
    with pytest.raises(ActionRefused):
        actions.retry(in_state(tenant, state), person, NOW)


@pytest.mark.parametrize("state", sorted(actions.DISCARDABLE))
def test_discarding_ends_it_with_the_persons_words(tenant, person, state):
    job = in_state(tenant, state)
    actions.discard(job, "cliente desistiu", person, NOW)
    job = fresh(job)
    assert (job.state, job.reason_code, job.reason_detail) == (
        "cancelled",
        "discarded",
        {"reason": "cliente desistiu"},
    )


def test_discarding_asks_why(tenant, person):
    with pytest.raises(ActionRefused):
        actions.discard(promise(tenant), "  ", person, NOW)


def test_a_message_being_sent_is_left_to_its_outcome(tenant, person):
    job = in_state(tenant, "sending")
    for act in (actions.discard, actions.mark_failed):
        with pytest.raises(ActionRefused):
            act(job, "x", person, NOW)
    assert fresh(job).state == "sending"


def test_marking_as_failed_keeps_who_and_why(tenant, person):
    job = in_state(tenant, "uncertain")
    actions.mark_failed(job, "não chegou", person, NOW)
    line = timeline.lines(job)[-1]
    assert (fresh(job).state, line.event, line.actor) == ("failed", "marked_failed", person)
    assert "não chegou" in line.sentence


def test_every_act_is_audited(tenant, person):
    actions.send_now(promise(tenant), person, NOW)
    actions.retry(in_state(tenant, "failed"), person, NOW)
    actions.discard(promise(tenant), "x", person, NOW)
    actions.mark_failed(promise(tenant), "x", person, NOW)
    acts = set(AuditEntry.objects.filter(actor=person, tenant=tenant).values_list("action", flat=True))
    assert acts == {"job.send_now", "job.retried", "job.discarded", "job.marked_failed"}
