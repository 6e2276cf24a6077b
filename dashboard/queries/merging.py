"""Two contacts beside each other: what each has, what speaks for one person, and what joining them would do."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, Model, QuerySet
from django.utils.translation import gettext_lazy

from dashboard.queries import contacts, pages
from notifications.models import Appointment, NotificationJob
from tenants import phones
from tenants.models import Contact, ContactMergeProposal, Identity, Tenant
from whatsapp.models import Conversation, Lead

ORDER = "created_at"
Reason, State = ContactMergeProposal.Reason, ContactMergeProposal.State

WHY: dict[str, Any] = {
    Reason.SAME_PHONE: gettext_lazy(
        "The number %(phone)s came with another WhatsApp user id than before: either the person has a new account, or "
        "the number has a new owner."
    ),
    Reason.SAME_USERNAME: gettext_lazy("Both go by the username %(one)s, which may pass from one person to another."),
    Reason.PHONE_VARIANT: gettext_lazy(
        "The numbers %(one)s and %(other)s differ only by a digit that the country's numbers may have or not."
    ),
    Reason.SAME_RECIPIENT: gettext_lazy("WhatsApp delivered a message for the one to an address of the other."),
}


@dataclass(frozen=True)
class Side:
    """One of the two, with how much hangs on it."""

    contact: Contact
    identities: list[Identity]
    look: Any
    last_message_at: Any
    conversations: int
    appointments: int
    leads: int
    jobs: int


def page(tenant: Tenant, before: pages.Key | None) -> pages.Page:
    """Open questions, newest first."""
    rows = ContactMergeProposal.objects.for_tenant(tenant).filter(state=State.OPEN)
    return pages.page(rows.select_related("one", "other"), before, ORDER)


def sides(proposal: ContactMergeProposal) -> list[Side]:
    """The older contact first, which would stay; the other only while it is there."""
    pair = [contact for contact in (proposal.one, proposal.other) if contact]
    ids = [contact.pk for contact in pair]
    names = list(Identity.objects.filter(contact__in=ids).order_by("replaced_at", "kind", "value"))
    states = contacts.looks(ids)
    counts = [_counted(model, ids) for model in (Conversation, Appointment, Lead, NotificationJob)]
    last = dict(_of(Conversation, ids).annotate(Max("last_message_at")))
    return [
        Side(
            contact,
            [row for row in names if row.contact_id == contact.pk],
            states.get(contact.pk),
            last.get(contact.pk),
            *(count.get(contact.pk, 0) for count in counts),
        )
        for contact in pair
    ]


def _counted(model: type[Model], ids: list[int]) -> dict[int, int]:
    return dict(_of(model, ids).annotate(Count("pk")))


def _of(model: type[Model], ids: list[int]) -> QuerySet[Any]:
    return model._default_manager.filter(contact__in=ids).order_by().values_list("contact_id")


def why(proposal: ContactMergeProposal) -> str:
    """What speaks for one person, with the names that raised the question."""
    told = proposal.evidence if isinstance(proposal.evidence, dict) else {}
    shown = {name: phones.display(str(value)) for name, value in told.items()}
    return str(WHY.get(Reason(proposal.reason), proposal.get_reason_display())) % defaultdict(lambda: "?", shown)
