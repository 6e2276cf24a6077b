"""The manual way: wa.me with the text ready, and a line of who opened it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from notifications import manual, texts
from notifications.models import ManualNotice, NotificationJob
from tests.factories import NOW, make_appointment, make_contact, make_person, make_tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_tenant(name="Studio Jana")


def opened(about, key, tenant):
    link = urlsplit(manual.wa_me(about, key, make_person(tenant), NOW))
    return link, parse_qs(link.query)["text"][0]


def test_link_opens_whatsapp_with_the_text_ready(tenant):
    link, body = opened(make_appointment(tenant), "manual_confirmation", tenant)
    assert (link.netloc, link.path) == ("wa.me", "/5511988887777")
    assert "*1* - Confirmar\n*2* - Reagendar\n*3* - Falar com Jana" in body
    assert "*Corte* em *22/11/2026* às *12:00*" in body


def test_opening_leaves_a_line_of_who_when_what_and_makes_no_job(tenant):
    appointment = make_appointment(tenant)
    _link, body = opened(appointment, "manual_booking", tenant)
    line = ManualNotice.objects.get()
    assert (line.appointment, line.text_key, line.body, line.opened_at) == (appointment, "manual_booking", body, NOW)
    assert line.opened_by is not None
    assert not NotificationJob.objects.exists()


def test_own_wording_of_the_tenant_is_used(tenant):
    texts.save(tenant, "manual_booking", "Oi & até {date}, {first_name}? #1 {voucher_url}")
    appointment = make_appointment(tenant)
    _link, body = opened(appointment, "manual_booking", tenant)
    assert body == f"Oi & até 22/11/2026, Maria? #1 http://testserver/voucher/{appointment.public_id}"


def test_contact_without_an_appointment_gets_what_is_known(tenant):
    texts.save(tenant, "manual_booking", "Oi, {first_name}.\nServiço: {service}\nAqui é {tenant_name}.")
    _link, body = opened(make_contact(tenant), "manual_booking", tenant)
    assert body == "Oi, Maria.\nAqui é Studio Jana."


def test_contact_without_a_phone_cannot_be_opened(tenant):
    contact = make_contact(tenant)
    contact.address = "BR.13491208655302741918"
    with pytest.raises(manual.NoPhone):
        manual.wa_me(contact, "manual_booking", make_person(tenant), NOW)
    assert not ManualNotice.objects.exists()
