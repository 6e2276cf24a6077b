"""What was said with a customer, and what is known of it, for its document (tenants.exporting)."""

from functools import partial

from tenants.exporting import Rows, StoredFile, exports, keeps_files
from tenants.models import Contact
from whatsapp.media import serving, storage
from whatsapp.models import BookEntry, ConversationNote, Lead, Media, Message, MessageStatus, Reaction, Revision, Ticket


@exports("messages")
def messages(contact: Contact) -> Rows:
    fields = ("id", "direction", "origin", "type", "text", "content", "template_name", "status", "occurred_at")
    rows = Message.objects.filter(contact=contact).order_by("occurred_at", "pk")
    return rows.values(*fields, "provider_message_id", "number__display_phone_number")


@exports("statuses")
def statuses(contact: Contact) -> Rows:
    rows = MessageStatus.objects.filter(message__contact=contact).order_by("occurred_at", "pk")
    return rows.values("message", "status", "occurred_at")


@exports("revisions")
def revisions(contact: Contact) -> Rows:
    rows = Revision.objects.filter(message__contact=contact).order_by("occurred_at", "pk")
    return rows.values("message", "kind", "text", "occurred_at")


@exports("reactions")
def reactions(contact: Contact) -> Rows:
    return Reaction.objects.filter(contact=contact).order_by("occurred_at").values("target_id", "emoji", "occurred_at")


@exports("files")
def files(contact: Contact) -> Rows:
    rows = Media.objects.filter(message__contact=contact).order_by("pk")
    return rows.values("id", "message", "type", "file_name", "caption", "mime_type", "size", "sha256", "state")


@keeps_files
def stored_files(contact: Contact) -> list[StoredFile]:
    """What the customer sent, under the ids by which the document names it."""
    rows = Media.objects.filter(message__contact=contact, state=Media.State.DOWNLOADED).order_by("pk")
    return [
        StoredFile(
            f"files/{row.pk}-{serving.file_name(row)}", row.created_at, partial(storage.open_file, row.object_name)
        )
        for row in rows
    ]


@exports("notes")
def notes(contact: Contact) -> Rows:
    rows = ConversationNote.objects.filter(conversation__contact=contact).order_by("at", "pk")
    return rows.values("text", "at")


@exports("tickets")
def tickets(contact: Contact) -> Rows:
    rows = Ticket.objects.filter(conversation__contact=contact).order_by("opened_at", "pk")
    return rows.values("id", "state", "subject", "opened_at", "solved_at")


@exports("leads")
def leads(contact: Contact) -> Rows:
    rows = Lead.objects.filter(contact=contact).order_by("first_at", "pk")
    return rows.values("state", "source", "keyword", "headline", "ctwa_clid", "referral", "first_at")


@exports("address_books")
def address_books(contact: Contact) -> Rows:
    rows = BookEntry.objects.filter(contact=contact).order_by("pk")
    return rows.values("name", "is_removed", "occurred_at")
