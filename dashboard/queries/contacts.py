"""The Contacts pages: the list with its filters, and all that hangs on one contact."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dashboard.queries import messages, pages
from notifications.models import Appointment, NotificationJob
from notifications.states import StateLook
from tenants import consent, phones, search, unmerging
from tenants.models import Consent, Contact, ContactMerge, ContactMergeProposal, Identity, Tenant
from whatsapp.models import Conversation, Lead, Ticket

ORDER = "updated_at"
LATEST = 10  # of what may be many, on a contact's page
MOST_WORDS = 50
SAID_ALOUD = (Consent.Source.OPERATOR, Consent.Source.API, Consent.Source.IMPORT)  # the proof is words, not an id
ENOUGH = 99
Category, Decision = Consent.Category, Consent.Decision

# What a filter of consent asks for, and how a contact's own state looks.
ANSWERS: dict[str, Any] = {
    "no_messages": _("Wants no messages"),
    "no_marketing": _("Wants no marketing"),
    "opted_in": _("Said yes"),
}
LOOKS: dict[str, StateLook] = {
    "no_messages": StateLook(_("No messages"), "barred", "red", _("This person asked not to get messages.")),
    "no_marketing": StateLook(_("No marketing"), "barred", "amber", _("This person asked not to get marketing.")),
    "opted_in": StateLook(_("Said yes"), "check_circle", "teal", _("This person allowed messages.")),
}
BLOCKED = StateLook(_("Blocked"), "block", "red", _("The company blocked this person: nothing is sent."))
UNTOLD = StateLook(_("Nothing said"), "line", "slate", _("No word on being written to is on record."))


@dataclass(frozen=True)
class Filters:
    """What a person asks to see; an empty field asks for nothing."""

    q: str = ""
    consent: str = ""
    source: str = ""
    label: int | None = None

    @property
    def any(self) -> bool:
        return self != Filters()


@dataclass(frozen=True)
class Row:
    """A contact as its line shows it; ``look`` is None where nothing was said of messages and nobody blocked it."""

    contact: Contact
    look: StateLook | None
    conversation: Conversation | None


@dataclass(frozen=True)
class Named:
    """The ways to name a contact: those in use, and those that it had before."""

    current: list[Identity] = field(default_factory=list)
    former: list[Identity] = field(default_factory=list)


@dataclass(frozen=True)
class Stand:
    """Where a category of messages stands; ``word`` is the one in force, None where nothing was said."""

    category: str
    label: Any
    look: StateLook
    word: Consent | None

    @property
    def is_refused(self) -> bool:
        return self.word is not None and self.word.decision == Decision.OPT_OUT


def contacts(tenant: Tenant, filters: Filters) -> QuerySet[Contact]:
    """The tenant's contacts that fit."""
    rows = search.contacts(tenant, filters.q) if filters.q else Contact.objects.for_tenant(tenant)
    rows = rows.filter(erased_at=None)
    if filters.consent:
        rows = rows.filter(pk__in=consent.contacts(tenant, filters.consent))
    if filters.source:
        rows = rows.filter(pk__in=Lead.objects.for_tenant(tenant).filter(source=filters.source).values("contact"))
    return rows.filter(pk__in=_labelled(tenant, filters.label)) if filters.label else rows


def _labelled(tenant: Tenant, label: int) -> QuerySet:
    return Contact.objects.for_tenant(tenant).filter(labels=label).order_by().values("pk")


def page(tenant: Tenant, filters: Filters, before: pages.Key | None) -> pages.Page:
    """One page of Rows, last seen first, in four queries."""
    found = pages.page(contacts(tenant, filters).prefetch_related("labels"), before, ORDER)
    seen, threads = looks([contact.pk for contact in found.rows]), _threads(found.rows)
    rows = [Row(row, BLOCKED if row.blocked_at else seen.get(row.pk), threads.get(row.pk)) for row in found.rows]
    return pages.Page(rows, found.older, found.newest)


