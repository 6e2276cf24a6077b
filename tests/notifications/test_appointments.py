"""Booking: an upsert by the tenant's own id, whose notices follow what it says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from notifications import appointments, dispatcher
from notifications.appointments import Invalid, MoveRefused
from notifications.models import Appointment, NotificationJob
from tenants.models import AuditEntry
from tests.factories import MARIA, NOW, make_person
from tests.notifications.customer import book, book_and_tell, booking, make_studio, notice

pytestmark = pytest.mark.django_db
OTHER_PHONE = "+5511977776666"


def test_booking_promises_the_first_notice_at_once_and_a_reminder_24_hours_before():
    appointment = book(make_studio()).appointment
    assert notice(appointment).scheduled_for == NOW
    assert notice(appointment, "appointment_reminder").scheduled_for == appointment.starts_at - timedelta(hours=24)


def test_same_booking_twice_changes_nothing_and_makes_no_job():
    tenant = make_studio()
    first, second = book(tenant), book(tenant, NOW + timedelta(minutes=1))
    assert (first.created, second.created, second.changed) == (True, False, False)
    assert second.appointment.revision == 1
    assert NotificationJob.objects.count() == 2


def test_phone_is_normalized_and_texts_are_one_line():
    appointment = book(make_studio(), customer_phone="(11) 98888-7777", customer_name=" Maria\n  Silva ").appointment
    assert (appointment.customer_phone, appointment.customer_name) == (MARIA, "Maria Silva")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("customer_phone", "123"),
        ("customer_name", "x" * 121),
        ("customer_name", "   "),
        ("service", "a\x00b"),
        ("external_id", ""),
        ("starts_at", datetime(2026, 11, 25, 14, 0)),  # noqa: DTZ001
        ("starts_at", datetime(9999, 1, 1, tzinfo=UTC)),
        ("ends_at", NOW),
    ],
)
def test_bad_input_names_the_field_and_creates_nothing(field, value):
    with pytest.raises(Invalid) as refused:
        book(make_studio(), **{field: value})
    assert list(refused.value.fields) == [field]
    assert not Appointment.objects.exists()


def test_appointment_in_the_past_is_taken_sends_nothing_and_says_so():
    booked = book(make_studio(), starts_at=NOW - timedelta(hours=1))
    assert (booked.created, booked.note) == (True, "in_past")
    assert not booked.appointment.jobs.exists()


def test_booking_that_asks_for_no_notice_makes_no_job():
    assert not book(make_studio(), notify=False).appointment.jobs.exists()


def test_same_external_id_of_another_tenant_is_another_booking():
    assert book(make_studio()).appointment != book(make_studio()).appointment


def test_moved_booking_carries_its_waiting_notices_along():
    tenant = make_studio()
    appointment = book(tenant).appointment
    moved = book(tenant, NOW + timedelta(minutes=1), starts_at=NOW + timedelta(days=5)).appointment
    reminder = notice(appointment, "appointment_reminder")
    assert moved.revision == 2
    assert (reminder.scheduled_for, reminder.revision) == (NOW + timedelta(days=4), 2)
    assert NotificationJob.objects.count() == 2


def test_waiting_first_notice_goes_with_the_new_values_and_says_what_moved():
    tenant = make_studio()
    appointment = book(tenant).appointment
    book(tenant, service="Barba", place="Rua Dois, 2")
    dispatcher.run(NOW)
    job = notice(appointment)
    assert "Barba" in job.message.text
    assert "Rua Dois, 2" in job.message.text
    assert job.events.get(event="appointment_changed").detail["changes"]["service"] == ["Corte", "Barba"]


def test_change_that_no_customer_must_know_of_is_no_new_revision():
    tenant = make_studio()
    book(tenant)
    booked = book(tenant, professional="Ana")
    assert (booked.changed, booked.appointment.revision) == (True, 1)


def test_moved_booking_must_be_confirmed_anew():
    tenant = make_studio()
    appointment = book(tenant).appointment
    appointments.confirm(appointment, by="operator", now=NOW)
    assert book(tenant, starts_at=NOW + timedelta(days=5)).appointment.state == Appointment.State.BOOKED


def test_other_phone_is_told_anew_and_the_old_one_no_more():
    tenant = make_studio()
    book(tenant)
    appointment = book(tenant, NOW + timedelta(minutes=1), customer_phone=OTHER_PHONE).appointment
    waiting = NotificationJob.objects.filter(state="pending")
    assert {job.to for job in waiting} == {OTHER_PHONE}
    assert {job.kind for job in waiting} == {"appointment_created", "appointment_reminder"}
    assert appointment.contact.address == OTHER_PHONE.removeprefix("+")


def test_cancelled_booking_that_comes_again_is_booked_again():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    appointments.cancel(appointment, notify_client=False, origin="api", now=NOW)
    again = book(tenant, NOW + timedelta(hours=1))
    assert (again.appointment.state, again.appointment.revision) == (Appointment.State.BOOKED, 2)
    assert notice(appointment).state == "pending"


def test_change_of_a_cancelled_appointment_tells_nobody():
    appointment = book_and_tell(make_studio())
    appointments.cancel(appointment, notify_client=False, origin="api", now=NOW)
    changed = appointments.change(appointment, {"service": "Barba"}, origin="operator", now=NOW)
    assert changed.note == "closed"
    assert not NotificationJob.objects.filter(state="pending").exists()


def test_change_refuses_bad_values_and_keeps_the_row():
    appointment = book(make_studio()).appointment
    with pytest.raises(Invalid, match="customer_phone"):
        appointments.change(appointment, {"customer_phone": "x"}, origin="operator", now=NOW)
    appointment.refresh_from_db()
    assert appointment.customer_phone == MARIA


@pytest.mark.parametrize("state", ["done", "no_show"])
def test_closed_appointment_moves_no_more(state):
    appointment = book(make_studio()).appointment
    appointments.mark(appointment, state, by="operator", now=NOW)
    with pytest.raises(MoveRefused):
        appointments.confirm(appointment, by="operator", now=NOW)


def test_closed_appointment_ends_its_waiting_notices():
    appointment = book(make_studio()).appointment
    appointments.mark(appointment, "done", by="operator", now=NOW)
    assert not NotificationJob.objects.filter(state="pending").exists()


def test_every_act_is_audited_with_its_person():
    tenant = make_studio()
    person = make_person(tenant)
    appointments.book(tenant, booking(), origin="operator", actor=person, now=NOW)
    entry = AuditEntry.objects.get(action="appointment.booked")
    assert (entry.actor, entry.detail["origin"]) == (person, "operator")


@pytest.mark.django_db(transaction=True)
def test_same_booking_from_many_workers_at_once_is_one():
    tenant = make_studio()

    def book_once(_number):
        try:
            return book(tenant).created
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        created = list(pool.map(book_once, range(16)))
    assert sum(created) == 1
    assert sorted(NotificationJob.objects.values_list("kind", flat=True)) == [
        "appointment_created",
        "appointment_reminder",
    ]
