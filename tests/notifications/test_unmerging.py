"""A merge is undone: each has its own again, what came meanwhile goes by its phone or user id, and nothing is lost."""

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.utils import timezone

from notifications import optout
from notifications.models import Appointment
from tenants import audit, consent, contacts, erasing, exporting, labels, merging, profiles, unmerging
from tenants.models import Consent, Contact, ContactMerge, ContactMergeProposal, Identity, MovedRows
from tenants.names import Names
from tests.factories import NOW, make_contact, make_person
from tests.notifications.customer import Customer, book, book_and_tell, make_studio
from whatsapp import inbox
from whatsapp.models import Conversation, ConversationNote, Message

pytestmark = pytest.mark.django_db
ANA, BIA = "+5511988880001", "+5511988880002"
LATER = timezone.now().replace(microsecond=0) - timedelta(minutes=30)  # a merge has no other clock than ours
# Written by the merge and its undoing themselves; what is only counted or said again.
ITS_OWN = {"tenants.contactmerge", "tenants.movedrows", "tenants.auditentry", "tenants.contactmergeproposal"}
ITS_OWN |= {"notifications.daytocount"}


@pytest.fixture
def studio():
    return make_studio()


@pytest.fixture
def pair(studio):
    """Ana, older, and Bia: both wrote and were written to, with bookings, labels, notes, leads and refusals."""
    for name, phone in (("Ana", ANA), ("Bia", BIA)):
        appointment = book_and_tell(studio, external_id=name, customer_name=name, customer_phone=phone)
        customer = Customer(studio, phone)
        wamid = customer.type(f"oi de {name}", LATER)
        customer.write({"type": "reaction", "reaction": {"message_id": wamid, "emoji": "👍"}}, LATER)
        contact = appointment.contact
        profiles.change(contact, {"name": name, "note": f"nota de {name}"}, None)
        for label in ("VIP", name):
            labels.put(contact, label)
        ConversationNote.objects.create(tenant=studio, conversation=contact.conversations.get(), text=name)
    optout.opt_out(contact, source=Consent.Source.OPERATOR, now=LATER)
    merging.propose([(*Contact.objects.order_by("pk"), "same_username", {"one": "a", "other": "a"})])
    return ContactMergeProposal.objects.get()


def merge(proposal):
    kept = merging.merge(proposal, None, timezone.now())
    return kept, ContactMerge.objects.get(undone_at=None)


def undo(record, now=None):
    return unmerging.undo(record, None, now or timezone.now())


def everything():
    """Every row of ours, but for times of the last change."""
    found = {}
    for model in apps.get_models():
        if model._meta.label_lower not in ITS_OWN and model._meta.app_label in {"tenants", "whatsapp", "notifications"}:
            columns = [each.attname for each in model._meta.concrete_fields if each.attname != "updated_at"]
            found[model._meta.label_lower] = sorted(model._base_manager.values_list(*columns), key=repr)
    return found


def both():
    return Contact.objects.get(identities__value=ANA[1:]), Contact.objects.get(identities__value=BIA[1:])


def test_everything_is_as_it_was(studio, pair):
    before = everything()
    _kept, record = merge(pair)
    assert Contact.objects.count() == Conversation.objects.count() == 1
    undo(record)
    assert everything() == before


def test_the_question_is_answered_two_people_and_the_trail_tells(studio, pair):
    owner = make_person(studio, "owner")
    _kept, record = merge(pair)
    back = unmerging.undo(record, owner, timezone.now())
    pair.refresh_from_db()
    assert (pair.state, pair.other, pair.decided_by) == ("rejected", back, owner)
    entry = audit.AuditEntry.objects.get(action="contact.unmerged")
    assert (entry.actor_id, entry.detail["back"]) == (owner.pk, back.pk)


def test_what_came_meanwhile_goes_by_its_phone(studio, pair):
    _kept, record = merge(pair)
    for phone in (ANA, BIA):
        Customer(studio, phone).type(f"depois {phone}", LATER + timedelta(minutes=5))
        now = timezone.now()
        book(studio, now, external_id=f"depois {phone}", customer_phone=phone, starts_at=now + timedelta(days=3))
    assert Contact.objects.count() == 1
    undo(record)
    for contact, phone in zip(both(), (ANA, BIA), strict=True):
        assert Message.objects.get(text=f"depois {phone}").conversation.contact == contact
        assert Appointment.objects.get(external_id=f"depois {phone}").contact == contact
        assert {job.to for job in contact.jobs.all()} == {phone}
        assert contact.conversations.get().window_message.text == f"depois {phone}"
        assert contact.conversations.get().tickets.get().last_at == LATER + timedelta(minutes=5)


def test_a_user_id_that_was_learned_meanwhile_goes_with_its_phone(studio, pair):
    _kept, record = merge(pair)
    with transaction.atomic():
        contacts.upsert(studio, [Names(wa_id=BIA[1:], user_id="BR.77", at=LATER)])
    customer = Customer(studio, BIA)
    body = customer.body("w.bia", {"type": "text", "text": {"body": "sou eu"}, "from_user_id": "BR.77"}, LATER)
    receive(body)
    undo(record)
    _ana, bia = both()
    assert Identity.objects.get(value="BR.77").contact == bia
    receive(customer.body("w.bia2", {"type": "text", "text": {"body": "de novo"}, "from_user_id": "BR.77"}, LATER))
    assert (Contact.objects.count(), Message.objects.get(text="de novo").contact) == (2, bia)


