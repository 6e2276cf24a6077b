"""Several numbers of one tenant: which one speaks, why, and what happens when it is in trouble."""

from collections import Counter
from datetime import timedelta

import pytest

from notifications import routing, timeline
from notifications.models import NotificationJob
from tenants.models import AutomationSettings, PhoneNumber, Tenant
from tests.factories import NOW, make_number, make_ready_tenant
from tests.notifications.jobs import Graph, promise, run
from whatsapp import conversations
from whatsapp.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def numbers(tenant) -> list[PhoneNumber]:
    first = PhoneNumber.objects.select_related("account").get()
    return [first, make_number(tenant, first.account, display_phone_number="+55 11 5555-0000")]


def chosen(numbers: list[PhoneNumber], contact_id: int) -> PhoneNumber | None:
    job = NotificationJob(contact_id=contact_id)
    return routing.choose_number(job, numbers, {}).number


def choice_line(job: NotificationJob) -> timeline.Line:
    return next(line for line in timeline.lines(job) if line.event == "number_choice")


def test_customers_are_shared_by_weight_and_each_keeps_its_number(numbers):
    numbers[1].quality_rating, numbers[0].quality_rating = "YELLOW", "GREEN"
    shares = Counter(chosen(numbers, contact).pk for contact in range(1, 1001))
    assert 600 < shares[numbers[0].pk] < 730
    assert all(chosen(numbers, contact) == chosen(list(reversed(numbers)), contact) for contact in range(1, 50))


def test_a_number_that_leaves_the_pool_moves_its_own_customers_only(tenant, numbers):
    third = make_number(tenant, numbers[0].account)
    before = {contact: chosen([*numbers, third], contact) for contact in range(1, 200)}
    third.resting_since = NOW
    after = {contact: chosen([*numbers, third], contact) for contact in range(1, 200)}
    assert all(after[contact] == number for contact, number in before.items() if number != third)
    assert third not in after.values()


def test_the_choice_stands_on_the_timeline_with_who_was_left_out(tenant, numbers, graph: Graph):
    numbers[1].resting_since, numbers[1].resting_reason = NOW, "quality RED"
    numbers[1].save()
    job = promise(tenant)
    run()
    sentence = choice_line(job).sentence
    assert numbers[0].display_phone_number in sentence
    assert "quality RED" in sentence


def test_the_number_that_a_customer_talks_with_stays(tenant, numbers, graph: Graph):
    job = promise(tenant)
    thread = conversations.open_for(numbers[1], job.contact)
    thread.last_message_at = NOW - timedelta(days=3)
    thread.save()
    run()
    assert (Message.objects.get().number, choice_line(job).code) == (numbers[1], "number_talked_with")


def test_a_tenant_with_one_number_has_nothing_to_choose(tenant, graph: Graph):
    job = promise(tenant)
    run()
    assert "number_choice" not in [line.event for line in timeline.lines(job)]


@pytest.mark.parametrize(("allowed", "state"), [(True, "sent"), (False, "pending")])
def test_what_waits_for_a_number_in_trouble_goes_by_another_where_the_tenant_allows_it(
    tenant, numbers, graph: Graph, allowed, state
):
    AutomationSettings.objects.update(hand_over=allowed)
    PhoneNumber.objects.filter(pk=numbers[0].pk).update(state="degraded")
    job = promise(tenant, number=numbers[0])
    run()
    job.refresh_from_db()
    assert job.state == state
    assert not allowed or choice_line(job).code == "number_handed_over"


def test_free_text_stays_with_the_number_whose_window_is_open(tenant, numbers, graph: Graph):
    AutomationSettings.objects.update(hand_over=True)
    PhoneNumber.objects.filter(pk=numbers[0].pk).update(state="degraded")
    content = {"type": "text", "body": "oi", "preview_url": False}
    job = promise(tenant, "auto_reply", number=numbers[0], content=content)
    run()
    job.refresh_from_db()
    assert (job.state, job.reason_code) == ("pending", "connection_waiting")
