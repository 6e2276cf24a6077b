"""A person's own filters of a list: nobody else's pages show them."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from tenants.models import SavedFilter, Tenant

MOST = 20  # of one person on one page


class TooMany(Exception):
    """The person keeps as many as fit a page already."""


def of(tenant: Tenant, user: Any, page: str) -> QuerySet[SavedFilter]:
    """By name."""
    return SavedFilter.objects.for_tenant(tenant).filter(user=user, page=page)


def keep(tenant: Tenant, user: Any, page: str, *, name: str, query: str, is_start: bool) -> SavedFilter:
    """Saves it; one of the same name is replaced. Raises TooMany."""
    mine = of(tenant, user, page)
    with transaction.atomic():
        if not mine.filter(name=name).exists() and mine.count() >= MOST:
            raise TooMany
        if is_start:
            mine.update(is_start=False)
        values = {"query": query, "is_start": is_start}
        return SavedFilter.objects.update_or_create(tenant=tenant, user=user, page=page, name=name, defaults=values)[0]


def start_with(chosen: SavedFilter, wanted: bool) -> None:
    """The page begins with this one from now on; or, not wanted, with no filter."""
    with transaction.atomic():
        of(chosen.tenant, chosen.user, chosen.page).update(is_start=False)
        SavedFilter.objects.filter(pk=chosen.pk).update(is_start=wanted)
