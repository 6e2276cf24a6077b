"""Answers to notices: found by payload, by what they answer, or as the only open booking; a doubt goes to a person."""

import random
from datetime import timedelta

import pytest

from notifications import appointments
from notifications.models import Appointment, NotificationJob, OutboxEvent
from tests.factories import NOW
from tests.notifications.customer import Customer, book, book_and_tell, make_studio, notice
from whatsapp import inbox
from whatsapp.models import Conversation, WebhookEvent

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(minutes=1)
OTHER_PHONE = "+5511977776666"


@pytest.fixture
def studio():
    return make_studio()


@pytest.fixture
def appointment(studio):
    return book_and_tell(studio)


@pytest.fixture
def maria(studio):
    return Customer(studio)


def state(appointment):
    appointment.refresh_from_db()
    return appointment.state


def conversation():
    return Conversation.objects.get()


def test_template_carries_our_payloads(appointment):
    buttons = notice(appointment).message.content["buttons"]
    assert [button["value"] for button in buttons] == [
        f"{a}:{appointment.pk}" for a in ("confirm", "reschedule", "talk")
    ]


def test_confirmar_confirms_and_answers_with_the_voucher(appointment, maria):
    maria.press(f"confirm:{appointment.pk}", SOON)
    assert state(appointment) == "confirmed"
    [answer] = maria.answers()
    assert f"http://testserver/voucher/{appointment.public_id}" in answer
    assert conversation().handler == "robot"


def test_reagendar_asks_for_another_time_and_hands_over(appointment, studio, maria):
    studio.booking_url = "https://agenda.example/jana"
    studio.save()
    maria.press(f"reschedule:{appointment.pk}", SOON)
    assert state(appointment) == "reschedule_requested"
    assert "https://agenda.example/jana" in maria.answers()[0]
    assert (conversation().handler, conversation().handler_reason) == ("human", "reschedule_requested")


def test_talk_hands_over_and_leaves_the_booking_alone(appointment, maria):
    maria.press(f"talk:{appointment.pk}", SOON)
    assert state(appointment) == "booked"
    assert len(maria.answers()) == 1
    assert (conversation().handler, conversation().handler_reason) == ("human", "asked_for_person")


def test_without_a_payload_of_ours_the_message_answered_to_tells(appointment, studio, maria):
    book(studio, external_id="A-2")
    wamid = notice(appointment).message.provider_message_id
    maria.press("Confirmar", SOON, title="Confirmar", reply_to=wamid)
    assert state(appointment) == "confirmed"


@pytest.mark.parametrize("title", ["Confirmar", "CONFIRMAR", "Confirm"])
def test_without_either_the_only_open_booking_is_meant(appointment, maria, title):
    maria.press(title, SOON, title=title)
    assert state(appointment) == "confirmed"


def test_with_two_open_bookings_nothing_is_guessed(appointment, studio, maria):
    other = book_and_tell(studio, external_id="A-2")
    maria.press("Confirmar", SOON, title="Confirmar")
    assert (state(appointment), state(other)) == ("booked", "booked")
    assert conversation().handler_reason == "reply_unclear"
    assert maria.answers() == []


def test_falar_com_anybody_is_understood_by_its_title(appointment, maria):
    maria.press("Falar com a Jana", SOON, title="Falar com a Jana")
    assert conversation().handler_reason == "asked_for_person"


def test_payload_of_another_customers_booking_does_nothing(appointment, studio):
    stranger = Customer(studio, OTHER_PHONE)
    stranger.press(f"confirm:{appointment.pk}", SOON)
    assert state(appointment) == "booked"


def test_payload_of_another_tenants_booking_does_nothing(appointment):
    charlie = make_studio("barbearia-charlie")
    Customer(charlie).press(f"confirm:{appointment.pk}", SOON)
    assert state(appointment) == "booked"


def test_confirmar_of_a_cancelled_booking_goes_to_a_person(appointment, maria):
    appointments.cancel(appointment, notify_client=False, origin="api", now=NOW)
    maria.press(f"confirm:{appointment.pk}", SOON)
    assert state(appointment) == "cancelled"
    assert conversation().handler_reason == "reply_to_closed_appointment"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("1", "confirmed"),
        ("Sim!", "confirmed"),
        (" CONFIRMAR ", "confirmed"),
        ("2", "reschedule_requested"),
        ("3", "booked"),
    ],
)
def test_typed_answer_counts_after_a_notice_that_offered_it(appointment, maria, typed, expected):
    maria.type(typed, SOON)
    assert state(appointment) == expected


