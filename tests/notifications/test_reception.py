"""Leads and tickets: what customers' messages make of them, in any order, and what tenants' systems hear."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from notifications import reception
from notifications.models import OutboxEvent
from tenants.models import Contact
from tests.factories import NOW, make_account, make_number, make_person, make_tenant
from tests.whatsapp.meta_bodies import NUMBER_ID, WABA_ID, envelope, process_all, seconds, take, text_message
from whatsapp.models import Conversation, Lead, Message, Ticket, WebhookEvent

pytestmark = pytest.mark.django_db
HOUR, DAY = 3600, 86_400
AD = {
    "source_url": "https://fb.me/1",
    "source_id": "120",
    "source_type": "ad",
    "headline": "Corte em dobro",
    "ctwa_clid": "ARAk",
}


@pytest.fixture
def number(db):
    tenant = make_tenant("studio-jana")
    return make_number(tenant, make_account(tenant, waba_id=WABA_ID), phone_number_id=NUMBER_ID)


def said(wamid, offset=0, sender="5511988887777", body="oi", **more):
    return envelope({"messages": [text_message(wamid, at=seconds(offset), sender=sender, body=body) | more]})


def told(type_):
    rows = OutboxEvent.objects.filter(type=f"whatsapp_{type_}").order_by("occurred_at")
    return [row.data for row in rows]


def tickets():
    return list(Ticket.objects.order_by("opened_at").values_list("state", "solved_by", "reopened"))


# --- leads ----------------------------------------------------------------------------------------------------------


def test_the_first_message_makes_a_lead_with_the_ad_it_came_from(number):
    take(said("w1", referral=AD))
    take(said("w2", 60))
    lead = Lead.objects.get()
    assert (lead.source, lead.ctwa_clid, lead.source_id, lead.headline) == ("ad", "ARAk", "120", "Corte em dobro")
    assert (lead.first_message_id, lead.referral["source_url"], lead.state) == ("w1", "https://fb.me/1", "new")
    (event,) = told("lead_created")
    assert (event["source"], event["phone"], event["ctwa_clid"]) == ("ad", "+5511988887777", "ARAk")


def test_the_earliest_message_tells_the_source_whichever_came_first(number):
    take(said("w2", 60))
    take(said("w1", 0, referral=AD))
    assert (Lead.objects.get().source, Lead.objects.get().first_message_id) == ("ad", "w1")
    assert [event["source"] for event in told("lead_created")] == ["ad"]


def test_a_word_of_the_company_tells_the_source(number):
    number.tenant.automation.lead_keywords = ["Promoção"]
    number.tenant.automation.save()
    take(said("w1", body="Vi a PROMOCAO de vocês"))
    assert (Lead.objects.get().source, Lead.objects.get().keyword) == ("keyword", "Promoção")


def test_a_lead_is_talked_with_once_somebody_of_the_company_wrote(number):
    take(said("w1"))
    assert reception.tend(NOW) == 0
    contact = Contact.objects.get()
    Message.objects.create(
        tenant=number.tenant, number=number, contact=contact, direction="outbound", origin="operator", type="text"
    )
    reception.tend(NOW)
    assert Lead.objects.get().state == "talking"


# --- tickets --------------------------------------------------------------------------------------------------------


def test_the_first_message_opens_a_ticket_and_the_next_goes_on(number):
    take(said("w1"))
    take(said("w2", 60))
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.opened_at, ticket.last_at) == ("open", NOW, NOW + timedelta(minutes=1))
    assert len(told("ticket_opened")) == 1


@pytest.mark.parametrize("type_", ["reaction", "system"])
def test_a_reaction_or_a_line_of_whatsapp_opens_nothing(number, type_):
    body = {"reaction": {"message_id": "x", "emoji": "👍"}, "system": {"body": "…", "type": "customer_changed"}}
    value = {"from": "5511988887777", "id": "w1", "timestamp": str(seconds()), "type": type_, type_: body[type_]}
    take(envelope({"messages": [value]}))
    assert not Ticket.objects.exists()
    assert not Lead.objects.exists()


def test_history_and_echoes_open_nothing(number):
    take("history__chunk")
    take("smb_message_echoes__text")
    assert not Ticket.objects.exists()
    assert not Lead.objects.exists()


def test_silence_solves_it_and_a_message_soon_after_reopens_it(number):
    take(said("w1"))
    assert reception.tend(NOW + timedelta(hours=23)) == 0
    assert reception.tend(NOW + timedelta(hours=25)) == 1
    assert tickets() == [("solved", "silence", 0)]
    take(said("w2", 30 * HOUR), NOW + timedelta(hours=30))
    assert tickets() == [("open", "", 1)]
    assert [event["reopened"] for event in told("ticket_opened")] == [False, True]
    assert [event["solved_by"] for event in told("ticket_solved")] == ["silence"]


def test_a_message_long_after_opens_a_new_one(number):
    take(said("w1"))
    take(said("w2", 3 * DAY), NOW + timedelta(days=3))
    assert tickets() == [("solved", "silence", 0), ("open", "", 0)]


def test_a_person_solves_it_and_the_customers_next_word_reopens_it(number):
    take(said("w1"))
    person = make_person(number.tenant)
    reception.decide_ticket(Ticket.objects.get(), "solved", person, NOW + timedelta(minutes=5))
    assert tickets() == [("solved", "person", 0)]
    take(said("w2", HOUR), NOW + timedelta(hours=1))
    assert tickets() == [("open", "", 1)]
    assert [event["solved_by"] for event in told("ticket_solved")] == ["person"]


def test_a_message_written_before_it_was_solved_does_not_reopen_it(number):
    take(said("w1"))
    reception.decide_ticket(Ticket.objects.get(), "solved", None, NOW + timedelta(hours=1))
    take(said("w2", 60), NOW + timedelta(hours=2))
    assert tickets() == [("solved", "person", 0)]


def test_the_company_sets_its_own_silence(number):
    number.tenant.automation.ticket_silence_minutes = 30
    number.tenant.automation.save()
    take(said("w1"))
    assert reception.tend(NOW + timedelta(minutes=31)) == 1


def test_tickets_that_a_late_message_joins_are_one_and_its_system_hears_of_it(number):
    take(said("w1"))
    take(said("w3", 60 * HOUR), NOW + timedelta(hours=60))
    OutboxEvent.objects.update(published_at=NOW)
    take(said("w2", 30 * HOUR), NOW + timedelta(hours=61))
    assert tickets() == [("open", "", 2)]
    assert told("ticket_solved")[-1]["merged_into"] == str(Ticket.objects.get().pk)


# --- order ----------------------------------------------------------------------------------------------------------

HISTORY = [
    said("a1", -20 * DAY, referral=AD),
    said("a2", -20 * DAY + 20 * HOUR),
    said("a3", -20 * DAY + 50 * HOUR),
    said("a4", -10 * DAY),
    said("a5", -2 * HOUR),
    said("a6", -2 * HOUR),
    said("b1", -3 * DAY, sender="5511977776666"),
    said("b2", -2 * DAY + HOUR, sender="551177776666"),
    said("b3", -60, sender="5511977776666", type="reaction", reaction={"message_id": "x", "emoji": "👍"}),
]


def end_state():
    who = "conversation__contact__address"
    events = OutboxEvent.objects.filter(type__regex="lead|ticket")
    silent = {"ticket_id", "lead_id", "contact_id", "conversation_id", "phone"}  # the phone as it was known by then
    return {
        "tickets": sorted(Ticket.objects.values_list(who, "state", "opened_at", "last_at", "source", "solved_at")),
        "leads": sorted(Lead.objects.values_list("contact__address", "source", "first_message_id", "first_at")),
        "events": sorted(
            (row.type, row.occurred_at, sorted((k, v) for k, v in row.data.items() if k not in silent))
            for row in events
        ),
    }


def play(bodies):
    for model in (Message, Conversation, WebhookEvent, Contact, OutboxEvent):
        model.objects.all().delete()
    for body in bodies:
        take(body)
    return end_state()


@pytest.fixture
def in_order(number):
    """How it ends as it happened."""
    return play(HISTORY)


@settings(
    max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(shuffled=st.permutations(HISTORY), again=st.lists(st.sampled_from(HISTORY), max_size=4))
def test_any_order_and_any_repetition_end_alike(in_order, shuffled, again):
    assert play([*shuffled, *again]) == in_order


def test_going_on_costs_a_constant_number_of_statements(number, django_assert_max_num_queries):
    senders = [f"55119{n:08}" for n in range(60)]
    take(envelope({"messages": [text_message(f"a{s}", at=seconds(), sender=s) for s in senders]}))
    more = envelope({"messages": [text_message(f"b{s}", at=seconds(5), sender=s) for s in senders]})
    with django_assert_max_num_queries(60):
        take(more, NOW + timedelta(seconds=6))
    assert Ticket.objects.count() == Lead.objects.count() == 60
    assert timezone.is_aware(Ticket.objects.first().last_at)
    process_all()
