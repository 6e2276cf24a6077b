"""A customer who knows of a booking is told when it is moved or changed, where a template was chosen for that."""

from datetime import timedelta

import pytest

from notifications import dispatcher
from tenants.models import WhatsAppAccount
from tests.factories import NOW, make_template, map_template
from tests.notifications.customer import book, book_and_tell, make_studio, notice

pytestmark = pytest.mark.django_db
CHANGED = "appointment_changed"
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def tenant():
    tenant = make_studio()
    map_template(make_template(WhatsAppAccount.objects.get(tenant=tenant), "alteracao_formal"), CHANGED)
    return tenant


def told(appointment):
    return list(appointment.jobs.filter(kind=CHANGED).order_by("created_at"))


def test_a_moved_booking_is_told_at_once_with_its_new_time(tenant):
    appointment = book_and_tell(tenant)
    book(tenant, LATER, starts_at=NOW + timedelta(days=6))
    assert dispatcher.run(LATER).sent == 1
    job = notice(appointment, CHANGED)
    assert (job.state, job.template_name) == ("sent", "alteracao_formal")
    assert "26/11/2026" in job.message.text


@pytest.mark.parametrize(("field", "value", "count"), [("service", "Unhas", 1), ("professional", "Bia", 0)])
def test_what_the_customer_need_not_know_is_not_told(tenant, field, value, count):
    appointment = book_and_tell(tenant)
    book(tenant, LATER, **{field: value})
    assert len(told(appointment)) == count


def test_who_was_not_told_of_the_booking_yet_hears_of_it_once_as_it_is_now(tenant):
    appointment = book(tenant, NOW).appointment
    book(tenant, NOW, starts_at=NOW + timedelta(days=6))
    assert told(appointment) == []


def test_moved_again_while_it_waits_it_is_one_notice_of_the_last_time(tenant):
    appointment = book_and_tell(tenant)
    for days in (6, 7):
        book(tenant, LATER, starts_at=NOW + timedelta(days=days))
    (job,) = told(appointment)
    appointment.refresh_from_db()
    assert job.revision == appointment.revision
    dispatcher.run(LATER)
    assert "27/11/2026" in notice(appointment, CHANGED).message.text


def test_moved_again_after_it_went_is_told_again(tenant):
    appointment = book_and_tell(tenant)
    for minutes, days in ((1, 6), (2, 7)):
        book(tenant, NOW + timedelta(minutes=minutes), starts_at=NOW + timedelta(days=days))
        dispatcher.run(NOW + timedelta(minutes=minutes))
    assert [job.state for job in told(appointment)] == ["sent", "sent"]


def test_no_reminder_follows_at_the_heels_of_a_change(tenant):
    appointment = book_and_tell(tenant)
    book(tenant, LATER, starts_at=NOW + timedelta(hours=26))
    assert not appointment.jobs.filter(kind="appointment_reminder", state="pending").exists()


def test_a_company_without_a_template_for_it_tells_nobody():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    book(tenant, LATER, starts_at=NOW + timedelta(days=6))
    assert told(appointment) == []
