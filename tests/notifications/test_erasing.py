"""A forgotten customer is nowhere in the database; what was counted, what was refused and the keys of events stay."""

import base64
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection

from notifications import optout
from notifications.models import NotificationJob
from tenants import audit, consent, erasing, exporting, labels, profiles
from tenants.models import AuditEntry, Consent, Contact, Identity
from tests.factories import MARIA, NOW, make_contact, make_person
from tests.notifications.customer import Customer, book, book_and_tell, make_studio, notice
from tests.notifications.jobs import run, tell_status
from whatsapp import conversations, inbox, replay
from whatsapp.models import ConversationNote, Message, WebhookEvent

pytestmark = pytest.mark.django_db
SECRET = "minha-alergia-secreta"  # what she said, and what was written about her
LATER = NOW + timedelta(minutes=5)
FOR_A_DAY = {"notifications_reachedperson"}  # Meta's limit counts whom a portfolio reached; swept after 24 hours


@pytest.fixture
def studio():
    return make_studio()


@pytest.fixture
def maria(studio):
    """Booked, told, answered, wrote, was written to, noted and labelled."""
    appointment = book_and_tell(studio)
    customer = Customer(studio)
    customer.type(SECRET, LATER)
    customer.write({"type": "image", "image": {"id": "77", "mime_type": "image/png", "caption": SECRET}}, LATER)
    contact = appointment.contact
    profiles.change(contact, {"note": SECRET, "name": "Maria Silva"}, make_person(studio))
    labels.put(contact, "VIP")
    thread = contact.conversations.get()
    ConversationNote.objects.create(tenant=studio, conversation=thread, text=SECRET)
    run(LATER)
    return Contact.objects.get()


