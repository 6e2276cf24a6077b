"""What is too late after a wait: hours that the company planned do not count, everything else does."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from notifications import queue
from notifications.models import NotificationJob
from templates_mgmt.models import MessageTemplate
from tenants import flags
from tenants.models import AutomationSettings, PhoneNumber, Tenant
from tests.factories import NOW, make_appointment, make_ready_tenant
from tests.notifications.jobs import Graph, open_window, promise, run

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
EVENING = NOW + 9 * HOUR  # 21:00 in São Paulo
MORNING = NOW + 20 * HOUR  # 08:00
TEXT = {"type": "text", "body": "oi", "preview_url": False}


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def night(tenant) -> None:
    AutomationSettings.objects.update(quiet_hours={"*": ["20:00", "08:00"]})


def planned(
    tenant: Tenant, kind: str = "appointment_reminder", at: datetime = EVENING, **values: Any
) -> NotificationJob:
    appointment = make_appointment(tenant, starts_at=NOW + timedelta(days=3))
    return promise(tenant, kind, appointment=appointment, scheduled_for=at, **values)


def after_round(job: NotificationJob, now: datetime) -> tuple[str, str]:
    run(now)
    job.refresh_from_db()
    return job.state, job.reason_code


@pytest.mark.parametrize("kind", ["appointment_created", "appointment_reminder"])
def test_a_notice_planned_in_the_quiet_hours_goes_in_the_morning(tenant, night, graph: Graph, kind):
    job = planned(tenant, kind)
    assert after_round(job, EVENING) == ("pending", "quiet_hours")
    assert after_round(job, MORNING + MINUTE) == ("sent", "")


def test_so_does_one_planned_on_a_holiday_before_another(tenant, night, graph: Graph):
    AutomationSettings.objects.update(holidays=["11-21", "11-22"])
    job = planned(tenant)
    assert after_round(job, EVENING) == ("pending", "quiet_hours")
    assert job.due_at == MORNING + 48 * HOUR
    assert after_round(job, MORNING + 48 * HOUR + MINUTE) == ("sent", "")


def test_the_cancellation_of_last_night_goes_in_the_morning_while_the_window_is_open(tenant, night, graph: Graph):
    job = planned(tenant, "appointment_canceled", content=TEXT)
    open_window(job, EVENING)
    after_round(job, EVENING)
    assert after_round(job, MORNING + MINUTE) == ("sent", "")


def test_an_automatic_answer_of_last_night_is_not_given_in_the_morning(tenant, night, graph: Graph):
    job = planned(tenant, "auto_reply", content=TEXT)
    open_window(job, EVENING)
    assert after_round(job, EVENING) == ("pending", "quiet_hours")
    assert after_round(job, MORNING + MINUTE) == ("skipped", "too_late")


def test_in_the_morning_the_limit_begins_to_count(tenant, night, graph: Graph):
    job = planned(tenant)
    assert after_round(job, MORNING + 7 * HOUR) == ("skipped", "too_late")


def kill(tenant: Tenant) -> None:
    flags.stop(tenant, "incident", None)


def pause_number(_tenant: Tenant) -> None:
    PhoneNumber.objects.update(state="paused")


def pause_company(_tenant: Tenant) -> None:
    Tenant.objects.update(state="paused")


def pause_template(_tenant: Tenant) -> None:
    MessageTemplate.objects.update(status="PAUSED")


def go_on(tenant: Tenant, now: datetime) -> None:
    flags.resume(tenant, None, now)
    PhoneNumber.objects.update(state="connected")
    Tenant.objects.update(state="active")
    MessageTemplate.objects.update(status="APPROVED", status_at=now)


@pytest.mark.parametrize("hold", [kill, pause_number, pause_company, pause_template])
@pytest.mark.parametrize(("hours", "state"), [(5, "sent"), (7, "skipped")])
def test_any_other_wait_is_lateness_so_that_no_backlog_bursts_out(tenant, graph: Graph, hold, hours, state):
    job = planned(tenant, at=NOW)
    hold(tenant)
    assert after_round(job, NOW)[0] == "pending"
    later = NOW + hours * HOUR
    go_on(tenant, later)
    queue.wake(later)
    assert after_round(job, later)[0] == state


def test_a_wait_that_began_before_the_night_counts_through_it(tenant, night, graph: Graph):
    flags.stop(tenant, "incident", None)
    job = planned(tenant, at=NOW + 7 * HOUR)
    flags.resume(tenant, None, MORNING)
    assert after_round(job, MORNING + MINUTE) == ("skipped", "too_late")
