"""What a contact allowed. Rows are only added; of a category the greatest (effective_at, proof) is the answer."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.models import Consent, Contact, Tenant

MATTERS = {True: (Consent.Category.ALL, Consent.Category.MARKETING), False: (Consent.Category.ALL,)}


def record(
    contact: Contact,
    decision: str,
    *,
    category: str = Consent.Category.ALL,
    source: str,
    effective_at: datetime,
    proof: str = "",
    actor: Any = None,
) -> bool:
    """Adds the contact's word; True when it is new and the newest of its category, so that it decides from now on."""
    row, created = Consent.objects.get_or_create(
        contact=contact,
        category=category,
        decision=decision,
        effective_at=effective_at,
        proof=proof[:200],
        defaults={"tenant_id": contact.tenant_id, "source": source, "recorded_by": actor},
    )
    return created and newest([contact.pk])[contact.pk, category] == row


def newest(contact_ids: Iterable[int]) -> dict[tuple[int, str], Consent]:
    """The word in force by (contact id, category), in one query."""
    rows = (
        Consent.objects.filter(contact__in=list(contact_ids))
        .order_by("contact_id", "category", "-effective_at", "-proof", "-id")
        .distinct("contact_id", "category")
    )
    return {(row.contact_id, row.category): row for row in rows}


# What people ask for: who refuses all messages, who refuses marketing, who said yes.
ANSWERS: dict[str, tuple[str, str]] = {
    "no_messages": (Consent.Category.ALL, Consent.Decision.OPT_OUT),
    "no_marketing": (Consent.Category.MARKETING, Consent.Decision.OPT_OUT),
    "opted_in": (Consent.Category.ALL, Consent.Decision.OPT_IN),
}


def contacts(tenant: Tenant, answer: str) -> QuerySet[Any]:
    """The ids of the contacts whose word in force is ``answer``, one of ANSWERS."""
    return in_force(tenant, *ANSWERS[answer]).order_by().values("contact")


def in_force(tenant: Tenant, category: str, decision: str) -> QuerySet[Consent]:
    """The words of ``category`` that say ``decision`` and that no newer one has replaced."""
    at, proof = Q(effective_at=OuterRef("effective_at")), Q(proof=OuterRef("proof"))
    later = Q(effective_at__gt=OuterRef("effective_at")) | (at & Q(proof__gt=OuterRef("proof")))
    newer = Consent.objects.filter(later | (at & proof & Q(pk__gt=OuterRef("pk"))), contact=OuterRef("contact"))
    rows = Consent.objects.for_tenant(tenant).filter(category=category, decision=decision)
    return rows.filter(~Exists(newer.filter(category=category)))


def refusal(contact: Contact, *, marketing: bool) -> Consent | None:
    """The opt-out that forbids writing to ``contact``, None when nothing does."""
    return refusal_in(newest([contact.pk]), contact.pk, marketing=marketing)


def refusal_in(words: dict[tuple[int, str], Consent], contact_id: int, *, marketing: bool) -> Consent | None:
    """As ``refusal``, among words read by ``newest``."""
    found = (words.get((contact_id, category)) for category in MATTERS[marketing])
    return next((row for row in found if row and row.decision == Consent.Decision.OPT_OUT), None)


def opted_out(tenant: Tenant) -> QuerySet[Contact]:
    """The contacts of ``tenant`` that want no message at all."""
    latest = (
        Consent.objects.for_tenant(tenant)
        .filter(category=Consent.Category.ALL)
        .order_by("contact_id", "-effective_at", "-proof", "-id")
        .distinct("contact_id")
    )
    refused = Consent.objects.filter(pk__in=latest.values("pk"), decision=Consent.Decision.OPT_OUT)
    return Contact.objects.for_tenant(tenant).filter(pk__in=refused.values("contact"))
