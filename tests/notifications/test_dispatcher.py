"""A round from the queue to Meta's answer."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from notifications import dispatcher, queue, schedule, tasks, timeline
from notifications.models import JobAttempt, NotificationJob
from tenants import connections as wires
from tenants.models import Alert, Consent, Identity, PhoneNumber
from tests.bench import backlog
from tests.factories import MARIA, NOW, make_appointment, make_ready_tenant
from tests.notifications.jobs import Graph, open_window, promise, run, write_by_hand
from whatsapp.models import Message
from whatsapp.providers.base import Accepted

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def tenant() -> Any:
    return make_ready_tenant()


def events(job: NotificationJob) -> list[str]:
    return [line.event for line in timeline.lines(job)]


def test_a_due_job_reaches_meta_and_is_sent(tenant, graph: Graph):
    job = promise(tenant)
    done = run()
    job.refresh_from_db()
    assert (done.due, done.sent, done.remaining) == (1, 1, 0)
    assert (job.state, job.message.provider_message_id, job.message.status) == ("sent", "wamid.1", "accepted")
    assert events(job) == ["queued", "sending", "accepted"]


def test_the_request_carries_the_job_and_attempt(tenant, graph: Graph):
    job = promise(tenant)
    run()
    assert graph.bodies[0]["biz_opaque_callback_data"] == f"{job.pk}:1"
    assert graph.bodies[0]["to"].lstrip("+") == MARIA.lstrip("+")


def test_a_job_that_is_not_due_yet_stays(tenant, graph: Graph):
    promise(tenant, scheduled_for=NOW + HOUR)
    assert run().due == 0
    assert graph.bodies == []


def test_only_the_kinds_asked_for_are_touched(tenant, graph: Graph):
    promise(tenant)
    reminder = promise(tenant, "appointment_reminder")
    done = run(kinds=["appointment_reminder"])
    reminder.refresh_from_db()
    assert done.due == 1
    assert NotificationJob.objects.get(kind="appointment_created").state == "pending"


def test_a_round_stops_at_its_limit(tenant, graph: Graph):
    for n in range(5):
        promise(tenant, phone=f"+551198888000{n}")
    done = run(limit=2)
    assert (done.due, done.sent, done.remaining) == (2, 2, 3)


def test_more_than_a_pool_at_once_all_go(tenant, graph: Graph):
    jobs = [promise(tenant, phone=f"+55119888800{n:02}") for n in range(40)]
    done = run()
    while done.remaining or NotificationJob.objects.filter(state="pending").exists():
        done = run(NOW + timedelta(seconds=2))
    refs = {body["biz_opaque_callback_data"] for body in graph.bodies}
    assert refs == {f"{job.pk}:1" for job in jobs}
    assert len(graph.bodies) == 40


def test_a_transient_refusal_is_tried_again_with_the_same_message_row(tenant, graph: Graph):
    job = promise(tenant)
    graph.refuse(131016, status=500, times=1)
    assert run().held == 1
    job.refresh_from_db()
    assert (job.state, job.failures, job.due_at > NOW) == ("pending", 1, True)
    run(job.due_at)
    job.refresh_from_db()
    assert (job.state, job.attempts, Message.objects.count()) == ("sent", 2, 1)
    assert job.message.client_ref == f"{job.pk}:2"


def test_a_refusal_for_good_fails_with_metas_words(tenant, graph: Graph):
    job = promise(tenant)
    graph.refuse(131026)
    assert run().failed == 1
    job.refresh_from_db()
    assert (job.state, job.reason_code, job.reason_detail["error_code"]) == ("failed", "provider_refused", 131026)


def test_a_lost_token_degrades_the_connection_and_jobs_wait(tenant, graph: Graph):
    job, other = promise(tenant), promise(tenant, phone="+5511977776666", scheduled_for=NOW + HOUR)
    graph.refuse(190, status=401)
    assert run().held == 1
    job.refresh_from_db()
    number = PhoneNumber.objects.get()
    assert (number.state, job.state, job.failures) == ("degraded", "pending", 0)
    assert run(NOW + HOUR).held == 2
    other.refresh_from_db()
    assert (other.state, other.reason_code, len(graph.bodies)) == ("pending", "connection_waiting", 1)
    assert Alert.objects.filter(kind="connection_degraded").exists()


def test_what_waited_for_a_connection_goes_once_it_is_back(tenant, graph: Graph):
    job = promise(tenant)
    graph.refuse(190, status=401, times=1)
    run()
    number = PhoneNumber.objects.get()
    wires.move(number, "connected", now=NOW)
    assert schedule.sweep_jobs(NOW + timedelta(seconds=5)) == 1
    assert run(NOW + timedelta(seconds=5)).sent == 1
    job.refresh_from_db()
    assert job.state == "sent"


def test_without_a_stored_token_nothing_is_called_and_the_job_waits(tenant, graph: Graph):
    number = PhoneNumber.objects.get()
    number.account.credentials.all().delete()
    promise(tenant)
    assert run().held == 1
    assert graph.bodies == []


def test_too_fast_holds_the_whole_number_and_counts_no_failure(tenant, graph: Graph):
    job, other = promise(tenant), promise(tenant, phone="+5511977776666", scheduled_for=NOW + timedelta(seconds=1))
    graph.refuse(130429, times=1)
    run()
    run(NOW + timedelta(seconds=1))
    job.refresh_from_db()
    other.refresh_from_db()
    assert (job.failures, other.reason_code, len(graph.bodies)) == (0, "provider_rate", 1)
    run(NOW + timedelta(seconds=70))
    assert len(graph.bodies) == 3


def test_a_closed_window_corrects_what_we_know(tenant, graph: Graph):
    job = write_by_hand(tenant)
    thread = open_window(job)
    graph.refuse(131047)
    run()
    job.refresh_from_db()
    thread.refresh_from_db()
    assert (thread.window_opened_at, job.state, job.reason_code) == (None, "skipped", "window_no_inbound")
    assert len(graph.bodies) == 1


def test_metas_word_on_an_opt_out_is_kept(tenant, graph: Graph):
    job = promise(tenant)
    graph.refuse(131050)
    run()
    job.refresh_from_db()
    assert (job.state, job.reason_code) == ("skipped", "opted_out")
    assert Consent.objects.get().source == "provider_error"


def test_the_address_that_meta_answers_with_leads_to_the_same_contact(tenant, graph: Graph):
    job = promise(tenant)
    graph.reaction = lambda _body: (
        200,
        {"contacts": [{"wa_id": "551188887777"}], "messages": [{"id": "wamid.x"}]},
    )
    run()
    assert Identity.objects.get(value="551188887777").contact == job.contact


def test_two_rounds_at_once_send_each_job_once(tenant, graph: Graph):
    promise(tenant)
    first, second = queue.claim(NOW, limit=10), queue.claim(NOW, limit=10)
    assert (len(first), len(second)) == (1, 0)
    assert queue.start(first.ready, second.token, NOW) == []


def test_what_was_cancelled_after_the_claim_is_not_called(tenant, graph: Graph):
    promise(tenant)
    batch = queue.claim(NOW, limit=10)
    queue.cancel(NotificationJob.objects.all(), reason_code="discarded", now=NOW, reason="x")
    assert queue.start(batch.ready, batch.token, NOW) == []


def test_each_attempt_keeps_what_was_asked_and_answered(tenant, graph: Graph):
    promise(tenant)
    graph.refuse(131026, details="not on WhatsApp")
    run()
    attempt = JobAttempt.objects.get()
    assert (attempt.attempt, attempt.outcome, attempt.error_code, attempt.fbtrace_id) == (1, "refused", 131026, "AbC")


def test_turns_are_fair_between_tenants(graph: Graph):
    busy, quiet = make_ready_tenant(), make_ready_tenant()
    for n in range(10):
        promise(busy, phone=f"+551198888000{n}", scheduled_for=NOW - HOUR)
    job = promise(quiet)
    run(limit=2)
    job.refresh_from_db()
    assert job.state == "sent"


def test_a_slow_number_keeps_no_other_waiting_and_goes_on_within_the_round(graph: Graph):
    slow, quick = make_ready_tenant(), make_ready_tenant()
    PhoneNumber.objects.filter(tenant=slow).update(throughput=20)
    for n in range(30):
        promise(slow, phone=f"+55119888800{n:02}")
    promise(quick)
    done = run(NOW)
    of_quick = Message.objects.get(tenant=quick).occurred_at
    of_slow = list(Message.objects.filter(tenant=slow).order_by("occurred_at").values_list("occurred_at", flat=True))
    assert (done.sent, of_quick < of_slow[10]) == (31, True)  # of twenty a second
    assert timedelta(seconds=1.4) < of_slow[-1] - NOW < timedelta(seconds=15)


def test_replies_go_before_notices_and_these_before_campaigns(tenant, graph: Graph):
    lanes = NotificationJob.Lane
    for n, lane in enumerate([lanes.CAMPAIGN, lanes.NOTICE, lanes.REPLY, lanes.NOTICE]):
        promise(tenant, phone=f"+551198888000{n}", lane=lane, scheduled_for=NOW - HOUR + n * timedelta(minutes=1))
    claimed = [ready.job.lane for ready in queue.claim(NOW, limit=10).ready]
    assert claimed == [lanes.REPLY, lanes.NOTICE, lanes.NOTICE, lanes.CAMPAIGN]


def test_a_tenant_with_five_thousand_waiting_does_not_keep_another_waiting(graph: Graph):
    busy, quiet = make_ready_tenant(), make_ready_tenant()
    began = time.monotonic()
    backlog.fill(busy, 5_000, people=50, due=NOW - HOUR)
    filled = time.monotonic()
    job = promise(quiet)
    batch = queue.claim(NOW, limit=100)
    assert job.pk in {ready.job.pk for ready in batch.ready}
    assert time.monotonic() - filled < filled - began  # on a machine as busy as it was while they were written


def test_more_tenants_than_a_claim_takes_have_their_turns(graph: Graph):
    tenants = [make_ready_tenant() for _ in range(3)]
    for age, tenant in enumerate(tenants):
        backlog.fill(tenant, 4, people=4, due=NOW - HOUR + timedelta(minutes=age))
    served: dict = {}
    claims = [queue.claim(NOW, limit=2, served=served).ready for _ in range(6)]
    turns = [ready.job.tenant for batch in claims for ready in batch]
    assert [turns[start : start + 3] for start in range(0, 12, 3)] == [tenants] * 4


def test_a_round_past_its_deadline_gives_back_what_it_claimed(tenant, graph: Graph, monkeypatch):
    jobs = [promise(tenant, phone=f"+55119888800{n:02}") for n in range(3)]
    monkeypatch.setattr(settings, "WHATSAPP_AUTOMATION_SEND_THREADS", 1)
    graph.reaction = lambda body: time.sleep(0.6) or graph.accept(body)
    done = run(deadline=NOW + timedelta(milliseconds=500))
    assert (done.sent, done.remaining) == (2, 1)  # one was called, one was next
    assert run(NOW + timedelta(seconds=1)).sent == 1
    assert NotificationJob.objects.filter(pk__in=[job.pk for job in jobs], attempts=1).count() == 3


def test_a_round_counts_each_job_once_however_often_it_was_looked_at(tenant, graph: Graph):
    PhoneNumber.objects.update(throughput=20)
    for n in range(12):
        promise(tenant, phone=f"+55119888800{n:02}")
    done = run(deadline=NOW + timedelta(seconds=5))
    while done.remaining:
        done = run(NOW + timedelta(seconds=1))
    assert done.due == done.sent + done.held <= 12


def test_a_batch_takes_a_number_of_queries_that_does_not_grow(tenant, graph: Graph, django_assert_max_num_queries):
    PhoneNumber.objects.update(throughput=1000)
    for n in range(30):
        promise(tenant, phone=f"+55119888800{n:02}")
    with django_assert_max_num_queries(24):
        batch = queue.claim(NOW, limit=30)
    with django_assert_max_num_queries(14):
        tickets = queue.start(batch.ready, batch.token, NOW)
    with django_assert_max_num_queries(12):
        queue.record_many([(ticket, Accepted(f"wamid.{n}")) for n, ticket in enumerate(tickets)], NOW)
    assert NotificationJob.objects.filter(state="sent").count() == 30


def test_a_batch_of_many_tenants_takes_no_more_queries(graph: Graph, django_assert_max_num_queries):
    for tenant in [make_ready_tenant() for _ in range(8)]:
        promise(tenant)
    with django_assert_max_num_queries(24):
        assert len(queue.claim(NOW, limit=30).ready) == 8


def test_the_task_sends_what_is_due_now(tenant, graph: Graph):
    now = timezone.now()
    job = promise(tenant, appointment=make_appointment(tenant, starts_at=now + HOUR * 24), scheduled_for=now, now=now)
    assert tasks.dispatch() == 1
    job.refresh_from_db()
    assert job.state == "sent"


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_every_job_once(graph: Graph):
    tenant = make_ready_tenant()
    PhoneNumber.objects.update(throughput=1000)
    jobs = [promise(tenant, phone=f"+55119888800{n:02}") for n in range(40)]
    graph.reaction = lambda body: time.sleep(0.01) or graph.accept(body)

    def work() -> int:
        try:
            return run().sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        sent = sum(done.result() for done in [pool.submit(work) for _ in range(4)])
    assert sent == len({body["biz_opaque_callback_data"] for body in graph.bodies}) == len(jobs) == len(graph.bodies)


def test_what_waited_longer_than_its_lease_and_is_claimed_again_goes_once(tenant, graph: Graph, monkeypatch):
    PhoneNumber.objects.update(throughput=4)
    jobs = [promise(tenant, phone=f"+551198888000{n}") for n in range(3)]
    claim, sizes = queue.claim, []

    def claim_what_ran_out(now: Any, **values: Any) -> queue.Batch:
        if len(sizes) == 1:
            NotificationJob.objects.filter(state="pending").update(leased_until=NOW - HOUR)
        batch = claim(now, **values)
        sizes.append(len(batch))
        return batch

    monkeypatch.setattr(queue, "claim", claim_what_ran_out)
    run()
    assert sizes[:2] == [3, 2]
    assert sorted(body["biz_opaque_callback_data"] for body in graph.bodies) == sorted(f"{job.pk}:1" for job in jobs)


def test_a_call_whose_thread_came_too_late_is_not_made_and_slow_answers_let_none_wait(tenant, settings, monkeypatch):
    settings.WHATSAPP_AUTOMATION_SEND_THREADS = 2
    monkeypatch.setattr(dispatcher, "LATE_SECONDS", 0.2)
    monkeypatch.setattr(dispatcher, "SLOW_SECONDS", 0.1)
    called: list[str] = []

    def slow(_number: Any, body: Any, _access: Any) -> Accepted:
        called.append(body["biz_opaque_callback_data"])
        time.sleep(0.5)
        return Accepted(f"wamid.{body['biz_opaque_callback_data']}")

    monkeypatch.setattr(dispatcher.delivery, "deliver", slow)
    jobs = [promise(tenant, phone=f"+551198888000{n}") for n in range(8)]
    done = run()
    assert (done.sent, done.held, len(called)) == (6, 2, 6)
    late = [job for job in jobs if f"{job.pk}:1" not in called]
    assert [events(job)[1:] for job in late] == [["sending", "unreachable", "retry"]] * 2
    assert set(NotificationJob.objects.values_list("failures", flat=True)) == {0}


def test_what_became_late_while_a_worker_stood_still_goes_evenly(tenant, graph: Graph, monkeypatch):
    PhoneNumber.objects.update(throughput=20)
    for n in range(15):
        promise(tenant, phone=f"+55119888800{n:02}")
    start, arrived = queue.start, []

    def start_late(*arguments: Any) -> list[queue.Ticket]:
        if not arrived:
            time.sleep(0.8)
        return start(*arguments)

    def accept(body: dict[str, Any]) -> Any:
        arrived.append(time.monotonic())
        return graph.accept(body)

    monkeypatch.setattr(queue, "start", start_late)
    graph.reaction = accept
    assert run().sent == 15
    in_any_second_fifth = [sum(at <= other < at + 0.2 for other in arrived) for at in arrived]
    assert max(in_any_second_fifth) <= 20 * (0.2 + dispatcher.AT_ONCE_SHARE) + 1