@pytest.mark.parametrize("typed", ["11", "sim, mas mais tarde", "confirmar amanhã?", "não"])
def test_other_words_are_only_words(appointment, maria, typed):
    maria.type(typed, SOON)
    assert state(appointment) == "booked"
    assert maria.answers() == []


def test_typed_answer_without_a_notice_is_only_a_word(studio, maria):
    appointment = book(studio, notify=False).appointment
    maria.type("1", SOON)
    assert (state(appointment), conversation().handler) == ("booked", "robot")


def test_typed_answer_with_two_open_bookings_goes_to_a_person(appointment, studio, maria):
    book_and_tell(studio, external_id="A-2")
    maria.type("1", SOON)
    assert state(appointment) == "booked"
    assert conversation().handler_reason == "reply_unclear"


def test_typed_answer_does_not_count_after_a_person_wrote(appointment, maria):
    job = notice(appointment)
    values = {
        "tenant": job.tenant,
        "number": job.number,
        "contact": job.contact,
        "conversation": job.message.conversation,
    }
    job.message.__class__.objects.create(
        **values, direction="outbound", origin="app", type="text", text="Quantas pessoas?", occurred_at=SOON
    )
    maria.type("2", SOON + timedelta(seconds=5))
    assert state(appointment) == "booked"


def test_typed_word_is_not_read_while_a_person_handles_the_conversation(appointment, maria):
    maria.press(f"talk:{appointment.pk}", SOON)
    maria.type("sim", SOON + timedelta(seconds=5))
    assert state(appointment) == "booked"


def test_answer_that_is_not_fresh_counts_but_gets_no_automatic_answer(appointment, maria):
    maria.press(f"confirm:{appointment.pk}", SOON, now=SOON + timedelta(minutes=11))
    assert state(appointment) == "confirmed"
    assert maria.answers() == []


def test_press_whose_event_is_replayed_has_one_answer(appointment, maria):
    maria.press(f"confirm:{appointment.pk}", SOON)
    WebhookEvent.objects.update(state="new", due_at=SOON)
    assert inbox.process(SOON) == 1
    assert len(maria.answers()) == 1


@pytest.mark.parametrize("seed", range(6))
def test_greatest_time_wins_in_any_order_and_repetition(appointment, maria, seed):
    presses = [("confirm", 10), ("reschedule", 20), ("confirm", 30), ("reschedule", 40), ("confirm", 50)]
    shuffled = presses * 2
    random.Random(seed).shuffle(shuffled)
    for action, second in shuffled:
        maria.press(f"{action}:{appointment.pk}", NOW + timedelta(seconds=second), now=SOON)
    appointment.refresh_from_db()
    assert appointment.state == "confirmed"
    assert appointment.answered_at == NOW + timedelta(seconds=50)
    assert conversation().handler == "human"


def test_late_older_answer_gets_no_automatic_answer(appointment, maria):
    maria.press(f"confirm:{appointment.pk}", SOON)
    maria.press(f"reschedule:{appointment.pk}", SOON - timedelta(seconds=30), now=SOON)
    assert state(appointment) == "confirmed"
    assert len(maria.answers()) == 1


def test_customer_cancels_by_a_button_of_the_tenants_template(appointment, maria):
    maria.press("Cancelar agendamento", SOON, title="Cancelar agendamento")
    assert state(appointment) == "cancelled"
    assert notice(appointment, "appointment_canceled").state == "pending"


def test_tenant_systems_are_told_what_was_asked(appointment, maria):
    maria.press(f"talk:{appointment.pk}", SOON)
    event = OutboxEvent.objects.get(type="whatsapp_action_requested")
    assert event.data["intent"] == "talk_to_human"
    assert event.data["context"] == {"appointment": "A-1"}


def test_answers_go_in_the_lane_of_replies(appointment, maria):
    maria.press(f"confirm:{appointment.pk}", SOON)
    assert NotificationJob.objects.get(kind="auto_reply").lane == NotificationJob.Lane.REPLY


def test_moved_appointment_answers_with_its_new_time(appointment, studio, maria):
    book(studio, starts_at=NOW + timedelta(days=5))
    maria.press(f"confirm:{appointment.pk}", SOON)
    assert state(appointment) == Appointment.State.CONFIRMED
    assert "25/11/2026" in maria.answers()[0]
