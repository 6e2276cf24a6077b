"""Whoever cancels, and wherever: waiting notices end alike, the customer hears the same, the audit line is the same."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from notifications import appointments
from notifications.models import Appointment, NotificationJob
from tenants.models import AuditEntry
from tests.factories import NOW, make_api_key, make_person
from tests.notifications.customer import Customer, book_and_tell, make_studio, notice

pytestmark = pytest.mark.django_db


def by_panel(appointment, notify_client, _path):
    client = Client()
    client.force_login(make_person(appointment.tenant))
    form = {"tenant": str(appointment.tenant_id)} | ({"notify_client": "on"} if notify_client else {})
    assert client.post(f"/agendamentos/{appointment.pk}/cancelar/", form).status_code == 302


def by_rest(appointment, notify_client, _path):
    client = Client(headers={"X-API-Key": make_api_key(appointment.tenant)})
    path = f"/api/v1/appointments/{appointment.external_id}/cancel/"
    answer = client.post(path, {"notify_client": notify_client}, content_type="application/json")
    assert answer.json()["state"] == "cancelled"


def by_admin(appointment, notify_client, _path):
    client = Client()
    client.force_login(make_person(appointment.tenant, is_staff=True))
    action = "cancel_and_tell" if notify_client else "cancel"
    chosen = {"action": action, "_selected_action": [str(appointment.pk)], "index": "0"}
    assert client.post("/admin/notifications/appointment/", chosen).status_code == 302


def in_bulk(appointment, notify_client, _path):
    rows = Appointment.objects.for_tenant(appointment.tenant)
    assert appointments.cancel_many(rows, notify_client=notify_client, origin="operator", now=timezone.now()) == 1


def by_file(appointment, notify_client, path):
    row = {
        "external_id": appointment.external_id,
        "customer_name": "Maria Silva",
        "customer_phone": appointment.customer_phone,
        "service": "Corte",
        "starts_at": appointment.starts_at.isoformat(),
        "state": "cancelado",
        "notify_client": "sim" if notify_client else "",
    }
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, row)
        writer.writeheader()
        writer.writerow(row)
    call_command("import_appointments", str(path), tenant_id=appointment.tenant.slug, stdout=io.StringIO())


def by_customer(appointment, _notify_client, _path):
    Customer(appointment.tenant).press("Cancelar agendamento", NOW, title="Cancelar agendamento")


WAYS = [by_panel, by_rest, by_admin, in_bulk, by_file]


@pytest.fixture
def appointment(time_machine):
    """Told, and its customer wrote a minute ago: the window is open."""
    time_machine.move_to(NOW, tick=False)
    tenant = make_studio()
    appointment = book_and_tell(tenant, NOW - timedelta(hours=1))
    Customer(tenant).type("oi", NOW - timedelta(minutes=1))
    return appointment


def is_audited(appointment):
    entry = AuditEntry.objects.get(action="appointment.cancelled")
    return entry.object_id == str(appointment.pk)


@pytest.mark.parametrize("way", [*WAYS, by_customer])
def test_marked_tells_the_customer_and_ends_what_waits(way, appointment, tmp_path):
    way(appointment, True, tmp_path / "a.csv")
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"
    assert "foi cancelado" in notice(appointment, "appointment_canceled").content["body"]
    assert notice(appointment, "appointment_reminder").reason_code == "appointment_cancelled"
    assert is_audited(appointment)


@pytest.mark.parametrize("way", WAYS)
def test_unmarked_tells_nobody_and_ends_what_waits(way, appointment, tmp_path):
    way(appointment, False, tmp_path / "a.csv")
    appointment.refresh_from_db()
    assert appointment.state == "cancelled"
    assert not NotificationJob.objects.filter(kind="appointment_canceled").exists()
    assert notice(appointment, "appointment_reminder").reason_code == "appointment_cancelled"
    assert is_audited(appointment)


@pytest.mark.parametrize("way", WAYS)
def test_marked_with_a_closed_window_is_skipped_with_its_reason(way, appointment, tmp_path, time_machine):
    time_machine.move_to(NOW + timedelta(hours=25), tick=False)
    way(appointment, True, tmp_path / "a.csv")
    job = notice(appointment, "appointment_canceled")
    assert (job.state, job.reason_code) == ("skipped", "window_expired")
