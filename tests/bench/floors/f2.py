"""Floor F2: stored events to rows by a lean ORM loop, four statements an event, one transaction each.

Message, contact, conversation, mark done: what a careful developer writes without batches.
"""

import json
from typing import Any

from django.db import transaction
from django.utils import timezone

from tenants.models import Contact, PhoneNumber
from whatsapp.models import Conversation, Message, WebhookEvent


def run(number: PhoneNumber, limit: int) -> int:
    """Handles up to ``limit`` new events of text messages; answers how many."""
    rows = list(WebhookEvent.objects.filter(state="new").order_by("id")[:limit])
    for row in rows:
        _handle(number, row)
    return len(rows)


def _handle(number: PhoneNumber, row: WebhookEvent) -> None:
    data: dict[str, Any] = json.loads(row.payload)["data"]
    with transaction.atomic():
        contact = _contact(number, data["from"])
        thread = _thread(number, contact)
        Message.objects.create(
            tenant_id=number.tenant_id,
            number=number,
            contact=contact,
            conversation=thread,
            event=row,
            direction="inbound",
            origin="customer",
            provider_message_id=data["id"],
            address=data["from"],
            type=data["type"],
            text=data["text"]["body"],
            content={"text": data["text"]},
        )
        WebhookEvent.objects.filter(pk=row.pk).update(state="processed", processed_at=timezone.now())


def _contact(number: PhoneNumber, address: str) -> Contact:
    found = Contact.objects.filter(tenant=number.tenant_id, address=address).first()
    return found or Contact.objects.create(tenant_id=number.tenant_id, address=address)


def _thread(number: PhoneNumber, contact: Contact) -> Conversation:
    changed = Conversation.objects.filter(number=number, contact=contact).update(last_message_at=timezone.now())
    if changed:
        return Conversation(contact=contact, number=number, pk=_thread_id(number, contact))
    return Conversation.objects.create(tenant_id=number.tenant_id, number=number, contact=contact)


def _thread_id(number: PhoneNumber, contact: Contact) -> int:
    return Conversation.objects.values_list("pk", flat=True).get(number=number, contact=contact)
