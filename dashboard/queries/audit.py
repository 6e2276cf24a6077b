"""The tenant's audit trail: pages of it, and what can be chosen in its filters."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from dashboard import audit_details, audit_words
from dashboard.queries import pages
from tenants.models import AuditEntry, Tenant

ORDER = "at"
LINKS = {  # kind of row -> the console page that shows it
    "notifications.notificationjob": "message",
    "notifications.appointment": "appointment",
    "tenants.phonenumber": "connection",
    "whatsapp.conversation": "conversation",
}


@dataclass(frozen=True)
class Filters:
    """``row`` is one row's own trail, as ``kind:id``."""

    q: str = ""
    person: str = ""
    action: str = ""
    kind: str = ""
    row: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Line:
    entry: AuditEntry
    sentence: str
    facts: list[tuple[str, str]]
    link: str


def page(tenant: Tenant, filters: Filters, before: pages.Key | None) -> pages.Page:
    """One page of lines, newest first, in one query."""
    found = pages.page(entries(tenant, filters), before, ORDER)
    return pages.Page([line(entry) for entry in found.rows], found.older, found.newest)


def line(entry: AuditEntry) -> Line:
    facts = audit_details.facts(entry)
    return Line(entry, audit_words.sentence(entry.action), facts, LINKS.get(entry.object_type, ""))


def entries(tenant: Tenant, filters: Filters) -> QuerySet[AuditEntry]:
    rows = AuditEntry.objects.for_tenant(tenant).filter(_narrowed(filters))
    if filters.since:
        rows = rows.filter(at__gte=_start_of(filters.since))
    if filters.until:
        rows = rows.filter(at__lte=_end_of(filters.until))
    return rows.order_by(f"-{ORDER}", "-pk")


def _narrowed(filters: Filters) -> Q:
    told, (kind, _colon, pk) = Q(), filters.row.rpartition(":")
    exact: dict[str, Any] = {
        "actor_label": filters.person,
        "action": filters.action,
        "object_type": filters.kind or kind,
        "object_id": pk if kind else "",
    }
    for name, value in exact.items():
        told &= Q(**{name: value}) if value else Q()
    if filters.q:
        told &= Q(object_label__icontains=filters.q) | Q(actor_label__icontains=filters.q) | Q(object_id=filters.q)
    return told


def choices(tenant: Tenant) -> dict[str, list[tuple[str, str]]]:
    """What occurs in this trail: people, actions and kinds of rows, each in words."""
    rows = AuditEntry.objects.for_tenant(tenant).order_by()
    return {
        "person": [(name, name) for name in _occurring(rows, "actor_label")],
        "action": sorted(((name, audit_words.sentence(name)) for name in _occurring(rows, "action")), key=_by_word),
        "kind": sorted(((name, audit_words.kind(name)) for name in _occurring(rows, "object_type")), key=_by_word),
    }


def _occurring(rows: QuerySet[AuditEntry], field: str) -> Iterator[str]:
    return (value for value in rows.values_list(field, flat=True).distinct().order_by(field) if value)


def _by_word(choice: tuple[str, str]) -> str:
    return choice[1]


def _start_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))