def test_a_refusal_that_nobody_can_tell_apart_binds_both(studio, pair):
    Consent.objects.all().delete()
    kept, record = merge(pair)
    optout.opt_out(kept, source=Consent.Source.OPERATOR, now=LATER)
    undo(record)
    assert all(consent.refusal(contact, marketing=False) for contact in Contact.objects.all())


def test_what_somebody_changed_meanwhile_stays(studio, pair):
    kept, record = merge(pair)
    profiles.change(kept, {"name": "Ana Beatriz"}, None)
    back = undo(record)
    kept.refresh_from_db()
    assert (kept.name, back.name, back.note) == ("Ana Beatriz", "Bia", "nota de Bia")


def test_a_merge_by_whatsapps_own_word_leaves_nothing_to_undo(studio):
    make_contact(studio, ANA, "Ana")
    contacts.upsert(studio, [Names(user_id="BR.1", at=NOW)])
    contacts.upsert(studio, [Names(wa_id=ANA[1:], user_id="BR.1", at=NOW)])
    assert (Contact.objects.count(), ContactMerge.objects.count()) == (1, 0)


def test_it_is_refused_twice_too_late_and_out_of_order(studio, pair, settings):
    kept, record = merge(pair)
    third = make_contact(studio, "+5511988880003", "Caio")
    merging.propose([(kept, third, "same_username", {})])
    last = merging.merge(ContactMergeProposal.objects.get(state="open"), None, timezone.now())
    with pytest.raises(unmerging.UndoRefused):
        undo(record)
    undo(ContactMerge.objects.get(gone_name="Caio"))
    with pytest.raises(unmerging.UndoRefused):
        undo(record, timezone.now() + timedelta(days=settings.CONTACT_MERGE_UNDO_DAYS, seconds=1))
    undo(record)
    with pytest.raises(unmerging.UndoRefused):
        undo(record)
    assert (last, Contact.objects.count()) == (kept, 3)


def test_a_merge_of_merged_contacts_is_undone_link_by_link(studio, pair):
    """Bia joins Ana, Ana joins somebody older: first Ana comes back with all of both, then Bia."""
    before = everything()
    _kept, record = merge(pair)
    ana = Contact.objects.get()
    older = Contact.objects.create(pk=ana.pk - 1_000, tenant=studio, name="Zoe")
    merging.propose([(older, ana, "same_username", {})])
    merge_two = merging.merge(ContactMergeProposal.objects.get(state="open"), None, timezone.now())
    assert Contact.objects.get() == merge_two == older
    undo(ContactMerge.objects.get(gone_pk=ana.pk))
    undo(ContactMerge.objects.get(pk=record.pk))
    older.delete()
    assert everything() == before


def test_after_the_set_days_nothing_of_it_is_kept(studio, pair, settings):
    merge(pair)
    assert MovedRows.objects.exists()
    unmerging.tend(timezone.now() + timedelta(days=settings.CONTACT_MERGE_UNDO_DAYS, seconds=1))
    assert (ContactMerge.objects.count(), MovedRows.objects.count()) == (0, 0)


def test_an_erased_person_is_in_no_merge_and_the_export_names_merges(studio, pair):
    kept, _record = merge(pair)
    assert [row["gone_name"] for row in exporting.export(kept, now=NOW)["merges"]] == ["Bia"]
    erasing.erase(kept, now=LATER)
    assert not ContactMerge.objects.exists()


# --- beside webhooks --------------------------------------------------------------------------------------------------


def receive(body, at=LATER):
    inbox.receive("meta", body, at)
    while inbox.process(at):
        pass


def test_what_is_written_by_who_still_means_the_kept_one_follows(studio, pair):
    """A worker that resolved the contact before the undoing, and writes after it."""
    kept, record = merge(pair)
    thread = kept.conversations.get()
    undo(record)
    late = Message.objects.create(
        tenant=studio, number=thread.number, contact=kept, conversation=thread, direction="inbound", origin="customer",
        provider_message_id="w.late", address=BIA[1:], type="text", text="atrasada", occurred_at=LATER,
    )  # fmt: skip
    unmerging.tend(timezone.now())
    late.refresh_from_db()
    bia = Contact.objects.get(identities__value=BIA[1:])
    assert (late.contact, late.conversation.contact) == (bia, bia)


@pytest.mark.django_db(transaction=True)
def test_merging_and_undoing_beside_webhooks_lose_nothing(studio, pair):
    """Both write all the time, from two workers, while they are joined and parted again and again."""
    stop = threading.Event()
    written = {ANA: 0, BIA: 0}
    failures = []

    def write(phone):
        try:
            customer = Customer(studio, phone)
            while not stop.is_set():
                receive(customer.body(f"w.{phone}.{written[phone]}", {"type": "text", "text": {"body": "oi"}}, LATER))
                written[phone] += 1
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    writers = [threading.Thread(target=write, args=[phone]) for phone in (ANA, BIA)]
    for writer in writers:
        writer.start()
    for _round in range(4):
        _kept, record = merge(pair)
        undo(record)
        ContactMergeProposal.objects.update(state="open")
        pair.refresh_from_db()
    stop.set()
    for writer in writers:
        writer.join()
    settle()
    assert failures == []
    for contact, phone in zip(both(), (ANA, BIA), strict=True):
        said = Message.objects.filter(provider_message_id__startswith=f"w.{phone}")
        assert said.filter(contact=contact, conversation__contact=contact).count() == said.count() == written[phone] > 0


def settle():
    """Events that met an undoing come again, and beat looks after it."""
    for minutes in range(1, 30):
        while inbox.process(LATER + timedelta(minutes=minutes)):
            pass
    unmerging.tend(timezone.now())
