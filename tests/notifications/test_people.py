"""People whom WhatsApp names without a phone, and people who change number: both are reached, and followed."""

import json
from datetime import timedelta

import pytest

from notifications import dispatcher, optout, sending, timeline
from notifications.models import Appointment, NotificationJob
from tenants import consent, merging
from tenants.models import AuditEntry, Consent, Contact, ContactMergeProposal
from tests.api.conftest import client_of
from tests.factories import MARIA, NOW, make_appointment, make_contact, make_person, make_ready_tenant
from tests.notifications.jobs import Graph, first_number, promise
from whatsapp import inbox
from whatsapp.content import Text
from whatsapp.models import Conversation, Lead, Message, Ticket

pytestmark = pytest.mark.django_db
USER = "BR.900100200300999"


@pytest.fixture
def tenant():
    return make_ready_tenant()


def post(tenant, message, at=NOW, contact=None):
    """One message comes in by the door, and has its effects."""
    number = first_number(tenant)
    value = {"metadata": {"phone_number_id": number.phone_number_id}, "messages": [message]}
    value |= {"contacts": [contact]} if contact else {}
    entry = {"id": number.account.waba_id, "changes": [{"field": "messages", "value": value}]}
    inbox.receive("meta", json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode(), at)
    while inbox.process(at):
        pass


def text(wamid, at=NOW, **who):
    return {"id": wamid, "timestamp": str(int(at.timestamp())), "type": "text", "text": {"body": "oi"}} | who


def changed_number(at=NOW, before="5511988887777", after="5531977776666"):
    system = {"type": "user_changed_number", "body": "mudou", "wa_id": after}
    return text("w.moved", at, type="system", system=system) | {"from": before}


# --- without a phone ------------------------------------------------------------------------------------------------


def test_a_person_without_a_phone_is_answered_by_user_id(tenant, graph: Graph):
    post(tenant, text("w1", from_user_id=USER), contact={"user_id": USER, "profile": {"name": "Sem telefone"}})
    contact = Contact.objects.get(address=USER)
    job = sending.send(tenant, contact, contact.address, Text("Olá"), origin="operator", now=NOW)
    dispatcher.run(NOW)
    job.refresh_from_db()
    assert (graph.bodies[0]["recipient"], "to" in graph.bodies[0]) == (USER, False)
    assert (job.state, job.message.address, job.message.conversation.contact) == ("sent", USER, contact)


def test_the_api_takes_the_user_id_and_shows_all_identities(tenant, graph: Graph):
    post(tenant, text("w1", from_user_id=USER), contact={"user_id": USER, "profile": {"username": "ana"}})
    api = client_of(tenant)
    answer = api.post("/api/v1/messages/", {"to": USER, "type": "text", "text": "Olá"}, format="json")
    row = api.get("/api/v1/contacts/").json()["results"][0]
    assert (answer.status_code, NotificationJob.objects.get().to) == (202, USER)
    assert (row["phone"], [each["value"] for each in row["identities"]]) == (None, [USER, "ana"])
    assert client_of(make_ready_tenant()).post("/api/v1/messages/", {"to": USER}, format="json").status_code == 400


def test_an_opt_out_word_of_a_person_without_a_phone_counts(tenant, graph: Graph):
    post(tenant, text("w1", from_user_id=USER, text={"body": "SAIR"}), contact={"user_id": USER})
    assert consent.refusal(Contact.objects.get(), marketing=False)
    dispatcher.run(NOW)
    assert graph.bodies[0]["recipient"] == USER


# --- who moves ------------------------------------------------------------------------------------------------------


def test_a_person_who_changes_number_stays_one_contact_and_what_waits_follows(tenant, graph: Graph):
    contact = make_contact(tenant, MARIA)
    appointment = make_appointment(tenant)
    job = promise(tenant, appointment=appointment, scheduled_for=NOW + timedelta(hours=1))
    post(tenant, text("w1") | {"from": "5511988887777"})
    post(tenant, changed_number(NOW + timedelta(minutes=1)), NOW + timedelta(minutes=1))
    post(tenant, text("w2", NOW + timedelta(minutes=2)) | {"from": "5531977776666"}, NOW + timedelta(minutes=2))
    contact.refresh_from_db()
    job.refresh_from_db()
    assert (Contact.objects.get(), contact.address, job.to) == (contact, "5531977776666", "+5531977776666")
    assert [line.event for line in timeline.lines(job)] == ["queued", "readdressed"]
    trail = contact.identities.values_list("value", "replaced_at")
    assert dict(trail) == {"5511988887777": NOW + timedelta(minutes=1), "5531977776666": None}
    assert Conversation.objects.get().messages.count() == 3


def test_a_user_id_that_changed_leads_to_the_same_person_and_the_old_number_is_void(tenant):
    post(tenant, text("w1", from_user_id="BR.1") | {"from": "5511988887777"})
    system = {"type": "user_changed_user_id", "user_id": "BR.2", "previous_user_id": "BR.1", "body": "mudou"}
    later = NOW + timedelta(minutes=1)
    post(tenant, text("w2", later, type="system", system=system), later)
    assert Contact.objects.get().address == "BR.2"


# --- who may be one -------------------------------------------------------------------------------------------------


@pytest.fixture
def proposal(tenant):
    """A number that came with two user ids; both people wrote, one has a booking, the other said stop."""
    post(tenant, text("w1", from_user_id="BR.1") | {"from": "5511988887777"})
    make_appointment(tenant, phone=MARIA)
    later = NOW + timedelta(minutes=1)
    post(tenant, text("w2", later, from_user_id="BR.2", text={"body": "bom dia"}) | {"from": "5511988887777"}, later)
    second = Contact.objects.get(identities__value="BR.2")
    optout.opt_out(second, source=Consent.Source.OPERATOR, now=later)
    return ContactMergeProposal.objects.get()


def test_a_number_with_another_user_id_is_asked_about_and_goes_to_the_newest(tenant, proposal):
    assert (proposal.reason, proposal.state, proposal.evidence) == ("same_phone", "open", {"phone": "551188887777"})
    assert [proposal.one.address, proposal.other.address] == ["BR.1", "5511988887777"]


def test_merging_moves_everything_and_says_what_it_did(tenant, proposal):
    kept, owner = proposal.one, make_person(tenant, "owner")
    merging.merge(proposal, owner, NOW)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decided_by, Contact.objects.get()) == ("merged", owner, kept)
    assert Conversation.objects.get().messages.filter(direction="inbound").count() == 2
    assert (Lead.objects.get().first_message_id, Ticket.objects.get().last_at) == ("w1", NOW + timedelta(minutes=1))
    assert Appointment.objects.get().contact == Message.objects.first().contact == kept
    assert consent.refusal(kept, marketing=False)
    entry = AuditEntry.objects.get(action="contact.merged")
    assert entry.detail["was"]["address"] == "5511988887777"
    assert entry.detail["moved"]["whatsapp.message"] == 1


def test_what_was_decided_is_not_decided_again_nor_asked_again(tenant, proposal):
    merging.reject(proposal, None, NOW)
    with pytest.raises(merging.DecisionRefused):
        merging.merge(proposal, None, NOW)
    post(tenant, text("w3", from_user_id="BR.1") | {"from": "5511988887777"})
    assert ContactMergeProposal.objects.get().state == "rejected"
    assert Contact.objects.count() == 2
