"""Statuses of messages to people who were erased since (whatsapp.erasing): they count, and name nobody."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from django.db.models import Q

from whatsapp.dispatch import Incoming
from whatsapp.events import StatusChanged
from whatsapp.models import Message, WebhookEvent


def disguise(batch: Sequence[Incoming[StatusChanged]]) -> bool:
    """Takes the names out of those of ``batch``, and out of what came; whether there was any. One query for the rest.

    Their wamid becomes the one under which the message is kept: Meta's own contain the number.
    """
    if not batch:
        return False
    known = _erased(batch)
    found = [each for each in batch if {hashed(each.event.message_id), each.event.client_ref} & known]
    for each in found:
        event = each.event
        wamid, participant = hashed(event.message_id), hashed(event.participant)
        each.event = replace(event, message_id=wamid, recipient="", participant=participant)
    came = WebhookEvent.objects.filter(pk__in=[each.row.pk for each in found])
    came.update(payload="", body=None, contact_ref="", message_ref="")
    return bool(found)


def hashed(name: str) -> str:
    """As tenants.erasing.Hashed writes it; nothing stays nothing."""
    return f"erased:{hashlib.sha256(name.encode()).hexdigest()}" if name else ""


def _erased(batch: Sequence[Incoming[StatusChanged]]) -> set[str]:
    """Hashed wamids and references of ours, of those that are an erased person's."""
    numbers = {each.own_number.pk for each in batch}
    ids, refs = {hashed(each.event.message_id) for each in batch}, {each.event.client_ref for each in batch} - {""}
    ours = Q(provider_message_id__among=ids) | Q(client_ref__among=refs, contact__erased_at__isnull=False)
    rows = Message.objects.filter(ours, number__in=numbers).values_list("provider_message_id", "client_ref")
    return {name for row in rows for name in row if name}
