"""Automatic answers to what a customer wrote: when one may go, and how it goes."""

from datetime import datetime, timedelta

from notifications import sending
from notifications.models import NotificationJob
from tenants import phones
from whatsapp.content import Content
from whatsapp.dispatch import Incoming
from whatsapp.events import MessageReceived
from whatsapp.models import WebhookEvent

FRESH = timedelta(minutes=10)


def is_live(incoming: Incoming[MessageReceived]) -> bool:
    """Whether a customer of ours said it now; what a history import brings has no consequence."""
    known = incoming.message is not None and incoming.message.contact is not None
    return known and incoming.row.lane == WebhookEvent.Lane.LIVE


def answer(
    incoming: Incoming[MessageReceived], content: Content, now: datetime, *, kind: str = "auto_reply"
) -> NotificationJob | None:
    """Promises the answer to a message, once whatever comes twice; None when the message is no longer fresh."""
    event, message = incoming.event, incoming.message
    if now - event.at > FRESH:
        return None
    address = event.person.address
    return sending.send(
        incoming.tenant,
        message.contact,
        f"+{address}" if phones.is_wa_id(address) else address,
        content,
        origin="automation",
        kind=kind,
        number=incoming.number,
        dedupe_key=f"{kind}:{incoming.number.pk}:{event.message_id}"[:200],
        now=now,
    )