def looks(contact_ids: Sequence[int]) -> dict[int, StateLook]:
    """How the consent of each contact looks; those of whom no word is on record are left out. One query."""
    words = consent.newest(contact_ids)
    return {pk: LOOKS[state] for pk in contact_ids if (state := _state(words, pk))}


def _threads(rows: Sequence[Contact]) -> dict[int, Conversation]:
    """Of each contact the conversation that was last used."""
    found = Conversation.objects.filter(contact__in=[row.pk for row in rows]).only("contact")
    newest = found.order_by("contact_id", "-last_message_at", "-pk").distinct("contact_id")
    return {row.contact_id: row for row in newest}


def _state(words: dict[tuple[int, str], Consent], contact_id: int) -> str:
    """One of LOOKS, "" where nothing was said."""
    everything = words.get((contact_id, Category.ALL))
    if everything and everything.decision == Decision.OPT_OUT:
        return "no_messages"
    if consent.refusal_in(words, contact_id, marketing=True):
        return "no_marketing"
    return "opted_in" if everything else ""


def stands(contact: Contact) -> list[Stand]:
    """Each category with the word in force. One query."""
    words = consent.newest([contact.pk])
    return [
        Stand(category, label, _look(category, words.get((contact.pk, category))), words.get((contact.pk, category)))
        for category, label in Category.choices
    ]


def _look(category: str, word: Consent | None) -> StateLook:
    if word is None:
        return UNTOLD
    refused = "no_messages" if category == Category.ALL else "no_marketing"
    return LOOKS[refused if word.decision == Decision.OPT_OUT else "opted_in"]


def words(contact: Contact) -> list[Consent]:
    """Every word on record, newest first, at most MOST_WORDS. One query."""
    return list(contact.consents.select_related("recorded_by")[:MOST_WORDS])


def named(contact: Contact) -> Named:
    """One query."""
    told = Named()
    for row in contact.identities.order_by("-kind", "-created_at"):
        (told.former if row.replaced_at else told.current).append(row)
    return told


def conversations(contact: Contact) -> list[Conversation]:
    rows = Conversation.objects.filter(contact=contact).select_related("number")
    return list(rows.order_by("-last_message_at", "-pk")[:LATEST])


def kept_out(conversations: Iterable[Conversation]) -> list[str]:
    """The numbers to which the provider lets the person write no more."""
    return [phones.display(row.number.display_phone_number) for row in conversations if row.blocked_at]


def leads(contact: Contact) -> list[Lead]:
    return list(Lead.objects.filter(contact=contact).select_related("number")[:LATEST])


def proposals(contact: Contact) -> list[ContactMergeProposal]:
    """Open questions whether the contact and another are one person."""
    rows = ContactMergeProposal.objects.filter(state=ContactMergeProposal.State.OPEN)
    return list(rows.filter(Q(one=contact) | Q(other=contact)).select_related("one", "other"))


def merges(contact: Contact, now: datetime) -> list[tuple[ContactMerge, str]]:
    """Merges into the contact that stand, newest first, with why each cannot be undone now, "" when it can."""
    standing = list(contact.merges.filter(undone_at=None).defer("copies").select_related("merged_by"))
    return [(merge, unmerging.refusal(merge, standing[0], now)) for merge in standing]


def history(contact: Contact) -> dict[str, Iterable[Any]]:
    """What happened with the contact, the newest of each. Three queries."""
    jobs = NotificationJob.objects.filter(contact=contact).select_related("message", "contact", "number", "appointment")
    tickets = Ticket.objects.filter(conversation__contact=contact).select_related("assignee", "conversation__number")
    return {
        "appointments": list(Appointment.objects.filter(contact=contact).order_by("-starts_at")[:LATEST]),
        "tickets": list(tickets[:LATEST]),
        "queued": [messages.row(job) for job in jobs[:LATEST]],
    }


def count_open_proposals(tenant: Tenant) -> int:
    """At most ENOUGH + 1."""
    rows = ContactMergeProposal.objects.for_tenant(tenant).filter(state=ContactMergeProposal.State.OPEN)
    return rows.order_by()[: ENOUGH + 1].count()
