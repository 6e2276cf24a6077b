"""What is known of a customer beside a conversation, each part in one query."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifications.models import Appointment
from tenants import consent, labels
from tenants.models import Consent, Identity, Label
from whatsapp.models import Conversation, ConversationNote, Lead, Ticket

APPOINTMENTS, NOTES = 5, 20


@dataclass(frozen=True)
class Panel:
    """``said`` is how many messages the conversation holds; ``offered`` are labels that the contact does not have."""

    identities: list[Identity]
    labels: list[Label]
    offered: list[Label]
    consents: list[Consent]
    appointments: list[Appointment]
    ticket: Ticket | None
    lead: Lead | None
    notes: list[ConversationNote]
    said: int


def panel(conversation: Conversation, now: datetime) -> Panel:
    contact = conversation.contact
    worn = list(Label.objects.filter(labelled__contact=contact).order_by("name"))
    return Panel(
        identities=list(contact.identities.order_by("replaced_at", "-kind", "-pk")[:10]),
        labels=worn,
        offered=[label for label in labels.of_tenant(conversation.tenant) if label not in worn],
        consents=_consents(conversation),
        appointments=_coming(conversation, now),
        ticket=conversation.tickets.select_related("assignee").order_by("-opened_at", "-pk").first(),
        lead=Lead.objects.filter(contact=contact, number=conversation.number_id).first(),
        notes=list(conversation.notes.select_related("author")[:NOTES]),
        said=conversation.messages.count(),
    )


def _consents(conversation: Conversation) -> list[Consent]:
    """The word in force of each category."""
    words: dict[Any, Consent] = consent.newest([conversation.contact_id])
    return [words[key] for key in sorted(words)]


def _coming(conversation: Conversation, now: datetime) -> list[Appointment]:
    rows = Appointment.objects.for_tenant(conversation.tenant_id).filter(contact=conversation.contact_id)
    return list(rows.filter(starts_at__gte=now, state__in=Appointment.OPEN).order_by("starts_at")[:APPOINTMENTS])