def rows_that_say(*words):
    """Tables, with the rows in which a word stands, of every table of ours."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        with connection.cursor() as cursor:
            for word in words:
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t WHERE t::text ILIKE %s', [f"%{word}%"])  # noqa: S608 - our own tables
                found.setdefault(table, []).extend(row for (row,) in cursor.fetchall())
    return {table: rows for table, rows in found.items() if rows}


def test_nothing_of_a_forgotten_person_is_left(studio, maria):
    words = [SECRET, MARIA.removeprefix("+"), "Maria Silva", maria.conversations.get().messages.first().text]
    assert len(rows_that_say(*words)) > 8
    erasing.erase(maria, now=LATER)
    assert {table: rows for table, rows in rows_that_say(*words).items() if table not in FOR_A_DAY} == {}


def test_what_waits_for_a_forgotten_person_is_cancelled_with_the_reason(studio, maria):
    job = notice(book(studio, external_id="A-2").appointment)
    erasing.erase(maria, now=LATER)
    job.refresh_from_db()
    assert (job.state, job.reason_code, job.to, job.content) == ("cancelled", "contact_erased", "", None)


def test_what_is_being_sent_keeps_its_words_until_the_outcome_is_known(studio, maria):
    NotificationJob.objects.filter(contact=maria).update(state="sending")
    with pytest.raises(erasing.ErasureRefused):
        erasing.erase(maria, now=LATER)
    assert Contact.objects.get(pk=maria.pk).name == "Maria Silva"


def test_counts_and_costs_stay(studio, maria):
    messages, jobs = Message.objects.count(), NotificationJob.objects.count()
    counts = erasing.erase(maria, now=LATER)
    assert (Message.objects.count(), NotificationJob.objects.count()) == (messages, jobs)
    assert (counts["messages"], counts["notices"], counts["appointments"]) == (messages, jobs, 1)


def test_a_delivery_that_comes_again_brings_nobody_back(studio):
    customer = Customer(studio)
    body = customer.body("wamid.again", {"type": "text", "text": {"body": SECRET}}, NOW)
    inbox.receive("meta", body, NOW)
    inbox.process(NOW)
    erasing.erase(Contact.objects.get(), now=LATER)
    inbox.receive("meta", body, LATER)
    assert replay.replay_all(WebhookEvent.objects.all(), LATER) == 0
    assert not inbox.process(LATER)
    assert (Contact.objects.count(), Identity.objects.count()) == (1, 0)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_status_that_comes_late_counts_and_names_nobody(studio, maria, is_known):
    """By the wamid under which the message is kept, or only by our own reference."""
    sent = Message.objects.filter(direction="outbound").exclude(provider_message_id=None).first()
    wamid = f"wamid.{MARIA[1:]}"
    Message.objects.filter(pk=sent.pk).update(provider_message_id=wamid if is_known else None)
    erasing.erase(maria, now=LATER)
    sent.address = MARIA[1:]
    tell_status(sent, "delivered", LATER, wamid=wamid)
    sent.refresh_from_db()
    assert sent.status == "delivered"
    assert set(rows_that_say(MARIA[1:])) <= FOR_A_DAY


def test_a_refusal_binds_again_when_the_number_comes_back(studio, maria):
    optout.opt_out(maria, source="operator", now=NOW, proof="por telefone", actor=make_person(studio))
    erasing.erase(maria, now=LATER)
    again = make_contact(studio, "+551188887777")  # without the ninth digit
    refusal = consent.refusal(again, marketing=False)
    assert again.pk != maria.pk
    assert (refusal.source, refusal.effective_at) == ("erasure", NOW)
    kept = Consent.objects.get(contact=maria)
    assert (kept.decision, kept.proof[:7], "telefone" in kept.proof) == ("opt_out", "erased:", False)


def test_a_refusal_outlives_a_change_of_the_platforms_key(studio, maria, settings):
    optout.opt_out(maria, source="operator", now=NOW)
    erasing.erase(maria, now=LATER)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another " * 10
    assert consent.refusal(make_contact(studio), marketing=False).source == "erasure"


def test_a_refusal_taken_back_does_not_bind_after_a_second_erasure(studio, maria):
    optout.opt_out(maria, source="operator", now=NOW)
    erasing.erase(maria, now=LATER)
    again = make_contact(studio)
    optout.opt_in(again, source="operator", now=LATER + timedelta(hours=1))
    erasing.erase(again, now=LATER + timedelta(hours=2))
    assert consent.refusal(make_contact(studio), marketing=False) is None


def test_a_refusal_binds_at_no_other_company(studio, maria):
    optout.opt_out(maria, source="operator", now=NOW)
    erasing.erase(maria, now=LATER)
    assert consent.refusal(make_contact(make_studio()), marketing=True) is None


def test_the_same_person_at_another_company_stays(studio, maria):
    other = make_studio()
    Customer(other).type(SECRET, LATER)
    erasing.erase(maria, now=LATER)
    assert Message.objects.get(tenant=other).text == SECRET
    assert Contact.objects.get(tenant=other).address == MARIA.removeprefix("+")


def test_the_trail_keeps_that_something_was_done_and_by_whom(studio, maria):
    manager = make_person(studio, "manager")
    erasing.erase(maria, now=LATER, actor=manager)
    entry = AuditEntry.objects.get(action="contact.erased")
    changed = AuditEntry.objects.get(action="contact.changed")
    assert (entry.actor, entry.object_id, entry.detail["messages"]) == (manager, str(maria.pk), 3)
    assert (changed.object_label, changed.detail) == (audit.ERASED, {})


def test_who_was_erased_cannot_be_erased_again(studio, maria):
    erasing.erase(maria, now=LATER)
    with pytest.raises(erasing.ErasureRefused):
        erasing.erase(maria, now=LATER)


def test_ids_of_messages_say_no_number(studio, maria):
    wamid = "wamid." + base64.b64encode(MARIA.encode()).decode()
    Message.objects.filter(contact=maria, direction="inbound", type="text").update(provider_message_id=wamid)
    erasing.erase(maria, now=LATER)
    assert rows_that_say(wamid) == {}
    assert conversations.open_for(Message.objects.first().number, maria).messages.count() > 0


def test_the_document_has_everything_that_is_kept(studio, maria):
    document = exporting.export(maria, now=LATER, actor=make_person(studio))
    assert [row["value"] for row in document["identities"]] == [MARIA.removeprefix("+")]
    assert document["contact"]["note"] == document["notes"][0]["text"] == SECRET
    assert SECRET in [row["text"] for row in document["messages"]]
    assert document["files"][0]["caption"] == SECRET
    assert (document["appointments"][0]["service"], len(document["notices"])) == ("Corte", 2)
    assert AuditEntry.objects.get(action="contact.exported").detail["messages"] == 3
