"""Events for tenant systems, written in the transaction that makes them true (docs/events.md shows each body).

A writer takes facts and gives an OutboxEvent; ``write`` stores many at once. The key makes a fact unique, so that a
handler that runs again writes nothing new. The relay publishes what is stored, in the order of ``occurred_at``.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from notifications.models import OneTimeCode, OutboxEvent
from tenants import rows
from tenants.models import Contact
from whatsapp.models import Lead, Message, Ticket

INBOUND = "bc:whatsapp:inbound"
OUTBOUND = "bc:whatsapp:outbound"
DEAD_LETTERS = "bc:whatsapp:dlq"
STREAMS = (INBOUND, OUTBOUND, DEAD_LETTERS)

KEY_LIMIT = 200
MERGED = "merged"
TICKET_TYPES = ("whatsapp_ticket_opened", "whatsapp_ticket_solved")


def write(events: Iterable[OutboxEvent]) -> None:
    """Stores the facts that are not stored yet, in one statement. Call it inside the transaction of the fact."""
    unique = {(event.tenant_id, event.type, event.key): event for event in events}
    in_order = [unique[key] for key in sorted(unique, key=str)]  # one order for all writers: upserts never deadlock
    rows.insert_ignoring(in_order)


def write_or_correct(events: Sequence[OutboxEvent]) -> None:
    """As ``write``; a fact that is stored and not published yet gets the better knowledge of now."""
    if not events:
        return
    write(events)
    keys = {(event.type, event.key): event for event in events}
    owed = OutboxEvent.objects.filter(
        tenant__in={event.tenant_id for event in events},
        type__in={type_ for type_, _ in keys},
        key__in={key for _, key in keys},
        published_at=None,
    )
    stale = [row for row in owed.order_by("pk").select_for_update() if _correct(row, keys.get((row.type, row.key)))]
    rows.update(stale, ["data", "occurred_at"])


def _correct(row: OutboxEvent, told: OutboxEvent | None) -> bool:
    """Whether ``row`` said something else than is known now."""
    if told is None or (row.data, row.occurred_at) == (told.data, told.occurred_at):
        return False
    row.data, row.occurred_at = told.data, told.occurred_at
    return True


def take_back_tickets(joined: Iterable[tuple[int, Ticket]], now: datetime) -> None:
    """Tickets that turned out to be part of another: what was not told yet never is; of what was, the end is told."""
    for former_id, ticket in joined:
        own = OutboxEvent.objects.for_tenant(ticket.tenant_id).filter(type__in=TICKET_TYPES)
        own = own.filter(key__startswith=f"{former_id}:")
        own.filter(published_at=None).delete()
        if own.exists():
            write([ticket_solved(ticket, f"{former_id}:merged", now, MERGED, ticket_id=former_id)])


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


def code_confirmed(code: OneTimeCode, occurred_at: datetime) -> OutboxEvent:
    """``whatsapp_code_confirmed``: somebody gave the right digits of a one-time code, which are not told."""
    appointment = code.appointment.external_id if code.appointment else ""
    return OutboxEvent(
        tenant_id=code.tenant_id,
        stream=INBOUND,
        type="whatsapp_code_confirmed",
        key=str(code.pk),
        data={"code_id": str(code.pk), "purpose": code.purpose, "appointment": appointment, **_person(code.contact)},
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


def lead_created(lead: Lead) -> OutboxEvent:
    """``whatsapp_lead_created``: a person wrote to a number for the first time; ``source`` is Lead.Source's value."""
    return OutboxEvent(
        tenant_id=lead.tenant_id,
        stream=INBOUND,
        type="whatsapp_lead_created",
        key=str(lead.pk),
        data={
            "lead_id": str(lead.pk),
            **_person(lead.contact),
            "phone_number_id": lead.number.phone_number_id,
            "source": lead.source,
            "keyword": lead.keyword,
            "ctwa_clid": lead.ctwa_clid,
            "source_id": lead.source_id,
            "headline": lead.headline,
            "message_id": lead.first_message_id,
        },
        occurred_at=lead.first_at,
    )


def ticket_opened(ticket: Ticket, key: str, at: datetime, *, reopened: bool) -> OutboxEvent:
    """``whatsapp_ticket_opened``: a service episode began, or began again."""
    return _of_ticket(ticket, "whatsapp_ticket_opened", key, at, reopened=reopened)


def ticket_solved(
    ticket: Ticket, key: str, at: datetime, solved_by: str, *, ticket_id: int | None = None
) -> OutboxEvent:
    """``whatsapp_ticket_solved``: it ended; ``solved_by`` is Ticket.SolvedBy's value.

    ``ticket_id`` names one that was told of and turned out to be part of ``ticket``; ``solved_by`` is MERGED then.
    """
    event = _of_ticket(ticket, "whatsapp_ticket_solved", key, at, solved_by=solved_by)
    if ticket_id is not None:
        event.data |= {"ticket_id": str(ticket_id), "merged_into": str(ticket.pk)}
    return event


def _of_ticket(ticket: Ticket, type_: str, key: str, at: datetime, **more: Any) -> OutboxEvent:
    conversation = ticket.conversation
    data = {
        "ticket_id": str(ticket.pk),
        "conversation_id": str(conversation.pk),
        **_person(conversation.contact),
        "phone_number_id": conversation.number.phone_number_id,
        "source": ticket.source,
        **more,
    }
    return OutboxEvent(tenant_id=ticket.tenant_id, stream=INBOUND, type=type_, key=key, data=data, occurred_at=at)


def _person(contact: Contact) -> dict[str, str]:
    """How events name a customer: one of phone and user id is empty."""
    phone = phone_of(contact.address)
    return {"contact_id": str(contact.pk), "phone": phone, "user_id": "" if phone else contact.address}


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
