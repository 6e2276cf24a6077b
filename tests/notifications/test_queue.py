"""Promises: made once, moved, taken back; and the bell."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from notifications import queue, schedule, sending, timeline
from notifications.models import NotificationJob
from tenants import rows
from tenants.models import AutomationSettings, Tenant
from tests.factories import MARIA, NOW, make_contact, make_ready_tenant, make_tenant
from tests.notifications.jobs import Graph, promise, run, write_by_hand
from whatsapp import bell
from whatsapp.content import Text
from whatsapp.errors import InvalidContent

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def rung(monkeypatch) -> list[str]:
    """What was rung for."""
    names: list[str] = []
    monkeypatch.setattr(bell, "ring", names.append)
    return names


def only(job: NotificationJob) -> Any:
    return NotificationJob.objects.filter(pk=job.pk)


def test_the_same_notice_is_one_job(tenant):
    job = promise(tenant, dedupe_key="created:1")
    again = promise(tenant, dedupe_key="created:1", appointment=job.appointment)
    assert (again, NotificationJob.objects.count(), job.events.count()) == (job, 1, 1)


def test_two_tenants_may_use_the_same_key(tenant):
    promise(tenant, dedupe_key="a")
    promise(make_ready_tenant(), dedupe_key="a")
    assert NotificationJob.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_promise_demands_the_transaction_of_its_use_case():
    tenant = make_tenant()
    contact = make_contact(tenant)
    facts = {"kind": "manual", "dedupe_key": "1", "to": MARIA, "scheduled_for": NOW, "now": NOW}
    with pytest.raises(transaction.TransactionManagementError):
        queue.enqueue(tenant=tenant, contact=contact, **facts)
    assert not NotificationJob.objects.exists()


def test_a_due_job_rings_once_its_transaction_commits(tenant, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        promise(tenant)
        assert rung == []
    assert rung == ["notifications.dispatch"]


def test_a_job_for_later_does_not_ring(tenant, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        promise(tenant, scheduled_for=NOW + HOUR)
    assert rung == []


def test_a_tenant_may_leave_the_sending_to_beat(tenant, rung, django_capture_on_commit_callbacks):
    AutomationSettings.objects.update(auto_dispatch_on_queue=False)
    tenant.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        promise(Tenant.objects.get())
    assert rung == []


def test_beat_rings_only_when_something_is_due(tenant, rung):
    schedule.sweep_jobs(NOW)
    assert rung == []
    promise(tenant)
    schedule.sweep_jobs(NOW)
    assert rung == ["notifications.dispatch"]


def test_a_held_job_does_not_ring_every_second(tenant, rung, graph: Graph):
    AutomationSettings.objects.update(quiet_hours={"*": ["11:00", "14:30"]})
    promise(tenant)
    run()
    schedule.sweep_jobs(NOW + timedelta(seconds=1))
    assert rung == []


def test_cancelling_ends_what_waits_and_says_why(tenant):
    job = promise(tenant)
    assert queue.cancel(only(job), reason_code="appointment_cancelled", now=NOW) == 1
    job.refresh_from_db()
    assert (job.state, job.reason_code) == ("cancelled", "appointment_cancelled")
    assert timeline.lines(job)[-1].event == "cancelled"


@pytest.mark.parametrize("state", ["sending", "sent", "failed", "skipped", "cancelled"])
def test_cancelling_leaves_what_no_longer_waits(tenant, state):
    job = promise(tenant)
    only(job).update(state=state)
    assert queue.cancel(only(job), reason_code="appointment_cancelled", now=NOW) == 0
    job.refresh_from_db()
    assert job.state == state


def test_a_moved_job_goes_at_its_new_time_only(tenant, graph: Graph):
    job = promise(tenant)
    assert queue.reschedule(job, NOW + HOUR, NOW)
    assert run().due == 0
    assert run(NOW + HOUR).sent == 1


def test_moving_to_the_same_time_writes_nothing(tenant):
    job = promise(tenant)
    queue.reschedule(job, NOW, NOW)
    assert [line.event for line in timeline.lines(job)] == ["queued"]


def test_what_is_sent_is_not_moved(tenant, graph: Graph):
    job = promise(tenant)
    run()
    assert not queue.reschedule(job, NOW + HOUR, NOW)


def test_ending_a_job_at_once_keeps_its_reason(tenant):
    job = promise(tenant)
    assert queue.skip(job, reason_code="window_no_inbound", now=NOW)
    assert not queue.skip(job, reason_code="window_expired", now=NOW)
    job.refresh_from_db()
    assert (job.state, job.reason_code) == ("skipped", "window_no_inbound")


def test_replies_go_before_notices(tenant, graph: Graph):
    notice, reply = promise(tenant, scheduled_for=NOW - HOUR), write_by_hand(tenant, kind="manual")
    assert [ready.job for ready in queue.claim(NOW, limit=1).ready or []] == []  # the reply came first: no window
    reply.refresh_from_db()
    notice.refresh_from_db()
    assert (reply.state, notice.state) == ("skipped", "pending")


def test_words_outside_metas_limits_are_refused_before_they_are_queued(tenant):
    with pytest.raises(InvalidContent):
        write_by_hand(tenant, Text("x" * 5000))
    assert not NotificationJob.objects.exists()


def test_the_same_key_sends_once(tenant):
    contact = make_contact(tenant)
    jobs = {
        sending.send(tenant, contact, MARIA, Text("oi"), origin="api", dedupe_key="k", now=NOW).pk for _ in range(2)
    }
    assert len(jobs) == 1


def test_many_rows_are_written_by_one_statement_each_with_its_own_values(tenant, django_assert_num_queries):
    jobs = [promise(tenant, phone=f"+551198888000{n}") for n in range(3)]
    for n, job in enumerate(jobs):
        job.reason_detail, job.due_at, job.leased_until = {"n": n, "text": 'a "quoted" {word},\\'}, NOW + n * HOUR, None
    with django_assert_num_queries(1):
        rows.update(jobs, ["reason_detail", "due_at", "leased_until"])
    kept = NotificationJob.objects.in_bulk([job.pk for job in jobs])
    assert [(kept[job.pk].reason_detail, kept[job.pk].due_at) for job in jobs] == [
        (job.reason_detail, job.due_at) for job in jobs
    ]
