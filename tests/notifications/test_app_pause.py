"""Somebody of the company answers in the phone app: the robot keeps still in that conversation for a while."""

import json
from datetime import timedelta

import pytest

from notifications import dispatcher, timeline
from notifications.models import NotificationJob
from tenants.models import PhoneNumber
from tests.factories import NOW, make_person
from tests.notifications.customer import Customer, book_and_tell, make_studio
from whatsapp import inbox
from whatsapp.conversations import acts
from whatsapp.models import Conversation, Message

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def studio():
    return make_studio()


@pytest.fixture
def appointment(studio):
    return book_and_tell(studio)


@pytest.fixture
def maria(studio):
    return Customer(studio)


def write_in_app(studio, at=NOW, to="5511988887777", kind="text", **content):
    """What the business types on its phone, as Meta tells it."""
    number = PhoneNumber.objects.for_tenant(studio).select_related("account").get()
    item = {"from": "551133334444", "to": to, "id": f"wamid.app.{at}", "timestamp": str(int(at.timestamp()))}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number.phone_number_id, "display_phone_number": "551133334444"},
        "message_echoes": [item | {"type": kind, kind: content or {"body": "já te respondo"}}],
    }
    entry = [{"id": number.account.waba_id, "changes": [{"field": "smb_message_echoes", "value": value}]}]
    inbox.receive("meta", json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode(), at)
    while inbox.process(at):
        pass


def answer():
    return NotificationJob.objects.get(kind="auto_reply")


def test_the_robot_does_not_answer_while_a_person_writes_in_the_app(studio, appointment, maria):
    write_in_app(studio, SOON - MINUTE)
    maria.press(f"confirm:{appointment.pk}", SOON)
    dispatcher.run(SOON)
    assert (answer().state, answer().reason_code) == ("skipped", "person_talking")
    appointment.refresh_from_db()
    assert appointment.state == "confirmed", "what the customer pressed still counts"


def test_the_reason_says_since_when_and_until_when(studio, appointment, maria):
    write_in_app(studio, SOON - MINUTE)
    maria.press(f"confirm:{appointment.pk}", SOON)
    dispatcher.run(SOON)
    assert "12:04" in timeline.lines(answer())[-1].sentence
    assert "13:04" in timeline.lines(answer())[-1].sentence


@pytest.mark.parametrize(("minutes", "state"), [(None, "skipped"), (3, "sent"), (0, "sent"), (10, "skipped")])
def test_for_as_long_as_the_company_chose(studio, appointment, maria, minutes, state):
    studio.automation.app_pause_minutes = minutes
    studio.automation.save()
    write_in_app(studio, SOON - 4 * MINUTE)
    maria.press(f"confirm:{appointment.pk}", SOON)
    dispatcher.run(SOON)
    assert answer().state == state


def test_words_to_somebody_else_pause_nothing(studio, appointment, maria):
    write_in_app(studio, SOON - MINUTE, to="5511977776666")
    maria.press(f"confirm:{appointment.pk}", SOON)
    dispatcher.run(SOON)
    assert answer().state == "sent"


def test_history_is_no_answer_of_now(studio, appointment, maria):
    write_in_app(studio, SOON - MINUTE)
    Message.objects.filter(origin="app").update(origin="history")
    maria.press(f"confirm:{appointment.pk}", SOON)
    dispatcher.run(SOON)
    assert answer().state == "sent"


def test_notices_and_reminders_go_all_the_same(studio, maria):
    write_in_app(studio, NOW - MINUTE)
    book_and_tell(studio)
    assert NotificationJob.objects.get(kind="appointment_created").state == "sent"


def test_the_confirmation_of_an_opt_out_goes_all_the_same(studio, appointment, maria):
    write_in_app(studio, SOON - MINUTE)
    maria.type("SAIR", SOON)
    dispatcher.run(SOON)
    assert NotificationJob.objects.get(kind="opt_out_confirmation").state == "sent"


@pytest.mark.parametrize("state", ["sending", "uncertain"])
def test_what_may_be_a_send_of_ours_without_its_answer_pauses_nothing(studio, appointment, maria, state):
    NotificationJob.objects.update(state=state)
    write_in_app(studio, SOON - MINUTE)
    maria.press(f"talk:{appointment.pk}", SOON)
    dispatcher.run(SOON)
    assert answer().state == "sent"


def test_the_robot_keeps_still_where_somebody_has_taken_the_conversation(studio, appointment, maria):
    acts.take(Conversation.objects.get(), make_person(studio))
    maria.press(f"confirm:{appointment.pk}", SOON)
    dispatcher.run(SOON)
    assert (answer().state, answer().reason_code) == ("skipped", "conversation_taken")
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"


def test_the_robot_answers_again_once_it_was_given_back(studio, appointment, maria):
    acts.hand_to_robot(acts.take(Conversation.objects.get(), make_person(studio)))
    maria.press(f"confirm:{appointment.pk}", SOON)
    dispatcher.run(SOON)
    assert answer().state == "sent"
