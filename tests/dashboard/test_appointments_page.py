from datetime import date, timedelta

import pytest
from django.utils import timezone, translation

from dashboard.forms.appointments import AppointmentForm
from dashboard.forms.base import DayField, HourField
from notifications.models import Appointment, ManualNotice, NotificationJob
from tests.factories import MARIA, make_appointment
from tests.notifications.jobs import open_window, promise

pytestmark = pytest.mark.django_db


def booking(**values):
    tomorrow = timezone.localdate() + timedelta(days=1)
    form = {
        "external_id": "console-1",
        "customer_name": "Maria Silva",
        "customer_phone": "(11) 98888-7777",
        "service": "Corte",
        "day": f"{tomorrow:%d/%m/%Y}",
        "starts": "14h30",
        "ends": "15:30",
        "notify": "on",
    }
    return form | values


def test_a_booking_is_made_in_the_companys_time_with_its_notice(jana, operator, post):
    post(operator, "/agendamentos/novo/", **booking())
    made = Appointment.objects.get()
    assert timezone.localtime(made.starts_at, jana.zone).strftime("%H:%M") == "14:30"
    assert made.customer_phone == MARIA
    assert made.jobs.filter(kind="appointment_created").exists()


def test_a_form_sent_twice_books_once(jana, operator, post):
    for _ in range(2):
        post(operator, "/agendamentos/novo/", **booking())
    assert Appointment.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"customer_phone": "123"}, "customer_phone"),
        ({"customer_name": "x" * 121}, "customer_name"),
        ({"day": "31/02/2026"}, "day"),
        ({"starts": "later"}, "starts"),
        ({"ends": "14:00"}, "ends"),
        ({"service": "  "}, "service"),
    ],
)
def test_bad_input_is_told_at_its_field_and_makes_nothing(jana, operator, post, values, field):
    page = post(operator, "/agendamentos/novo/", **booking(**values))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not Appointment.objects.exists()


def test_one_in_the_past_is_taken_and_says_that_nothing_is_sent(jana, operator, post):
    page = post(operator, "/agendamentos/novo/", **booking(day="01/10/2026"))
    told = operator.get(page.url).content.decode()
    assert Appointment.objects.get().jobs.count() == 0
    assert "passado" in told


@pytest.mark.parametrize(("typed", "hour"), [("14:00", "14:00"), ("9", "09:00"), ("14h", "14:00"), ("1430", "14:30")])
def test_hours_are_read_as_people_type_them(typed, hour):
    assert f"{HourField().clean(typed):%H:%M}" == hour


def test_a_change_comes_back_as_it_was_shown(jana, operator, post):
    appointment = make_appointment(jana, place="Sala 2")
    initial = AppointmentForm.of(appointment).initial
    values = {name: value for name, value in initial.items() if value not in (None, False)}
    values |= {"day": f"{initial['day']:%d/%m/%Y}", "starts": f"{initial['starts']:%H:%M}", "service": "Barba"}
    post(operator, f"/agendamentos/{appointment.pk}/mudar/", **values)
    appointment.refresh_from_db()
    assert (appointment.service, appointment.place) == ("Barba", "Sala 2")


def test_a_day_lists_its_appointments_with_their_notices_in_few_queries(
    jana, charlie, operator, django_assert_max_num_queries
):
    for hour in range(9):
        appointment = make_appointment(jana, starts_at=timezone.now() + timedelta(days=1, minutes=hour))
        promise(jana, appointment=appointment)
    make_appointment(charlie, name="Cliente do Charlie", starts_at=timezone.now() + timedelta(days=1))
    day = timezone.localdate(timezone.now() + timedelta(days=1), jana.zone)
    with django_assert_max_num_queries(7):
        html = operator.get("/agendamentos/", {"day": day.isoformat()}).content.decode()
    assert html.count("Aviso de agendamento") >= 1
    assert "Cliente do Charlie" not in html


def test_confirming_by_hand(jana, operator, post):
    appointment = make_appointment(jana)
    post(operator, f"/agendamentos/{appointment.pk}/confirmar/")
    appointment.refresh_from_db()
    assert appointment.state == Appointment.State.CONFIRMED


def test_the_box_of_cancelling_is_there_and_unmarked(jana, operator):
    html = operator.get(f"/agendamentos/{make_appointment(jana).pk}/").content.decode()
    box = html[html.index('name="notify_client"') - 60 :][:400]
    assert "Avisar cliente por WhatsApp (se a janela de conversa estiver aberta)" in box
    assert "checked" not in box


def test_cancelling_with_the_box_outside_the_window_tells_the_reason(jana, operator, post):
    appointment = make_appointment(jana, starts_at=timezone.now() + timedelta(days=1))
    page = post(operator, f"/agendamentos/{appointment.pk}/cancelar/", notify_client="on")
    told = operator.get(page.url).content.decode()
    assert "o cliente não foi avisado" in told


def test_cancelling_with_the_box_inside_the_window_sends_free_text(jana, operator, post):
    appointment = make_appointment(jana, starts_at=timezone.now() + timedelta(days=1))
    told_before = promise(jana, appointment=appointment)
    NotificationJob.objects.filter(pk=told_before.pk).update(state=NotificationJob.State.SENT)
    open_window(told_before, timezone.now())
    page = post(operator, f"/agendamentos/{appointment.pk}/cancelar/", notify_client="on")
    assert "está sendo avisado" in operator.get(page.url).content.decode()


def test_wa_me_opens_with_the_text_and_leaves_a_line(jana, operator, post):
    appointment = make_appointment(jana)
    answer = post(operator, f"/agendamentos/{appointment.pk}/whatsapp/manual_booking/")
    assert answer.url.startswith("https://wa.me/5511988887777?text=")
    assert ManualNotice.objects.get().appointment == appointment
    assert "não acompanhada" in operator.get(f"/agendamentos/{appointment.pk}/").content.decode()


def test_a_viewer_books_and_cancels_nothing(jana, viewer, post):
    appointment = make_appointment(jana)
    assert post(viewer, "/agendamentos/novo/", **booking()).status_code == 403
    assert post(viewer, f"/agendamentos/{appointment.pk}/cancelar/").status_code == 403
    assert "ask-cancel" not in viewer.get(f"/agendamentos/{appointment.pk}/").content.decode()


def test_a_day_is_written_alike_in_every_language():
    with translation.override("en"):
        assert DayField().clean("23/11/2026") == date(2026, 11, 23)
