"""Where a waiting message stands: how many go before it, and when it is expected to go."""

from datetime import timedelta

import pytest

from notifications import queue, rates, waiting
from notifications.models import NotificationJob
from tenants.models import PhoneNumber, Tenant
from tests.factories import NOW, make_ready_tenant
from tests.notifications.jobs import Graph, promise, run
from whatsapp.errors import Scope

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
Lane = NotificationJob.Lane


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


def many(tenant: Tenant, count: int, **values) -> None:
    first = promise(tenant, **values)
    NotificationJob.objects.bulk_create(
        NotificationJob(
            tenant=tenant,
            kind=first.kind,
            dedupe_key=f"many:{first.pk}:{n}",
            contact=first.contact,
            to=first.to,
            lane=first.lane,
            due_at=first.due_at,
            scheduled_for=first.due_at,
        )
        for n in range(count - 1)
    )


def test_what_is_due_longer_goes_before_and_the_pace_tells_when(tenant):
    many(tenant, 160, scheduled_for=NOW - SECOND)
    place = waiting.place(promise(tenant), NOW)
    assert (place.ahead, place.at) == (160, NOW + 2 * SECOND)
    assert "160" in place.reason.sentence


def test_replies_go_before_campaigns_and_not_the_other_way(tenant):
    many(tenant, 8, lane=Lane.REPLY)
    campaign = promise(tenant, lane=Lane.CAMPAIGN, scheduled_for=NOW - SECOND)
    reply = promise(tenant, lane=Lane.REPLY, scheduled_for=NOW - SECOND)
    assert waiting.place(campaign, NOW).ahead == 9
    assert waiting.place(reply, NOW) is None


def test_another_companys_messages_are_not_in_this_line(tenant):
    many(make_ready_tenant(), 30, scheduled_for=NOW - SECOND)
    assert waiting.place(promise(tenant), NOW) is None


def test_what_only_waits_for_the_numbers_pace_has_a_place_too(tenant, graph: Graph):
    PhoneNumber.objects.update(coexistence=True)
    rates.reserve([rates.Demand(PhoneNumber.objects.get(), f"+55119{n:08}") for n in range(90)], NOW)
    many(tenant, 39, scheduled_for=NOW - SECOND)
    last = promise(tenant)
    assert len(queue.claim(NOW, limit=30)) == 0
    place = waiting.place(last, NOW)
    assert (place.ahead, place.at) == (39, NOW + 1.95 * SECOND)


def test_what_meta_slowed_down_is_expected_after_that(tenant):
    until = rates.block(PhoneNumber.objects.get(), Scope.NUMBER, "", NOW, 300)
    job = promise(tenant)
    run()
    job.refresh_from_db()
    assert job.reason_code == "provider_rate"
    place = waiting.place(job, NOW)
    assert place.at == until == job.due_at
    assert place.reason.code == "next_in_line"


@pytest.mark.parametrize("state", ["sending", "sent", "failed", "skipped", "cancelled", "uncertain"])
def test_what_does_not_wait_has_no_place(tenant, state):
    job = promise(tenant)
    job.state = state
    assert waiting.place(job, NOW) is None


def test_what_waits_for_its_own_time_has_it_as_its_due_time(tenant):
    job = promise(tenant, scheduled_for=NOW + 60 * SECOND)
    assert waiting.place(job, NOW) is None
    assert job.due_at == NOW + 60 * SECOND
