"""A worker that is killed at any point of a send: exactly one message reaches the customer, and the job ends read."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from notifications import dispatcher, queue, states
from notifications.models import JobEvent, NotificationJob, OutboxEvent
from notifications.queue.claim import LEASE
from notifications.queue.start import CALL_LEASE
from templates_mgmt.models import MessageTemplate
from tenants.models import PhoneNumber, Tenant
from tests.factories import MARIA, make_appointment, make_ready_tenant
from tests.notifications.jobs import promise
from tests.simulator_client import SimulatorProcess
from whatsapp import inbox
from whatsapp.providers import http

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
SECOND = timedelta(seconds=1)
PHONE = MARIA.removeprefix("+")


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def meta(live_server, tenant) -> Iterator[SimulatorProcess]:
    """A Meta that knows the tenant's number, token and templates, and tells us its statuses."""
    with SimulatorProcess(f"{live_server.url}/api/whatsapp/meta/webhook", delays="0.2,0.4,0.6") as simulator:
        number = PhoneNumber.objects.get()
        simulator.accounts(
            waba_id=number.account.waba_id,
            token=f"SIM-token-{number.account.waba_id}",
            numbers=[{"phone_number_id": number.phone_number_id, "display_phone_number": "+551133334444"}],
            templates=list(MessageTemplate.objects.values("name", "language", "category", "components")),
        )
        with override_settings(WHATSAPP_META_GRAPH_URL=simulator.url):
            yield simulator


@pytest.fixture
def job(tenant) -> NotificationJob:
    now = timezone.now()
    appointment = make_appointment(tenant, starts_at=now + timedelta(days=2))
    return promise(tenant, appointment=appointment, scheduled_for=now, now=now)


class Workers:
    """Starts one worker at a time, and kills it; they are written to and heard over one pipe."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process, self.worker = process, psutil.Process(process.pid)

    def start(self, step: str, meta: SimulatorProcess) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{step} {meta.url}\n")
        self.process.stdin.flush()
        self.worker = psutil.Process(int(self.hear()))

    def hear(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def kill(self) -> None:
        self.worker.kill()
        self.worker.wait(10)

    def kill_after(self, step: str, meta: SimulatorProcess) -> None:
        """A worker that got as far as ``step`` and was killed there."""
        self.start(step, meta)
        assert self.hear() == step
        self.kill()


@pytest.fixture(scope="module")
def workers(django_db_setup: None) -> Iterator[Workers]:
    db = connection.settings_dict
    url = f"postgres://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{db['NAME']}"
    command = [sys.executable, "-m", "tests.notifications.worker"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"DATABASE_URL": url}, **pipes) as process:
        yield Workers(process)
        process.kill()


def until_read(job: NotificationJob) -> NotificationJob:
    """Processes webhooks as they come, until the job is read."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        inbox.process(timezone.now())
        row = NotificationJob.objects.select_related("message").get(pk=job.pk)
        if states.combined_state(row) == "read":
            return row
        time.sleep(0.1)
    raise AssertionError(f"{states.combined_state(row)} {row.reason_code}")


def test_killed_between_claim_and_call(job, meta, workers):
    workers.kill_after("claimed", meta)
    assert dispatcher.run(timezone.now()).due == 0
    assert dispatcher.run(timezone.now() + LEASE + SECOND).sent == 1
    assert until_read(job).attempts == 1
    assert len(meta.messages(PHONE)) == 1


def test_killed_after_it_was_marked_as_sending_and_before_the_call(job, meta, workers):
    workers.kill_after("started", meta)
    later = timezone.now() + CALL_LEASE + SECOND
    assert (queue.sweep(later), dispatcher.run(later).due) == (1, 0)
    after_hold = later + timedelta(seconds=901)
    assert (queue.sweep(after_hold), dispatcher.run(after_hold).sent) == (1, 1)
    assert until_read(job).attempts == 2
    assert len(meta.messages(PHONE)) == 1


def test_killed_between_call_and_record(job, meta, workers):
    meta.fault("messages", "timeout_after", times=1)
    workers.start("round", meta)
    meta.wait_for_message(PHONE, seconds=20)
    workers.kill()
    assert until_read(job).attempts == 1
    later = timezone.now() + timedelta(hours=1)
    assert (queue.sweep(later), dispatcher.run(later).due) == (0, 0)
    assert len(meta.messages(PHONE)) == 1


def test_killed_between_call_and_record_and_swept_before_the_status(job, meta, workers):
    meta.fault("messages", "timeout_after", times=1)
    workers.start("round", meta)
    meta.wait_for_message(PHONE, seconds=20)
    workers.kill()
    assert queue.sweep(timezone.now() + CALL_LEASE + SECOND) == 1
    assert until_read(job).state == "sent"
    assert len(meta.messages(PHONE)) == 1


@pytest.mark.parametrize("step", ["proved", "noted"])
def test_killed_while_it_recorded(job, meta, workers, step):
    workers.kill_after(step, meta)
    assert NotificationJob.objects.get().state == "sending"
    row = until_read(job)
    assert (row.attempts, len(meta.messages(PHONE))) == (1, 1)
    assert written(row) == ["queued", "sending", "confirmed"]
    later = timezone.now() + timedelta(hours=1)
    assert (queue.sweep(later), dispatcher.run(later).due) == (0, 0)


def test_killed_after_it_recorded(job, meta, workers):
    workers.kill_after("round", meta)
    row = until_read(job)
    assert (row.attempts, len(meta.messages(PHONE))) == (1, 1)
    assert written(row) == ["queued", "sending", "accepted"]


def test_killed_while_a_status_was_recorded_before_anybody_was_told(job, meta, workers):
    assert dispatcher.run(timezone.now()).sent == 1
    workers.kill_after("telling", meta)
    until_read(job)
    inbox.process(timezone.now() + timedelta(minutes=5))  # what was in its hands is tried again after a while
    told = [event.data["status"] for event in OutboxEvent.objects.filter(type="whatsapp_delivery_confirmed")]
    assert sorted(told) == ["delivered", "read"]


def test_a_lease_that_runs_out_while_a_slow_answer_is_awaited_brings_no_second_call(job, meta, workers):
    meta.fault("messages", "slow", delay_ms=3000, times=1)
    workers.start("round", meta)
    wait_until_sending(job)
    later = timezone.now() + CALL_LEASE + SECOND
    assert (queue.sweep(later), dispatcher.run(later).due) == (1, 0)
    assert workers.hear() == "round"
    workers.kill()
    row = until_read(job)
    assert (row.state, row.attempts, len(meta.messages(PHONE))) == ("sent", 1, 1)


def test_the_lease_of_a_call_outlasts_the_longest_call():
    longest = dispatcher.LATE_SECONDS + 2 * http.CONNECT_SECONDS + http.TOTAL_SECONDS + http.READ_SECONDS
    assert longest < CALL_LEASE.total_seconds()


def written(job: NotificationJob) -> list[str]:
    """The lines of our own side."""
    return list(JobEvent.objects.filter(job=job).values_list("event", flat=True))


def wait_until_sending(job: NotificationJob) -> None:
    deadline = time.monotonic() + 20
    while NotificationJob.objects.get(pk=job.pk).state != "sending":
        assert time.monotonic() < deadline
        time.sleep(0.05)
