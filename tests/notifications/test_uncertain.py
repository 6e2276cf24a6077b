"""Nothing sent twice, nothing lost: no answer, late answers, dead workers, statuses that decide."""

from datetime import timedelta
from typing import Any

import pytest

from notifications import queue, timeline
from notifications.models import JobAttempt, NotificationJob
from notifications.queue.start import CALL_LEASE
from tenants.models import Alert, Tenant
from tests.factories import NOW, make_ready_tenant
from tests.notifications.jobs import Graph, open_window, promise, run, store_status, tell_status, write_by_hand
from whatsapp import inbox
from whatsapp.errors import Refused
from whatsapp.models import Message
from whatsapp.providers.base import Accepted

pytestmark = pytest.mark.django_db
HOLD = timedelta(seconds=900)
SECOND = timedelta(seconds=1)
OVER = HOLD + timedelta(minutes=1)  # it begins when the call went unanswered, a while after the round began


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def silent_job(tenant, graph: Graph) -> NotificationJob:
    """A notice whose call was never answered."""
    job = promise(tenant)
    graph.fall_silent(times=1)
    run()
    return fresh(job)


def fresh(job: NotificationJob) -> NotificationJob:
    return NotificationJob.objects.select_related("message__number__account", "tenant", "contact").get(pk=job.pk)


def started(job: NotificationJob, now: Any = NOW) -> queue.Ticket:
    """The worker's state at the moment of the call."""
    batch = queue.claim(now, limit=10)
    return queue.start(batch.ready, batch.token, now)[0]


def test_no_answer_makes_it_uncertain_and_never_pending(silent_job):
    assert (silent_job.state, silent_job.reason_code) == ("uncertain", "no_answer")
    assert run(NOW + HOLD / 2).due == 0


def test_a_status_settles_it_without_a_second_message(silent_job, graph: Graph):
    tell_status(silent_job.message, "delivered", wamid="wamid.7")
    job = fresh(silent_job)
    assert (job.state, job.message.provider_message_id, job.message.status) == ("sent", "wamid.7", "delivered")
    queue.sweep(NOW + OVER)
    assert (run(NOW + OVER).due, len(graph.bodies)) == (0, 1)


def test_the_attempt_keeps_the_id_that_the_status_told(silent_job):
    tell_status(silent_job.message, "sent", wamid="wamid.7")
    attempt = JobAttempt.objects.get()
    assert (attempt.outcome, attempt.provider_message_id) == ("accepted", "wamid.7")
    assert "confirmed" in [line.event for line in timeline.lines(silent_job)]


def test_a_status_that_beats_the_answer_settles_it_too(tenant, graph: Graph):
    job = promise(tenant)
    ticket = started(job)
    tell_status(fresh(job).message, "sent", wamid="wamid.7")
    assert queue.record(ticket, Accepted("wamid.7", wa_id="5511988887777"), NOW) == "sent"
    job = fresh(job)
    assert (job.state, job.message.status, Alert.objects.count()) == ("sent", "sent", 0)


def test_when_the_hold_runs_out_an_automatic_notice_goes_again_and_says_the_risk(silent_job, graph: Graph):
    assert queue.sweep(NOW + OVER) == 1
    assert run(NOW + OVER).sent == 1
    job = fresh(silent_job)
    assert (job.state, job.attempts, Message.objects.count()) == ("sent", 2, 2)
    assert "hold_over" in [line.event for line in timeline.lines(job)]


def test_a_status_that_comes_after_the_hold_still_stops_the_repeat(silent_job, graph: Graph):
    queue.sweep(NOW + OVER)
    tell_status(silent_job.message, "sent", wamid="wamid.7")
    assert run(NOW + OVER + SECOND).due == 0
    assert (fresh(silent_job).state, len(graph.bodies)) == ("sent", 1)


