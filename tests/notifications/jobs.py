"""Jobs for tests of the queue, made through its own door, and a Meta that answers as told."""

import itertools
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import requests
import responses
from django.db import transaction

from notifications import dispatcher, queue, sending
from notifications.models import NotificationJob
from tenants.models import PhoneNumber, Tenant
from tests.factories import MARIA, NOW, make_appointment, make_contact
from whatsapp import conversations, inbox
from whatsapp.content import Content, Text
from whatsapp.models import Conversation, Message

SEND = re.compile(r"http://graph\.test/v[\d.]+/\d+/messages")
_count = itertools.count(1)


def promise(tenant: Tenant, kind: str = "appointment_created", *, phone: str = MARIA, **values: Any) -> NotificationJob:
    """A job of a booking, due at NOW."""
    appointment = values.pop("appointment", None) or make_appointment(tenant, phone=phone)
    defaults = {"scheduled_for": NOW, "now": NOW, "dedupe_key": f"{kind}:{next(_count)}", "to": phone}
    with transaction.atomic():
        return queue.enqueue(
            tenant=tenant,
            kind=kind,
            contact=appointment.contact,
            appointment=appointment,
            revision=appointment.revision,
            **(defaults | values),
        )[0]


def write_by_hand(tenant: Tenant, content: Content | None = None, **values: Any) -> NotificationJob:
    """A manual message to Maria, due at NOW."""
    defaults = {"origin": Message.Origin.OPERATOR, "now": NOW}
    contact = make_contact(tenant)
    return sending.send(tenant, contact, MARIA, content or Text("Olá"), **(defaults | values))


def open_window(job: NotificationJob, at: datetime = NOW) -> Conversation:
    """The customer wrote at ``at``."""
    number = job.number or first_number(job.tenant)
    thread = conversations.open_for(number, job.contact)
    message = Message.objects.create(
        tenant=job.tenant,
        number=number,
        contact=job.contact,
        conversation=thread,
        direction=Message.Direction.INBOUND,
        origin=Message.Origin.CUSTOMER,
        provider_message_id=f"wamid.in{next(_count)}",
        type="text",
        text="oi",
        occurred_at=at,
    )
    thread.window_opened_at, thread.window_message = at, message
    thread.save()
    return thread


def first_number(tenant: Tenant) -> PhoneNumber:
    return PhoneNumber.objects.for_tenant(tenant).order_by("pk")[0]


def run(now: datetime = NOW, **values: Any) -> dispatcher.Round:
    return dispatcher.run(now, **values)


class Graph:
    """Meta's messages endpoint: remembers bodies, answers 200 with a new wamid unless told otherwise."""

    def __init__(self, mock: responses.RequestsMock) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._wamids = itertools.count(1)
        self.reaction: Callable[[dict[str, Any]], Any] = self.accept
        self.headers: dict[str, str] = {}
        mock.add_callback(responses.POST, SEND, self._answer)

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        body = json.loads(request.body or b"{}")
        self.bodies.append(body)
        status, answer = self.reaction(body)
        return status, {"Content-Type": "application/json", **self.headers}, json.dumps(answer)

    def accept(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        wamid = f"wamid.{next(self._wamids)}"
        if "to" in body:
            contact = {"input": body["to"], "wa_id": body["to"].removeprefix("+")}
        else:
            contact = {"input": body["recipient"], "user_id": body["recipient"]}
        return 200, {
            "messaging_product": "whatsapp",
            "contacts": [contact],
            "messages": [{"id": wamid}],
        }

    def refuse(self, code: int, *, status: int = 400, details: str = "", times: int | None = None) -> None:
        """Refuses with Meta's error body; after ``times`` calls it accepts again."""
        left = itertools.count()

        def react(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            if times is not None and next(left) >= times:
                return self.accept(body)
            error = {"message": f"(#{code}) no", "type": "OAuthException", "code": code, "fbtrace_id": "AbC"}
            return status, {"error": error | {"error_data": {"details": details}}}

        self.reaction = react

    def fall_silent(self, times: int | None = None) -> None:
        """The request arrives, no answer comes; after ``times`` calls it answers again."""
        left = itertools.count()

        def react(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
            if times is not None and next(left) >= times:
                return self.accept(body)
            raise requests.exceptions.ReadTimeout("no answer")

        self.reaction = react


def tell_status(
    message: Message, status: str, at: datetime = NOW, *, wamid: str = "", ref: str = "", code: Any = None
) -> None:
    """Meta's webhook of a status comes in by the door and is processed."""
    store_status(message, status, at, wamid=wamid, ref=ref, code=code)
    inbox.process(at)


def store_status(
    message: Message, status: str, at: datetime = NOW, *, wamid: str = "", ref: str = "", code: Any = None
) -> None:
    """The webhook comes in by the door, and nobody has processed it yet."""
    told: dict[str, Any] = {
        "id": wamid or message.provider_message_id,
        "status": status,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": message.address,
        "biz_opaque_callback_data": ref or message.client_ref,
    }
    if code:
        told["errors"] = [{"code": code, "title": "no", "error_data": {"details": "why"}}]
    metadata = {"phone_number_id": message.number.phone_number_id, "display_phone_number": "551133334444"}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": [told]}
    entry = {"id": message.number.account.waba_id, "changes": [{"field": "messages", "value": value}]}
    inbox.receive("meta", json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode(), at)
