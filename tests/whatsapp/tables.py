"""The end state of every table that webhooks write, without what says when or in which order it was written."""

from django.db.models import Model

from notifications.models import NotificationJob, OutboxEvent
from templates_mgmt.models import MessageTemplate
from tenants.models import Alert, Consent, Contact, Identity, PhoneNumber
from whatsapp.models import (
    AccountNotice,
    BookEntry,
    Conversation,
    HistoryPart,
    Lead,
    Media,
    Message,
    MessageStatus,
    Reaction,
    Revision,
    Ticket,
    WebhookEvent,
)

# Columns that say what is; a relation by what it leads to.
COLUMNS: dict[type[Model], list[str]] = {
    Message: [
        *("provider_message_id", "direction", "origin", "type", "text", "content", "status", "status_at", "address"),
        *("context_message_id", "occurred_at", "edited_at", "revoked_at", "error_code", "conversation__number"),
    ],
    MessageStatus: [
        *("provider_message_id", "status", "participant", "occurred_at", "recipient", "errors", "pricing"),
        "message__provider_message_id",
    ],
    Reaction: ["target_id", "emoji", "provider_message_id", "occurred_at", "contact__address"],
    Revision: ["target_id", "kind", "provider_message_id", "text", "occurred_at", "message__provider_message_id"],
    Conversation: [
        *("contact__address", "contact__profile_name", "state", "handler", "last_message_at", "window_opened_at"),
        *("last_inbound_at", "window_message__provider_message_id"),
    ],
    Contact: ["address", "name", "profile_name", "profile_name_at", "address_at", "moved_at"],
    Identity: ["kind", "value", "business_portfolio_id", "replaced_at", "contact__address"],
    Media: ["provider_media_id", "type", "caption", "lane", "message__provider_message_id"],
    BookEntry: ["contact__address", "name", "named_at", "is_removed", "occurred_at"],
    HistoryPart: ["phase", "chunk_order", "progress", "messages", "left_out", "error_code"],
    AccountNotice: ["key", "field", "word", "number__phone_number_id", "occurred_at"],
    Consent: ["contact__address", "category", "decision", "source", "effective_at", "proof"],
    Alert: ["kind", "subject"],
    PhoneNumber: ["phone_number_id", "state", "verified_name", "messaging_limit", "throughput", "told_at"],
    MessageTemplate: ["name", "status", "status_at", "category", "quality_score", "components", "told_at"],
    WebhookEvent: ["key", "state", "note", "tenant"],
    NotificationJob: ["kind", "dedupe_key"],
    OutboxEvent: ["type", "key"],
    Lead: ["contact__address", "source", "first_message_id", "first_at"],
    Ticket: ["conversation__contact__address", "opened_at"],  # its state follows from the clock on the wall
}


def everything(*, without: tuple[type[Model], ...] = ()) -> dict[str, list[str]]:
    """The rows of every table, as sorted text."""
    found = {}
    for model, columns in COLUMNS.items():
        if model not in without:
            rows = model._default_manager.all()
            rows = rows.exclude(state="solved") if model is Alert else rows
            found[model.__name__] = sorted(map(str, rows.order_by().values_list(*columns)))
    return found