def test_a_hold_does_not_end_while_the_status_waits_in_our_own_inbox(silent_job, graph: Graph):
    store_status(silent_job.message, "sent", wamid="wamid.7")
    later = NOW + OVER
    assert (queue.sweep(later), run(later).due) == (0, 0)
    inbox.process(later)
    assert (fresh(silent_job).state, run(later).due, len(graph.bodies)) == ("sent", 0, 1)


def test_statuses_of_other_numbers_keep_no_hold(silent_job, graph: Graph):
    other = promise(make_ready_tenant())
    run()
    store_status(fresh(other).message, "delivered")
    assert queue.sweep(NOW + OVER) == 1


def test_two_ids_for_one_job_raise_an_alert(silent_job, graph: Graph):
    queue.sweep(NOW + OVER)
    run(NOW + OVER)
    tell_status(silent_job.message, "sent", NOW + HOLD, wamid="wamid.first")
    alert = Alert.objects.get(kind="sent_twice")
    assert alert.detail["message_ids"] == ["wamid.1", "wamid.first"]


def test_of_a_manual_message_a_person_decides(tenant, graph: Graph):
    job = write_by_hand(tenant)
    open_window(job)
    graph.fall_silent()
    run()
    queue.sweep(NOW + OVER)
    job = fresh(job)
    assert (job.state, job.reason_code) == ("uncertain", "unconfirmed")
    assert queue.sweep(NOW + 2 * HOLD) == 0


def test_without_retries_left_a_person_decides(silent_job):
    NotificationJob.objects.update(failures=5)
    queue.sweep(NOW + OVER)
    assert fresh(silent_job).reason_code == "unconfirmed"


def test_a_worker_that_died_during_the_call_leaves_it_uncertain(tenant, graph: Graph):
    job = promise(tenant)
    started(job)
    assert queue.sweep(NOW + CALL_LEASE / 2) == 0
    assert queue.sweep(NOW + CALL_LEASE + SECOND) == 1
    job = fresh(job)
    assert (job.state, job.reason_code) == ("uncertain", "worker_lost")
    assert JobAttempt.objects.get().outcome == "uncertain"


def test_a_worker_that_died_after_the_claim_frees_its_jobs(tenant, graph: Graph):
    job = promise(tenant)
    queue.claim(NOW, limit=10)
    assert run(NOW + SECOND).due == 0
    later = NOW + timedelta(minutes=3)
    assert queue.is_due(later)
    assert run(later).sent == 1
    assert fresh(job).attempts == 1


def test_a_slow_worker_that_comes_back_still_records(tenant, graph: Graph):
    job = promise(tenant)
    ticket = started(job)
    queue.sweep(NOW + CALL_LEASE + SECOND)
    assert queue.record(ticket, Accepted("wamid.late"), NOW + CALL_LEASE + 2 * SECOND) == "sent"
    assert fresh(job).message.provider_message_id == "wamid.late"


def test_an_answer_that_comes_after_the_job_went_on_changes_nothing_but_its_attempt(tenant, graph: Graph):
    job = promise(tenant)
    ticket = started(job)
    NotificationJob.objects.update(state="cancelled", reason_code="discarded")
    assert queue.record(ticket, Accepted("wamid.late"), NOW) == ""
    job = fresh(job)
    assert (job.state, job.reason_code) == ("cancelled", "discarded")
    assert JobAttempt.objects.get().provider_message_id == "wamid.late"


def test_a_late_refusal_of_an_older_attempt_changes_nothing(silent_job, graph: Graph):
    old = queue.Ticket(
        *(silent_job, 1, silent_job.lease_token, silent_job.message_id, silent_job.message.number, {}),
        automation=None,
        is_redirected=False,
    )
    queue.sweep(NOW + OVER)
    run(NOW + OVER)
    assert queue.record(old, Refused("no", code=131026), NOW) == ""
    assert fresh(silent_job).state == "sent"


def test_a_failure_told_later_is_tried_once_more_where_it_helps(tenant, graph: Graph):
    job = promise(tenant)
    run()
    tell_status(fresh(job).message, "failed", code=131000)
    job = fresh(job)
    assert (job.state, job.failures) == ("pending", 1)
    run(job.due_at)
    assert (fresh(job).state, Message.objects.count(), len(graph.bodies)) == ("sent", 2, 2)


