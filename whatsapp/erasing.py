"""What was said with a forgotten customer (tenants.erasing): words, files, names and payloads go, counts stay.

Messages and statuses stay as rows without words, so that figures and costs stand. Events keep their key and nothing
else, so that a delivery which comes again stays unheard. Ids of messages are hashed: Meta's contain the number.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

import structlog
from django.db import transaction
from django.db.models import Q

from tenants.erasing import Forgotten, Hashed, forgets
from tenants.models import Contact
from whatsapp import notes
from whatsapp.media import storage
from whatsapp.models import (
    BookEntry,
    Conversation,
    ConversationNote,
    HandlerFailure,
    Lead,
    Media,
    Message,
    MessageStatus,
    Reaction,
    Revision,
    Ticket,
    WebhookEvent,
)

log = structlog.get_logger(__name__)


@forgets
def forget_conversations(contact: Contact, now: datetime) -> Forgotten:
    """Events first: who handles one holds its row before the contact's."""
    said = Message.objects.filter(Q(contact=contact) | Q(conversation__contact=contact))
    known = dict(said.values_list("pk", "provider_message_id"))
    wamids = [wamid for wamid in known.values() if wamid]
    counts = {"events": _forget_events(contact, wamids), "files": _forget_files(contact, list(known))}
    _forget_changes(contact, list(known), wamids)
    _forget_statuses(list(known))
    _forget_people(contact)
    rows = Message.objects.filter(pk__in=list(known))
    rows.exclude(provider_message_id=None).update(provider_message_id=Hashed("provider_message_id"))
    counts["messages"] = rows.update(text="", content={}, address="", context_message_id="", error_title="")
    return Forgotten(counts, _named_in_the_trail(contact))


def _forget_events(contact: Contact, wamids: Iterable[str]) -> int:
    names = {contact.address, *contact.identities.values_list("value", flat=True)} - {""}
    about = Q(message_ref__in=list(wamids)) | Q(contact_ref__in=list(names))
    rows = WebhookEvent.objects.for_tenant(contact.tenant).filter(about).order_by("pk")
    found = list(rows.select_for_update().values_list("pk", flat=True))
    HandlerFailure.objects.filter(event__in=found).delete()
    state = WebhookEvent.State.IGNORED
    WebhookEvent.objects.filter(pk__in=found).update(
        state=state, note=notes.ERASED, payload="", body=None, contact_ref="", message_ref="", error=""
    )
    return len(found)


def _forget_files(contact: Contact, messages: list[int]) -> int:
    """The rows at once, the stored files when that is certain; one that cannot be deleted now is an orphan later."""
    rows = list(Media.objects.filter(message__in=messages))
    names = [name for row in rows for name in (row.object_name, row.thumbnail_name)]
    Media.objects.filter(pk__in=[row.pk for row in rows]).delete()
    transaction.on_commit(partial(_delete_stored, names))
    return len(rows)


def _delete_stored(names: Iterable[str]) -> None:
    for name in names:
        try:
            storage.delete(name)
        except Exception as error:
            log.warning("erased_file_stays", error=type(error).__name__)


def _forget_changes(contact: Contact, messages: list[int], wamids: list[str]) -> None:
    of_tenant = Q(tenant=contact.tenant_id, target_id__in=wamids)
    Reaction.objects.filter(Q(contact=contact) | of_tenant).delete()
    Revision.objects.filter(Q(message__in=messages) | of_tenant).delete()


def _forget_statuses(messages: list[int]) -> None:
    rows = MessageStatus.objects.filter(message__in=messages)
    rows.exclude(participant="").update(participant=Hashed("participant"))
    rows.update(recipient="", errors=[], provider_message_id=Hashed("provider_message_id"))


def _forget_people(contact: Contact) -> None:
    """Notes, subjects, the ad that a person came by, the name in the business's phone; threads leave the list."""
    ConversationNote.objects.filter(conversation__contact=contact).delete()
    BookEntry.objects.filter(contact=contact).delete()
    Ticket.objects.filter(conversation__contact=contact).update(subject="")
    empty = dict.fromkeys(("keyword", "ctwa_clid", "source_id", "headline", "first_message_id"), "")
    Lead.objects.filter(contact=contact).update(**empty, referral={})
    Conversation.objects.filter(contact=contact).update(
        state=Conversation.State.CLOSED, last_message_at=None, last_inbound_at=None, window_opened_at=None
    )


def _named_in_the_trail(contact: Contact) -> list[Conversation | Lead | Ticket]:
    tickets = Ticket.objects.filter(conversation__contact=contact)
    return [*Conversation.objects.filter(contact=contact), *Lead.objects.filter(contact=contact), *tickets]
