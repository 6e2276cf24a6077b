"""Reminders: one row for an appointment and offset, moved in place, none where it would be too much or too late."""

from datetime import timedelta

import pytest

from notifications import appointments, dispatcher, timeline
from tests.factories import NOW
from tests.notifications.customer import book, book_and_tell, make_studio, notice

pytestmark = pytest.mark.django_db
REMINDER = "appointment_reminder"
IN_THREE_DAYS = NOW + timedelta(days=3)


def reminders(appointment):
    return appointment.jobs.filter(kind=REMINDER)


def test_reminder_goes_24_hours_before_when_the_clock_comes_there():
    appointment = book_and_tell(make_studio())
    assert dispatcher.run(IN_THREE_DAYS - timedelta(hours=24, seconds=1)).sent == 0
    assert dispatcher.run(IN_THREE_DAYS - timedelta(hours=24)).sent == 1
    assert notice(appointment, REMINDER).template_name == "confirmacao_de_agendamento_24h"


def test_moved_appointment_sends_at_the_new_time_only():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    book(tenant, NOW, starts_at=NOW + timedelta(days=6))
    assert dispatcher.run(NOW + timedelta(days=2, hours=1)).sent == 0
    assert dispatcher.run(NOW + timedelta(days=5)).sent == 1
    assert reminders(appointment).count() == 1


def test_after_it_was_sent_a_moved_appointment_is_reminded_of_anew():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    dispatcher.run(NOW + timedelta(days=2))
    book(tenant, NOW + timedelta(days=2, minutes=1), starts_at=NOW + timedelta(days=9))
    assert sorted(reminders(appointment).values_list("state", flat=True)) == ["pending", "sent"]


def test_moved_there_and_back_is_still_one_reminder():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    for days in (6, 3):
        book(tenant, NOW, starts_at=NOW + timedelta(days=days))
    assert [job.scheduled_for for job in reminders(appointment)] == [NOW + timedelta(days=2)]


def test_every_offset_of_the_tenant_has_its_own():
    tenant = make_studio()
    tenant.automation.reminder_offsets_minutes = [48 * 60, 24 * 60]
    tenant.automation.save()
    appointment = book(tenant, starts_at=NOW + timedelta(days=4)).appointment
    times = reminders(appointment).order_by("scheduled_for").values_list("scheduled_for", flat=True)
    assert list(times) == [NOW + timedelta(days=2), NOW + timedelta(days=3)]


@pytest.mark.parametrize(("hours", "expected"), [(29, 0), (30, 1)])
def test_none_within_six_hours_after_the_first_notice(hours, expected):
    appointment = book(make_studio(), starts_at=NOW + timedelta(hours=hours)).appointment
    assert reminders(appointment).count() == expected


def test_first_notice_tells_why_there_is_no_reminder():
    appointment = book(make_studio(), starts_at=NOW + timedelta(hours=25)).appointment
    line = notice(appointment).events.get(event="no_reminder")
    assert line.detail == {"code": "recently_told", "minutes": 1440}
    assert any(told.sentence.startswith("Não há lembrete 24 h antes.") for told in timeline.lines(notice(appointment)))


@pytest.mark.parametrize(("hours", "state"), [(2, "pending"), (1.9, "cancelled")])
def test_moved_inside_the_lead_time_it_goes_at_once_while_two_hours_remain(hours, state):
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    now = NOW + timedelta(days=1)
    book(tenant, now, starts_at=now + timedelta(hours=hours))
    reminder = notice(appointment, REMINDER)
    assert reminder.state == state
    assert reminder.reason_code == ("" if state == "pending" else "too_close")
    assert state == "cancelled" or reminder.scheduled_for == now


def test_held_first_notice_that_goes_late_makes_the_reminder_too_much():
    tenant = make_studio()
    appointment = book(tenant, starts_at=NOW + timedelta(hours=33)).appointment
    dispatcher.run(NOW + timedelta(hours=8))
    dispatcher.run(NOW + timedelta(hours=9))
    assert notice(appointment, REMINDER).reason_code == "recently_told"


def test_first_notice_that_was_not_sent_does_not_stop_the_reminder():
    tenant = make_studio()
    appointment = book(tenant, starts_at=NOW + timedelta(hours=33)).appointment
    appointment.jobs.filter(kind="appointment_created").update(state="skipped")
    assert dispatcher.run(NOW + timedelta(hours=9)).sent == 1


def test_reminder_waits_while_the_customer_wants_another_time():
    appointment = book_and_tell(make_studio())
    appointments.request_reschedule(appointment, by="customer", now=NOW)
    assert notice(appointment, REMINDER).state == "pending"
    dispatcher.run(NOW + timedelta(days=2))
    assert notice(appointment, REMINDER).reason_code == "reschedule_requested"


def test_reminder_that_is_late_by_more_than_its_limit_is_skipped():
    appointment = book_and_tell(make_studio())
    dispatcher.run(NOW + timedelta(days=2, hours=7))
    assert notice(appointment, REMINDER).reason_code == "too_late"


def test_times_are_the_tenants():
    appointment = book_and_tell(make_studio(time_zone="America/Manaus"))
    assert "dia 23/11/2026 às 11:00" in notice(appointment).message.text
