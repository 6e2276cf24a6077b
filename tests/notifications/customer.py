"""A customer with a phone, and a tenant whose messages reach it through the stub provider."""

import itertools
import json
from datetime import datetime, timedelta
from typing import Any

from notifications import appointments, dispatcher
from notifications.appointments import Booked, Booking
from notifications.models import Appointment, NotificationJob
from tenants.models import PhoneNumber, Tenant
from tests.factories import MARIA, NOW, make_account, make_number, make_template, make_tenant, map_template
from whatsapp import inbox

_wamids = itertools.count(1)


def make_studio(slug: str = "", **values: Any) -> Tenant:
    """A tenant that can send: a number of the stub provider, templates mapped for booking and reminder."""
    tenant = make_tenant(slug, **values)
    account = make_account(tenant)
    make_number(tenant, account, provider="stub")
    map_template(make_template(account), "appointment_created")
    map_template(make_template(account, "confirmacao_de_agendamento_24h"), "appointment_reminder")
    return tenant


def booking(**values: Any) -> Booking:
    defaults = {
        "external_id": "A-1",
        "customer_name": "Maria Silva",
        "customer_phone": MARIA,
        "service": "Corte",
        "starts_at": NOW + timedelta(days=3),
    }
    return Booking(**(defaults | values))


def book(tenant: Tenant, now: datetime = NOW, **values: Any) -> Booked:
    return appointments.book(tenant, booking(**values), origin="api", now=now)


def book_and_tell(tenant: Tenant, now: datetime = NOW, **values: Any) -> Appointment:
    """Booked, and the first notice sent."""
    appointment = book(tenant, now, **values).appointment
    dispatcher.run(now)
    return appointment


def notice(appointment: Appointment, kind: str = "appointment_created") -> NotificationJob:
    """The newest notice of a kind, as the database has it."""
    jobs = NotificationJob.objects.filter(appointment=appointment, kind=kind)
    return jobs.select_related("message").latest("created_at")


class Customer:
    """Writes to the tenant's first number, and reads what was queued for it."""

    def __init__(self, tenant: Tenant, phone: str = MARIA) -> None:
        self.tenant, self.wa_id = tenant, phone.removeprefix("+")

    def type(self, text: str, at: datetime = NOW, *, reply_to: str = "", now: datetime | None = None) -> str:
        return self.write({"type": "text", "text": {"body": text}}, at, reply_to=reply_to, now=now)

    def press(
        self, payload: str, at: datetime = NOW, *, title: str = "x", reply_to: str = "", now: datetime | None = None
    ) -> str:
        """A quick reply of a template."""
        content = {"type": "button", "button": {"payload": payload, "text": title}}
        return self.write(content, at, reply_to=reply_to, now=now)

    def write(self, content: dict[str, Any], at: datetime, *, reply_to: str = "", now: datetime | None = None) -> str:
        """Delivers one message, as Meta does, and lets it have its effects; answers its wamid."""
        wamid = f"wamid.{next(_wamids):06}"
        inbox.receive("meta", self.body(wamid, content, at, reply_to), now or at)
        while inbox.process(now or at):
            pass
        return wamid

    def body(self, wamid: str, content: dict[str, Any], at: datetime, reply_to: str = "") -> bytes:
        number = PhoneNumber.objects.for_tenant(self.tenant).select_related("account").first()
        message = {"from": self.wa_id, "id": wamid, "timestamp": str(int(at.timestamp())), **content}
        if reply_to:
            message["context"] = {"from": "551133334444", "id": reply_to}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": number.phone_number_id, "display_phone_number": "551133334444"},
            "contacts": [{"wa_id": self.wa_id, "profile": {"name": "Maria"}}],
            "messages": [message],
        }
        changes = [{"field": "messages", "value": value}]
        entry = [{"id": number.account.waba_id, "changes": changes}]
        return json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()

    def answers(self, kind: str = "auto_reply") -> list[str]:
        """The words of what was queued for this customer as answers, oldest first."""
        jobs = NotificationJob.objects.for_tenant(self.tenant).filter(kind=kind).order_by("created_at")
        return [job.content["body"] for job in jobs]
