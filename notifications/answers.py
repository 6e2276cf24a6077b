"""Automatic answers to what a customer said: what is said at all, when an answer may go, and how it goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from notifications import sending
from notifications.models import NotificationJob
from tenants import phones
from tenants.models import Contact, PhoneNumber, Tenant
from whatsapp.content import Content
from whatsapp.dispatch import Incoming
from whatsapp.events import MessageReceived
from whatsapp.models import Conversation, Message, WebhookEvent

FRESH = timedelta(minutes=10)


@dataclass(frozen=True)
class Said:
    """What a customer said to one of our numbers, with the rows it made."""

    event: MessageReceived
    tenant: Tenant
    number: PhoneNumber
    message: Message
    contact: Contact
    conversation: Conversation


def said_now(batch: Iterable[Incoming[MessageReceived]]) -> list[Said]:
    """Those of a batch that have consequences: not what a history import brings, nor what nobody said."""
    return [said for incoming in batch if (said := _said(incoming))]


def _said(incoming: Incoming[MessageReceived]) -> Said | None:
    message, number = incoming.message, incoming.number
    if message is None or number is None or incoming.row.lane != WebhookEvent.Lane.LIVE:
        return None
    if message.contact is None or message.conversation is None:
        return None
    return Said(incoming.event, incoming.tenant, number, message, message.contact, message.conversation)


def answer(said: Said, content: Content, now: datetime, *, kind: str = "auto_reply") -> NotificationJob | None:
    """Promises the answer to a message, once whatever comes twice; None when the message is no longer fresh."""
    if now - said.event.at > FRESH:
        return None
    address = said.event.person.address
    return sending.send(
        said.tenant,
        said.contact,
        phones.recipient(address),
        content,
        origin=Message.Origin.AUTOMATION,
        kind=kind,
        number=said.number,
        dedupe_key=f"{kind}:{said.number.pk}:{said.event.message_id}"[:200],
        now=now,
    )