@pytest.mark.parametrize("code", [131049, 131026, 132000])
def test_a_failure_that_no_repeat_cures_stays_with_its_reason(tenant, graph: Graph, code):
    job = promise(tenant)
    run()
    tell_status(fresh(job).message, "failed", code=code)
    job = fresh(job)
    assert (job.state, job.message.status, job.reason_detail["error_code"]) == ("sent", "failed", code)


def test_the_same_failure_told_twice_has_one_effect(tenant, graph: Graph):
    job = promise(tenant)
    run()
    for second in range(2):
        tell_status(fresh(job).message, "failed", NOW + second * SECOND, code=131000)
    assert fresh(job).failures == 1


def test_a_proof_of_delivery_takes_back_a_planned_repeat(tenant, graph: Graph):
    job = promise(tenant)
    run()
    message = fresh(job).message
    tell_status(message, "failed", code=131000)
    tell_status(message, "delivered", NOW + SECOND)
    assert (fresh(job).state, run(NOW + timedelta(hours=1)).due) == ("sent", 0)


def test_an_uncertain_call_that_failed_after_all_is_tried_again(silent_job, graph: Graph):
    tell_status(silent_job.message, "failed", wamid="wamid.7", code=131000)
    job = fresh(silent_job)
    assert (job.state, job.failures) == ("pending", 1)


def test_lost_payment_told_later_degrades_the_connection(tenant, graph: Graph):
    job = promise(tenant)
    run()
    tell_status(fresh(job).message, "failed", code=131042)
    job = fresh(job)
    assert (job.state, job.reason_code, job.message.number.state) == ("pending", "connection_lost", "degraded")


def test_a_failure_without_a_code_is_no_lost_access(tenant, graph: Graph):
    job = promise(tenant)
    run()
    tell_status(fresh(job).message, "failed")
    job = fresh(job)
    assert (job.state, job.message.status, job.message.number.state) == ("sent", "failed", "connected")


@pytest.mark.parametrize("code", ["abc", {"code": 190}, "190 or so"])
def test_a_failure_whose_code_cannot_be_read_never_pauses_the_number(tenant, graph: Graph, code):
    job = promise(tenant)
    run()
    tell_status(fresh(job).message, "failed", NOW + HOLD, code=code)
    job = fresh(job)
    assert (job.message.error_code, job.message.number.state) == (None, "connected")
    assert (job.state, job.reason_code) == ("sent", "provider_refused")
    assert "why" in timeline.lines(job)[-1].sentence


def test_a_message_id_that_is_already_taken_neither_loses_nor_repeats_the_message(tenant, graph: Graph):
    first, second = promise(tenant), promise(tenant, phone="+5511977776666", scheduled_for=NOW + SECOND)
    graph.reaction = lambda _body: (200, {"contacts": [], "messages": [{"id": "wamid.same"}]})
    run()
    run(NOW + SECOND)
    assert (fresh(first).state, fresh(second).state, len(graph.bodies)) == ("sent", "sent", 2)
    assert Alert.objects.filter(kind="message_id_taken").exists()


def test_a_record_that_breaks_leaves_the_others_recorded_and_its_own_uncertain(tenant, graph: Graph, monkeypatch):
    jobs = [promise(tenant, phone=f"+551198888000{n}") for n in range(3)]
    record_many = queue.record_many

    def break_one(outcomes: Any, now: Any) -> list[str]:
        if any(ticket.job == jobs[1] for ticket, _outcome in outcomes):
            raise RuntimeError("a defect")
        return record_many(outcomes, now)

    monkeypatch.setattr(queue, "record_many", break_one)
    run()
    assert [fresh(job).state for job in jobs] == ["sent", "sending", "sent"]
    queue.sweep(NOW + CALL_LEASE + 2 * SECOND)
    assert fresh(jobs[1]).state == "uncertain"
