"""The customer's page and its calendar file: the appointment and nothing else, for nobody but who has the link."""

import re
from datetime import timedelta

import pytest
from icalendar import Calendar

from notifications import appointments, voucher
from tests.factories import MARIA, NOW, make_number, make_tenant
from tests.notifications.customer import book

pytestmark = pytest.mark.django_db
PATH = re.compile(r"^/voucher/[A-Za-z0-9_-]{22}$")


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOW, tick=False)


def make_appointment(**values):
    tenant = values.pop("tenant", None) or make_tenant(name="Studio Jana")
    return book(tenant, starts_at=NOW + timedelta(days=1, hours=2), professional="Ana", **values).appointment


def path(appointment):
    return f"/voucher/{appointment.public_id}"


def read(client, appointment):
    return client.get(path(appointment)).content.decode()


def test_link_is_public_absolute_and_unguessable():
    address = voucher.url(make_appointment())
    assert PATH.match(address.removeprefix("http://testserver"))


def test_page_tells_the_appointment_in_the_tenants_time(client):
    page = read(client, make_appointment(ends_at=NOW + timedelta(days=1, hours=3)))
    for words in ("Studio Jana", "Corte", "Ana", "Rua Um, 1", "14:00", "até 15:00", "Sábado, 21 de novembro de 2026"):
        assert words in page


def test_page_shows_the_first_name_and_no_phone(client):
    page = read(client, make_appointment())
    assert "Maria" in page
    assert "Silva" not in page
    assert MARIA.removeprefix("+") not in page


def test_page_is_the_same_with_a_slash(client):
    assert client.get(path(make_appointment()) + "/").status_code == 200


def test_page_needs_no_login_and_is_kept_by_nobody(client):
    answer = client.get(path(make_appointment()))
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies


def test_nothing_from_outside_runs_in_the_page(client):
    answer = client.get(path(make_appointment()))
    page = answer.content.decode()
    nonce = re.search(r"script-src 'nonce-([^']+)'", answer["Content-Security-Policy"])[1]
    assert page.count("<script") == page.count(f'<script nonce="{nonce}"') == 1
    assert not re.search(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=\"https?:", page)


def test_name_with_markup_is_only_a_name(client):
    appointment = make_appointment(customer_name="<script>x</script>", service="<b>Corte</b>")
    page = read(client, appointment)
    assert "<b>Corte" not in page
    assert "<script>x" not in page


@pytest.mark.parametrize(
    ("act", "words"),
    [
        ("confirm", "Seu horário está confirmado"),
        ("request_reschedule", "Você pediu outro horário"),
        ("done", "Este atendimento já aconteceu"),
    ],
)
def test_page_tells_the_state(client, act, words):
    appointment = make_appointment()
    if act == "done":
        appointments.mark(appointment, "done", by="operator", now=NOW)
    else:
        getattr(appointments, act)(appointment, by="customer", now=NOW)
    assert words in read(client, appointment)


def test_cancelled_appointment_offers_another_booking_not_the_calendar(client):
    appointment = make_appointment(tenant=make_tenant(booking_url="https://agenda.example/jana"))
    appointments.cancel(appointment, notify_client=False, origin="api", now=NOW)
    page = read(client, appointment)
    assert "Este agendamento foi cancelado" in page
    assert "https://agenda.example/jana" in page
    assert "agenda.ics" not in page


def test_open_appointment_whose_time_is_over_has_passed(client, time_machine):
    appointment = make_appointment()
    time_machine.move_to(NOW + timedelta(days=2))
    assert "Este horário já passou" in read(client, appointment)


def test_page_leads_to_the_tenants_whatsapp(client):
    tenant = make_tenant()
    make_number(tenant, display_phone_number="+55 11 3333-4444")
    assert "https://wa.me/551133334444" in read(client, make_appointment(tenant=tenant))


def test_english_tenant_has_an_english_page(client):
    page = read(client, make_appointment(tenant=make_tenant(language="en")))
    assert "Your appointment is booked" in page
    assert 'lang="en"' in page


@pytest.mark.parametrize("public_id", ["nope", "%00", "a" * 41, "%F0%9F%92%A9", "..%5C", "agenda.ics"])
@pytest.mark.parametrize("suffix", ["", "/", "/agenda.ics"])
def test_unknown_link_gets_a_page_that_helps(client, public_id, suffix):
    answer = client.get(f"/voucher/{public_id}{suffix}")
    assert answer.status_code == 404
    assert "Não encontramos este voucher" in answer.content.decode()
    assert answer["Cache-Control"] == "no-store, private"


def test_voucher_of_a_closed_company_is_gone(client):
    appointment = make_appointment()
    appointment.tenant.state = "closed"
    appointment.tenant.save()
    assert client.get(path(appointment)).status_code == 404


def test_page_is_only_read(client):
    assert client.post(path(make_appointment())).status_code == 405


def event_of(client, appointment):
    answer = client.get(path(appointment) + "/agenda.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    [event] = Calendar.from_ical(answer.content).walk("VEVENT")
    return event


def test_calendar_file_holds_the_appointment(client):
    event = event_of(client, make_appointment(ends_at=NOW + timedelta(days=1, hours=3)))
    assert (event["dtstart"].dt, event["dtend"].dt) == (
        NOW + timedelta(days=1, hours=2),
        NOW + timedelta(days=1, hours=3),
    )
    assert (event["summary"], event["location"]) == ("Corte · Studio Jana", "Rua Um, 1")


def test_calendar_file_of_a_change_replaces_the_former_entry(client):
    tenant = make_tenant()
    before = event_of(client, make_appointment(tenant=tenant))
    after = event_of(client, make_appointment(tenant=tenant, place="Rua Dois, 2"))
    assert before["uid"] == after["uid"]
    assert (before["sequence"], after["sequence"]) == (1, 2)


def test_calendar_file_of_a_cancelled_appointment_cancels_it(client):
    appointment = make_appointment()
    appointments.cancel(appointment, notify_client=False, origin="api", now=NOW)
    assert event_of(client, appointment)["status"] == "CANCELLED"
