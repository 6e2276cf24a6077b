"""Cancelling: one function for every way, with the box that tells the customer while the window is open."""

from datetime import timedelta

import pytest
from django.db import connection

from notifications import appointments, dispatcher, texts
from notifications.models import Appointment, NotificationJob
from tests.factories import NOW
from tests.notifications.customer import Customer, book, book_and_tell, make_studio, notice
from whatsapp import window

pytestmark = pytest.mark.django_db
CANCELLATION = "appointment_canceled"


def cancel(appointment, *, notify_client, now=NOW):
    return appointments.cancel(appointment, notify_client=notify_client, origin="operator", now=now)


def test_unmarked_makes_no_job_and_ends_the_waiting_ones():
    appointment = book_and_tell(make_studio())
    assert cancel(appointment, notify_client=False) is None
    assert notice(appointment, "appointment_reminder").reason_code == "appointment_cancelled"
    assert not NotificationJob.objects.filter(kind=CANCELLATION).exists()


def test_marked_with_an_open_window_sends_free_text():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    Customer(tenant).type("oi", NOW + timedelta(minutes=1))
    cancel(appointment, notify_client=True, now=NOW + timedelta(minutes=2))
    assert dispatcher.run(NOW + timedelta(minutes=2)).sent == 1
    job = notice(appointment, CANCELLATION)
    assert job.mode == "text"
    assert "foi cancelado" in job.message.text


def test_marked_and_never_written_to_us_is_skipped_for_no_inbound():
    appointment = book_and_tell(make_studio())
    job = cancel(appointment, notify_client=True)
    assert (job.state, job.reason_code) == ("skipped", "window_no_inbound")


def test_marked_with_an_expired_window_is_skipped_with_its_time():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    Customer(tenant).type("oi", NOW)
    job = cancel(appointment, notify_client=True, now=NOW + timedelta(hours=25))
    assert (job.state, job.reason_code) == ("skipped", "window_expired")
    assert job.reason_detail == {"last_inbound_at": NOW.isoformat()}


def test_marked_and_the_check_fails_is_skipped_for_that(monkeypatch):
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    Customer(tenant).type("oi", NOW)
    monkeypatch.setattr(window, "of", lambda *_: connection.cursor().execute("SELECT 1 / 0"))
    job = cancel(appointment, notify_client=True)
    assert (job.state, job.reason_code) == ("skipped", "window_check_failed")
    appointment.refresh_from_db()
    assert appointment.state == Appointment.State.CANCELLED


def test_while_the_first_notice_waits_both_end_because_nobody_was_told():
    tenant = make_studio()
    Customer(tenant).type("oi", NOW)
    appointment = book(tenant).appointment
    job = cancel(appointment, notify_client=True)
    assert (job.state, job.reason_code) == ("skipped", "customer_not_told_yet")
    first = notice(appointment)
    assert (first.state, first.reason_code) == ("cancelled", "customer_not_told_yet")


def test_window_that_closes_before_the_send_skips_it():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    Customer(tenant).type("oi", NOW)
    cancel(appointment, notify_client=True, now=NOW + timedelta(hours=23, minutes=58))
    dispatcher.run(NOW + timedelta(hours=24))
    assert notice(appointment, CANCELLATION).reason_code == "window_expired"


def test_cancelling_again_changes_nothing():
    appointment = book_and_tell(make_studio())
    first = cancel(appointment, notify_client=True)
    assert cancel(appointment, notify_client=True) == first
    assert NotificationJob.objects.filter(kind=CANCELLATION).count() == 1


def test_cancelled_booked_again_and_cancelled_has_its_own_notice():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    cancel(appointment, notify_client=True)
    again = book_and_tell(tenant, NOW + timedelta(hours=1))
    cancel(again, notify_client=True, now=NOW + timedelta(hours=2))
    assert NotificationJob.objects.filter(kind=CANCELLATION).count() == 2


def test_own_wording_of_the_tenant_is_sent():
    tenant = make_studio()
    texts.save(tenant, "cancellation_notice", "{first_name}, cancelamos {service}.")
    Customer(tenant).type("oi", NOW)
    job = cancel(book_and_tell(tenant), notify_client=True)
    assert job.content["body"] == "Maria, cancelamos Corte."
