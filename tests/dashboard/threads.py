"""Conversations for tests of the console: what customers said, in the provider's form, and what we said, in ours."""

import io
import itertools
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from notifications.models import NotificationJob
from tenants.models import Tenant
from tests.factories import MARIA, make_contact
from tests.notifications.jobs import first_number
from whatsapp import conversations
from whatsapp.content import Content, Text, readable, to_json
from whatsapp.models import Conversation, Media, Message, MessageStatus, UploadedFile
from whatsapp.models.media import ID_LIFE

_count = itertools.count(1)


def talk(tenant: Tenant, *, heard_ago: timedelta | None = timedelta(hours=2), phone: str = MARIA) -> Conversation:
    """Maria's conversation; she wrote ``heard_ago`` (None: never)."""
    row = conversations.open_for(first_number(tenant), make_contact(tenant, phone))
    if heard_ago is not None:
        at = timezone.now() - heard_ago
        row.window_message, row.window_opened_at = hear(row, "oi", at=at), at
        row.last_message_at = row.last_inbound_at = at
        row.save()
    return row


def hear(row: Conversation, text: str = "", type_: str = "text", told: Any = None, **values: Any) -> Message:
    """The customer says it; ``told`` is the typed object as Meta tells it, ``beside`` what stands next to it."""
    defaults = {"direction": "inbound", "origin": "customer"}
    content = {type_: told if told is not None else {"body": text}, **values.pop("beside", {})}
    return keep(row, text=text, type=type_, content=content, **(defaults | values))


def say(row: Conversation, content: Content | str = "Olá", **values: Any) -> Message:
    """We say it."""
    content = Text(content) if isinstance(content, str) else content
    defaults = {
        "direction": "outbound",
        "origin": "operator",
        "status": "delivered",
        "client_ref": f"ref-{next(_count)}",
    }
    facts = {"type": content.type, "text": readable(content), "content": to_json(content)}
    return keep(row, **(defaults | facts | values))


def keep(row: Conversation, *, at: datetime | None = None, **values: Any) -> Message:
    defaults = {
        "provider_message_id": f"wamid.t{next(_count)}",
        "occurred_at": at or timezone.now() - timedelta(minutes=30),
    }
    facts = {"tenant_id": row.tenant_id, "number_id": row.number_id, "contact_id": row.contact_id}
    return Message.objects.create(conversation=row, **(facts | defaults | values))


def with_file(message: Message, **values: Any) -> Media:
    """The message's file; downloaded, unless said otherwise."""
    defaults = {
        "type": message.type,
        "state": Media.State.DOWNLOADED,
        "detected_type": {"image": "image/jpeg", "audio": "audio/ogg", "video": "video/mp4"}.get(message.type, ""),
        "provider_media_id": f"m{next(_count)}",
        "expires_at": timezone.now() + ID_LIFE,
        "size": 1200,
    }
    return Media.objects.create(
        tenant_id=message.tenant_id, number_id=message.number_id, message=message, **(defaults | values)
    )


def given(row: Conversation, **values: Any) -> UploadedFile:
    """A file that was given to Meta for the conversation's number."""
    defaults = {"size": 2048, "sha256": "0" * 64, "expires_at": timezone.now() + timedelta(days=30)}
    return UploadedFile.objects.create(tenant_id=row.tenant_id, number_id=row.number_id, **(defaults | values))


def tick(message: Message, status: str, at: datetime) -> None:
    """Meta tells the status; the message stands on it."""
    MessageStatus.objects.create(
        tenant_id=message.tenant_id,
        number_id=message.number_id,
        message=message,
        provider_message_id=message.provider_message_id or "",
        status=status,
        occurred_at=at,
    )
    Message.objects.filter(pk=message.pk).update(status=status, status_at=at)


def queued() -> list[NotificationJob]:
    return list(NotificationJob.objects.order_by("created_at"))


def png() -> SimpleUploadedFile:
    made = io.BytesIO()
    Image.new("RGB", (4, 4)).save(made, "PNG")
    return SimpleUploadedFile("corte.png", made.getvalue(), "image/png")
