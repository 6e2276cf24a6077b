"""Several numbers of one tenant: which one speaks, why, and what happens when it is in trouble."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from notifications import routing, sending, timeline
from notifications.models import NotificationJob, ReachedPerson
from templates_mgmt.models import MessageTemplate
from tenants.models import AutomationSettings, Identity, PhoneNumber, Tenant, WhatsAppAccount
from tests.factories import NOW, make_account, make_contact, make_number, make_ready_tenant, make_template
from tests.notifications.jobs import Graph, promise, run
from whatsapp import conversations
from whatsapp.content import Template
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


@pytest.fixture
def two_accounts(tenant) -> list[PhoneNumber]:
    """A number in each of two accounts of different portfolios."""
    first = PhoneNumber.objects.select_related("account").get()
    WhatsAppAccount.objects.update(business_portfolio_id="1")
    second = make_account(tenant, business_portfolio_id="2")
    return [first, make_number(tenant, second, display_phone_number="+55 11 5555-0000")]


def senders(tenant: Tenant, count: int = 12) -> set[PhoneNumber]:
    jobs = [promise(tenant, phone=f"+55119888800{n:02}") for n in range(count)]
    run()
    return {job.number for job in NotificationJob.objects.filter(pk__in=[job.pk for job in jobs], state="sent")}


def test_an_account_without_the_approved_template_takes_no_part_in_it(tenant, two_accounts, graph: Graph):
    assert senders(tenant) == {two_accounts[0]}
    sentence = choice_line(NotificationJob.objects.first()).sentence
    assert two_accounts[1].display_phone_number in sentence
    assert "aviso_de_agendamento" in sentence


def test_with_the_template_in_both_accounts_both_take_part(tenant, two_accounts, graph: Graph):
    make_template(two_accounts[1].account, template_id="2")
    assert senders(tenant) == set(two_accounts)


def test_while_one_accounts_template_is_paused_the_other_speaks(tenant, two_accounts, graph: Graph):
    make_template(two_accounts[1].account, template_id="2")
    MessageTemplate.objects.filter(account=two_accounts[0].account).update(status="PAUSED")
    assert senders(tenant) == {two_accounts[1]}


def test_a_number_with_little_room_left_gets_few_new_customers(numbers):
    numbers[0].messaging_limit = numbers[1].messaging_limit = "TIER_2K"
    facts = routing.Facts(used={numbers[0].pk: 1800})
    jobs = [NotificationJob(contact_id=n) for n in range(1, 1001)]
    shares = Counter(routing.choose_number(job, numbers, {}, facts=facts).number.pk for job in jobs)
    assert 60 < shares[numbers[0].pk] < 125


def test_a_portfolio_at_its_limit_leaves_new_customers_to_another(tenant, two_accounts, graph: Graph):
    make_template(two_accounts[1].account, template_id="2")
    rows = [ReachedPerson(portfolio="1", person=f"p{n}", at=NOW - timedelta(hours=1)) for n in range(250)]
    ReachedPerson.objects.bulk_create(rows)
    PhoneNumber.objects.filter(pk=two_accounts[0].pk).update(messaging_limit="TIER_250")
    assert senders(tenant) == {two_accounts[1]}


def write_to_user_id(tenant: Tenant, portfolio: str, **values: Any) -> NotificationJob:
    contact = make_contact(tenant)
    Identity.objects.create(
        tenant=tenant,
        contact=contact,
        kind="user_id",
        value="BR.77",
        match_key="BR.77",
        business_portfolio_id=portfolio,
    )
    content = Template("aviso", "pt_BR")
    return sending.send(tenant, contact, "BR.77", content, origin="api", now=NOW, **values)


def test_a_user_id_is_written_to_by_a_number_of_its_portfolio(tenant, two_accounts, graph: Graph):
    job = write_to_user_id(tenant, "2")
    run()
    job.refresh_from_db()
    assert (job.state, job.number, graph.bodies[0]["recipient"]) == ("sent", two_accounts[1], "BR.77")


@pytest.mark.parametrize("contact_id", range(1, 9))
def test_of_numbers_with_obstacles_the_least_hindered_speaks(tenant, two_accounts, contact_id):
    resting, other = two_accounts
    resting.quality_rating, resting.resting_since = "RED", NOW
    facts = routing.Facts(template="aviso", speakers=frozenset({resting.account_id}))
    choice = routing.choose_number(NotificationJob(contact_id=contact_id), [resting, other], {}, facts=facts)
    assert choice.number == resting


@pytest.mark.parametrize("contact_id", range(1, 9))
def test_who_cannot_reach_the_person_speaks_last(two_accounts, contact_id):
    facts = routing.Facts(template="aviso", speakers=frozenset(), portfolios=frozenset({"2"}))
    for number in two_accounts:
        number.account.refresh_from_db()
    choice = routing.choose_number(NotificationJob(contact_id=contact_id), two_accounts, {}, facts=facts)
    assert choice.number == two_accounts[1]


@pytest.mark.parametrize("is_named", [True, False])
def test_a_user_id_of_another_portfolio_is_refused_before_any_call(tenant, two_accounts, graph: Graph, is_named):
    job = write_to_user_id(tenant, "3", number=two_accounts[0] if is_named else None)
    run()
    job.refresh_from_db()
    assert (job.state, job.reason_code, graph.bodies) == ("failed", "other_portfolio", [])
    assert "portfólio" in timeline.lines(job)[-1].sentence
