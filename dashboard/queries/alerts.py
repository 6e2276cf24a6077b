"""The history of alerts, newest first, and what can be chosen in its filters."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet

from dashboard.queries import pages
from notifications import watching
from tenants.models import Alert, Tenant

ORDER = "first_at"
LASTING = "lasting"  # open or acknowledged


@dataclass(frozen=True)
class Filters:
    """``nobodys``: the platform's own alerts, of no company; for its team alone."""

    state: str = ""
    kind: str = ""
    since: date | None = None
    until: date | None = None
    nobodys: bool = False


def page(tenant: Tenant, filters: Filters, before: pages.Key | None) -> pages.Page:
    """One page of Told, in two queries."""
    found = pages.page(_narrowed(tenant, filters), before, ORDER)
    return pages.Page(words(found.rows, tenant), found.older, found.newest)


def words(rows: Iterable[Alert], tenant: Tenant) -> list[watching.Told]:
    shown = watching.numbers_of([tenant])
    return [watching.tell(alert, shown) for alert in rows]


def _narrowed(tenant: Tenant, filters: Filters) -> QuerySet[Alert]:
    rows: Any = Alert.objects.filter(tenant=None if filters.nobodys else tenant)
    if filters.state == LASTING:
        rows = rows.exclude(state=Alert.State.SOLVED)
    elif filters.state:
        rows = rows.filter(state=filters.state)
    wanted = Q(kind=filters.kind) if filters.kind else Q()
    if filters.since:
        wanted &= Q(first_at__gte=datetime.combine(filters.since, time.min, tenant.zone))
    if filters.until:
        wanted &= Q(first_at__lte=datetime.combine(filters.until, time.max, tenant.zone))
    return rows.filter(wanted).select_related("acknowledged_by", "solved_by")
