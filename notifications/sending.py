"""Sends words that somebody, or a rule, has already chosen: from the console, the API, automatic answers."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from notifications import queue
from notifications.models import NotificationJob
from tenants.models import Contact, PhoneNumber, Tenant
from whatsapp.content import Content, check, to_json


def send(  # noqa: PLR0913 - who, to whom, what, and how it came about
    tenant: Tenant,
    contact: Contact,
    to: str,
    content: Content,
    *,
    origin: str,
    kind: str = "manual",
    number: PhoneNumber | None = None,
    reply_to: str = "",
    actor: Any = None,
    dedupe_key: str | None = None,
    now: datetime,
) -> NotificationJob:
    """Promises ``content`` at once, in the lane of replies. ``origin`` is a Message.Origin.

    ``reply_to`` is the wamid of a message of the same conversation, which the new one shows above its own words.

    The same ``dedupe_key`` of a tenant is the same message. Raises InvalidContent where it is outside Meta's limits.
    """
    check(content)
    with transaction.atomic():
        job, _created = queue.enqueue(
            tenant=tenant,
            kind=kind,
            dedupe_key=dedupe_key or f"{kind}:{uuid.uuid4()}",
            contact=contact,
            to=to,
            content=to_json(content),
            number=number,
            reply_to=reply_to,
            origin=origin,
            lane=NotificationJob.Lane.REPLY,
            actor=actor,
            scheduled_for=now,
            now=now,
        )
    return job
