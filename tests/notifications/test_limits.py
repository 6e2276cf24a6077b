"""People a day of a portfolio, and a tenant's own limits a day: held, said why, and given back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from notifications import queue, reach, reasons, schedule
from notifications.models import NotificationJob, ReachedPerson
from tenants.models import AutomationSettings, PhoneNumber, Tenant, WhatsAppAccount
from tests.factories import MARIA, NOW, make_appointment, make_ready_tenant
from tests.notifications.jobs import Graph, open_window, promise, run, write_by_hand
from whatsapp.numbers import people_limit

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def three_people(monkeypatch) -> None:
    """Every portfolio may reach three people a day."""
    monkeypatch.setattr("whatsapp.numbers.people_limit", lambda _tier: 3)


def promise_many(tenant: Tenant, count: int, **values: Any) -> list[NotificationJob]:
    return [promise(tenant, phone=f"+551198888000{n}", **values) for n in range(count)]


def codes(jobs: list[NotificationJob]) -> list[str]:
    """Sorted: jobs that are due at the same moment go in any order."""
    return sorted(
        job.reason_code or job.state for job in NotificationJob.objects.filter(pk__in=[job.pk for job in jobs])
    )


@pytest.mark.parametrize(
    ("tier", "people"),
    [("TIER_250", 250), ("TIER_2K", 2000), ("TIER_100K", 100_000), ("TIER_UNLIMITED", None), ("", 250), ("NEW", 250)],
)
def test_an_unknown_tier_counts_as_the_smallest(tier, people):
    assert people_limit(tier) == people


def test_a_portfolio_at_its_limit_holds_new_people_until_a_place_is_free(tenant, graph: Graph, three_people):
    promise_many(tenant, 4)
    run()
    held = NotificationJob.objects.get(state="pending")
    assert (len(graph.bodies), held.reason_code) == (3, "portfolio_limit")
    assert held.due_at.replace(microsecond=0) == NOW + DAY
    assert "3" not in reasons.LINES["portfolio_limit"].sentence


def test_a_place_is_free_again_after_a_day(tenant, graph: Graph, three_people):
    start = make_appointment(tenant, phone="+5511988880009", starts_at=NOW + 3 * DAY)
    promise_many(tenant, 3)
    run()
    later = promise(tenant, appointment=start, scheduled_for=NOW + DAY + HOUR)
    assert run(NOW + DAY + HOUR).sent == 1
    assert codes([later]) == ["sent"]


def test_who_was_reached_today_costs_no_other_place(tenant, graph: Graph, three_people):
    promise_many(tenant, 3)
    run()
    again = promise(tenant, phone="+5511988880000", scheduled_for=NOW + HOUR)
    run(NOW + HOUR)
    assert codes([again]) == ["sent"]


def test_numbers_of_two_tenants_share_their_portfolio(graph: Graph, three_people):
    first, second = make_ready_tenant(), make_ready_tenant()
    WhatsAppAccount.objects.update(business_portfolio_id="77")
    promise_many(first, 3)
    run()
    job = promise(second, phone="+5511977776666", scheduled_for=NOW + HOUR)
    run(NOW + HOUR)
    assert codes([job]) == ["portfolio_limit"]


def test_inside_the_window_nobody_is_counted(tenant, graph: Graph, three_people):
    promise_many(tenant, 3)
    run()
    job = write_by_hand(tenant)
    open_window(job)
    run(NOW + HOUR)
    assert codes([job]) == ["sent"]


def test_a_refusal_gives_the_place_back(tenant, graph: Graph, three_people):
    graph.refuse(131026, times=1)
    promise(tenant)
    run()
    assert ReachedPerson.objects.count() == 0


def test_what_a_round_leaves_gives_its_places_back(tenant, graph: Graph, three_people):
    promise_many(tenant, 3)
    batch = queue.claim(NOW, limit=10)
    assert ReachedPerson.objects.count() == 3
    queue.give_back(batch.token)
    assert ReachedPerson.objects.count() == 0


def test_people_of_yesterday_are_forgotten(tenant, graph: Graph, three_people):
    promise(tenant)
    run()
    assert reach.clean(NOW + DAY / 2) == 0
    assert schedule.clean_rates(NOW + DAY + HOUR) > 0
    assert ReachedPerson.objects.count() == 0


def test_an_unlimited_portfolio_counts_nothing(tenant, graph: Graph):
    PhoneNumber.objects.update(messaging_limit="TIER_UNLIMITED")
    promise(tenant)
    run()
    assert ReachedPerson.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_reach_more_people_than_allowed(graph: Graph, three_people):
    tenant = make_ready_tenant()
    promise_many(tenant, 9)

    def work() -> int:
        try:
            return run(limit=5).sent
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as pool:
        sent = sum(done.result() for done in [pool.submit(work) for _ in range(3)])
    assert (sent, len(graph.bodies)) == (3, 3)


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"*": 2}, "daily_limit"), ({"appointment_created": 2}, "daily_limit_of_kind")],
)
def test_a_tenants_day_is_full_until_its_own_midnight(tenant, graph: Graph, limits, code):
    AutomationSettings.objects.update(daily_limits=limits)
    jobs = promise_many(tenant, 3)
    run()
    assert codes(jobs) == sorted(["sent", "sent", code])
    assert NotificationJob.objects.get(reason_code=code).due_at == NOW.replace(day=21, hour=3)  # midnight in São Paulo


def test_what_was_sent_before_counts_and_what_was_refused_does_not(tenant, graph: Graph):
    AutomationSettings.objects.update(daily_limits={"*": 2})
    graph.refuse(131026, times=1)
    promise(tenant, phone="+5511977770000")
    run()
    jobs = promise_many(tenant, 3, scheduled_for=NOW + HOUR)
    run(NOW + HOUR)
    assert codes(jobs) == sorted(["sent", "sent", "daily_limit"])


def test_one_customer_gets_no_more_than_the_company_allows(tenant, graph: Graph):
    AutomationSettings.objects.update(daily_limits={"customer": 1})
    jobs = [promise(tenant, phone=MARIA), promise(tenant, appointment=make_appointment(tenant))]
    other = promise(tenant, phone="+5511977776666")
    run()
    assert codes(jobs) == sorted(["sent", "daily_limit_of_customer"])
    assert codes([other]) == ["sent"]


def test_a_person_may_write_whatever_the_days_limit(tenant, graph: Graph):
    AutomationSettings.objects.update(daily_limits={"*": 0})
    job = write_by_hand(tenant)
    open_window(job)
    run()
    assert codes([job]) == ["sent"]
