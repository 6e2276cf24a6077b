"""Events for tenant systems, written in the transaction that makes them true (docs/events.md shows each body).

A writer takes facts and gives an OutboxEvent; ``write`` stores many at once. The key makes a fact unique, so that a
handler that runs again writes nothing new. The relay publishes what is stored, in the order of ``occurred_at``.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from notifications.models import OutboxEvent
from tenants.models import Contact
from whatsapp.models import Message

INBOUND = "bc:whatsapp:inbound"
OUTBOUND = "bc:whatsapp:outbound"
DEAD_LETTERS = "bc:whatsapp:dlq"
STREAMS = (INBOUND, OUTBOUND, DEAD_LETTERS)

KEY_LIMIT = 200


def write(events: Iterable[OutboxEvent]) -> None:
    """Stores the facts that are not stored yet, in one statement. Call it inside the transaction of the fact."""
    unique = {(event.tenant_id, event.type, event.key): event for event in events}
    rows = [unique[key] for key in sorted(unique, key=str)]  # one order for all writers: upserts never deadlock
    OutboxEvent.objects.bulk_create(rows, ignore_conflicts=True)


def inbound_received(message: Message) -> OutboxEvent:
    """``whatsapp_inbound_received``: a customer wrote or pressed something."""
    return _of_message(
        message,
        "whatsapp_inbound_received",
        INBOUND,
        data={
            "from_phone": phone_of(message.address),
            "text": message.text,
            "message_type": message.type,
            "message_id": message.provider_message_id,
            "conversation_id": str(message.conversation_id or ""),
            "from_user_id": "" if phone_of(message.address) else message.address,
        },
    )


def action_requested(message: Message, intent: str, **context: Any) -> OutboxEvent:
    """``whatsapp_action_requested``: what the customer wants (confirm, reschedule, talk_to_human …), and of what."""
    return _of_message(
        message,
        "whatsapp_action_requested",
        INBOUND,
        key=f"{message.pk}:{intent}",
        data={"intent": intent, "from_phone": phone_of(message.address), "context": context},
    )


def opted_out(contact: Contact, reason: str, occurred_at: datetime) -> OutboxEvent:
    """``whatsapp_customer_opted_out``: from now on nothing is sent. ``reason`` is Consent.Source's value."""
    return OutboxEvent(
        tenant_id=contact.tenant_id,
        stream=INBOUND,
        type="whatsapp_customer_opted_out",
        key=f"{contact.pk}:{occurred_at.isoformat()}",
        data={"phone": phone_of(contact.address), "reason": reason, "contact_id": str(contact.pk)},
        occurred_at=occurred_at,
    )


def delivery_failed(message: Message, code: int | None, sentence: str, occurred_at: datetime) -> OutboxEvent:
    """``whatsapp_delivery_failed``: Meta gave a message up; ``error`` is its code and sentence."""
    data = {"message_id": message.provider_message_id, "error": {"code": code, "message": sentence}}
    return _of_message(message, "whatsapp_delivery_failed", OUTBOUND, data=data, occurred_at=occurred_at)


def delivery_confirmed(message: Message, status: str, occurred_at: datetime) -> OutboxEvent:
    """``whatsapp_delivery_confirmed``: the message is on the phone (delivered), or was seen (read, played)."""
    return _of_message(
        message,
        "whatsapp_delivery_confirmed",
        OUTBOUND,
        key=f"{message.pk}:{status}",
        data={"message_id": message.provider_message_id, "status": status},
        occurred_at=occurred_at,
    )


def phone_of(address: str) -> str:
    """A wa_id as E.164; empty for people whom WhatsApp names without a phone."""
    return f"+{address}" if address.isdecimal() else ""


def _of_message(
    message: Message,
    type_: str,
    stream: str,
    *,
    data: dict[str, Any],
    key: str = "",
    occurred_at: datetime | None = None,
) -> OutboxEvent:
    return OutboxEvent(
        tenant_id=message.tenant_id,
        stream=stream,
        type=type_,
        key=_fitting(key or str(message.pk)),
        data=data,
        occurred_at=occurred_at or message.occurred_at,
    )


def _fitting(key: str) -> str:
    return key if len(key) <= KEY_LIMIT else hashlib.sha256(key.encode()).hexdigest()
