"""Opt-out: whole typed words act at once, CANCELAR is asked back where it may mean a booking; one way for everybody."""

from datetime import timedelta

import pytest

from notifications import appointments, dispatcher, optout
from notifications.models import NotificationJob, OutboxEvent
from tenants import consent
from tenants.models import AuditEntry, AutomationSettings, Consent
from tests.factories import NOW, make_contact, make_person, make_tenant
from tests.notifications.customer import Customer, book, book_and_tell, make_studio, notice
from whatsapp.models import Conversation

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)
CONFIRMATION = "opt_out_confirmation"


@pytest.fixture
def studio():
    return make_studio()


@pytest.fixture
def maria(studio):
    return Customer(studio)


def is_out(studio, *, marketing=False):
    return consent.refusal(make_contact(studio), marketing=marketing) is not None


@pytest.mark.parametrize("word", ["STOP", "sair", "Cancelar", "REMOVER.", "  parar! ", "Sáir"])
def test_word_alone_opts_out_and_is_confirmed_once(studio, maria, word):
    maria.type(word, NOW)
    assert is_out(studio)
    assert len(maria.answers(CONFIRMATION)) == 1


@pytest.mark.parametrize("said", ["Não quero mais!", "chega"])
def test_a_companys_own_word_opts_out_too(studio, maria, said):
    AutomationSettings.objects.filter(tenant=studio).update(optout_words=["nao quero mais", "Chega", "", 7])
    maria.type(said, NOW)
    assert is_out(studio)


def test_a_companys_own_word_is_no_other_companys(studio, maria):
    AutomationSettings.objects.filter(tenant=make_tenant()).update(optout_words=["chega"])
    maria.type("chega", NOW)
    assert not is_out(studio)


@pytest.mark.parametrize("words", ["não quero parar", "sair mais cedo", "pare", "stop it"])
def test_word_among_others_is_no_opt_out(studio, maria, words):
    maria.type(words, NOW)
    assert not is_out(studio)


def test_button_with_such_a_title_is_no_opt_out(studio, maria):
    maria.press("SAIR", NOW, title="SAIR")
    assert not is_out(studio)


def test_confirmation_is_sent_although_the_customer_is_out(studio, maria):
    maria.type("SAIR", NOW)
    assert dispatcher.run(NOW).sent == 1
    assert NotificationJob.objects.get().kind == CONFIRMATION


def test_what_waits_is_cancelled_with_the_reason(studio, maria):
    appointment = book_and_tell(studio)
    maria.type("SAIR", SOON)
    reminder = notice(appointment, "appointment_reminder")
    assert (reminder.state, reminder.reason_code) == ("cancelled", "opted_out")


def test_later_notices_are_skipped(studio, maria):
    maria.type("SAIR", NOW)
    appointment = book(studio).appointment
    dispatcher.run(NOW)
    assert notice(appointment).reason_code == "opted_out"


def test_same_word_again_is_not_confirmed_to_a_stale_message(studio, maria):
    maria.type("SAIR", NOW, now=NOW + timedelta(minutes=11))
    assert is_out(studio)
    assert maria.answers(CONFIRMATION) == []


@pytest.mark.parametrize("word", ["VOLTAR", "entrar"])
def test_coming_back_by_a_word(studio, maria, word):
    maria.type("SAIR", NOW)
    maria.type(word, SOON)
    assert not is_out(studio)
    assert len(maria.answers()) == 1


def test_word_of_return_means_nothing_to_who_never_left(studio, maria):
    maria.type("voltar", NOW)
    assert not Consent.objects.exists()
    assert maria.answers() == []


def test_greatest_time_wins_whatever_comes_first(studio, maria):
    maria.type("SAIR", NOW)
    maria.type("VOLTAR", NOW + timedelta(seconds=20), now=SOON)
    maria.type("SAIR", NOW + timedelta(seconds=10), now=SOON)
    assert not is_out(studio)


def test_cancelar_with_an_open_booking_asks_and_only_marketing_waits(studio, maria):
    appointment = book_and_tell(studio)
    maria.type("cancelar", SOON)
    assert (is_out(studio), is_out(studio, marketing=True)) == (False, True)
    question = NotificationJob.objects.get(kind="auto_reply")
    assert [button["id"].split(":")[1] for button in question.content["buttons"]] == ["stop", "keep"]
    assert notice(appointment, "appointment_reminder").state == "pending"


@pytest.mark.parametrize(("hours", "asked"), [(47, True), (49, False)])
def test_cancelar_after_a_notice_is_asked_for_48_hours(studio, maria, hours, asked):
    appointment = book_and_tell(studio, notify=True)
    appointments.cancel(appointment, notify_client=False, origin="api", now=NOW)
    maria.type("CANCELAR", NOW + timedelta(hours=hours))
    assert is_out(studio) is not asked


def answer_question(maria, index, at):
    question = NotificationJob.objects.get(kind="auto_reply")
    button = question.content["buttons"][index]
    reply = {"type": "button_reply", "button_reply": {"id": button["id"], "title": button["title"]}}
    maria.write({"type": "interactive", "interactive": reply}, at)


def test_question_answered_with_stop_opts_out(studio, maria):
    book_and_tell(studio)
    maria.type("cancelar", SOON)
    answer_question(maria, 0, SOON + timedelta(minutes=1))
    assert is_out(studio)
    assert len(maria.answers(CONFIRMATION)) == 1


def test_question_answered_with_keep_lets_marketing_go_on(studio, maria):
    book_and_tell(studio)
    maria.type("cancelar", SOON)
    answer_question(maria, 1, SOON + timedelta(minutes=1))
    assert not is_out(studio, marketing=True)
    assert len(maria.answers()) == 2


def test_keep_does_not_undo_an_earlier_refusal_of_marketing(studio, maria):
    book_and_tell(studio)
    maria.type("cancelar", SOON)
    later = SOON + timedelta(seconds=30)
    contact = make_contact(studio)
    consent.record(contact, "opt_out", category="marketing", source="preference", effective_at=later, proof="p")
    answer_question(maria, 1, SOON + timedelta(minutes=1))
    assert is_out(studio, marketing=True)


def test_old_cancelar_that_cannot_be_asked_back_goes_to_a_person(studio, maria):
    book_and_tell(studio)
    maria.type("cancelar", SOON, now=SOON + timedelta(minutes=11))
    assert not is_out(studio)
    assert Conversation.objects.get().handler_reason == "optout_unclear"


def test_person_records_it_by_the_same_function(studio):
    appointment = book_and_tell(studio)
    person = make_person(studio)
    assert optout.opt_out(appointment.contact, source="operator", now=SOON, proof="por telefone", actor=person)
    assert notice(appointment, "appointment_reminder").reason_code == "opted_out"
    assert AuditEntry.objects.get(action="contact.opted_out").actor == person


def test_tenant_systems_are_told(studio, maria):
    maria.type("SAIR", NOW)
    event = OutboxEvent.objects.get(type="whatsapp_customer_opted_out")
    assert event.data["phone"] == "+5511988887777"


def test_another_tenant_still_writes_to_the_same_person(studio, maria):
    charlie = make_studio("barbearia-charlie")
    maria.type("SAIR", NOW)
    assert not is_out(charlie)
