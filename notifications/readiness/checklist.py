"""A company's checklist: what is done, what is missing, who confirmed it, and where it is mended.

In production the mode ``enabled`` is refused while a required item is missing, unless the platform's team overrides
that with a reason.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.readiness.items import DONE, ITEMS, MISSING, Item, Surroundings
from tenants import audit, enabling
from tenants.models import Confirmation, Tenant

OVERRIDE = "enabled_despite"


class ConfirmationRefused(Exception):
    """It is not confirmed by a person; the text is a translated sentence."""


@dataclass(frozen=True)
class Line:
    """An item as it stands; ``confirmation`` where a person vouches for it, ``gaps`` what exactly is missing."""

    item: Item
    state: str
    confirmation: Confirmation | None = None
    gaps: Sequence[str] = ()

    @property
    def is_missing(self) -> bool:
        return self.state == MISSING


@dataclass(frozen=True)
class Checklist:
    lines: Sequence[Line]
    override: Confirmation | None

    @property
    def missing(self) -> list[Line]:
        """Required items that are missing."""
        return [line for line in self.lines if line.is_missing and line.item.required]

    @property
    def is_ready(self) -> bool:
        return not self.missing


def of(tenant: Tenant, now: datetime) -> Checklist:
    """The whole checklist of a company; a constant number of queries."""
    confirmed = {row.item: row for row in current(tenant)}
    around = Surroundings.of(tenant, now)
    lines = [_line(item, around, confirmed.get(item.name)) for item in ITEMS]
    return Checklist(lines, confirmed.get(OVERRIDE))


def _line(item: Item, around: Surroundings, confirmation: Confirmation | None) -> Line:
    state = item.check(around) if item.check else MISSING
    if state == MISSING and item.confirmable and confirmation:
        state = DONE
    gaps = item.gaps(around) if item.gaps and state == MISSING else ()
    return Line(item, state, confirmation, gaps)


def current(tenant: Tenant | None) -> list[Confirmation]:
    """The confirmations that count now; without a tenant the platform's own."""
    return list(Confirmation.objects.filter(tenant=tenant, withdrawn_at=None).select_related("by"))


def confirm(tenant: Tenant | None, item: str, *, note: str, actor: Any, now: datetime, day: Any = None) -> None:
    """A person vouches for an item; the one before, if any, becomes history. The caller knows that ``item`` may be."""
    day = day or timezone.localdate(now)
    try:
        with transaction.atomic():
            Confirmation.objects.filter(tenant=tenant, item=item, withdrawn_at=None).update(withdrawn_at=now)
            row = Confirmation.objects.create(tenant=tenant, item=item, note=note[:300], day=day, by=actor, at=now)
            audit.record("readiness.confirmed", tenant=tenant, actor=actor, obj=row, item=item, note=row.note)
    except IntegrityError:
        raise ConfirmationRefused(_("Somebody confirmed this at the same moment.")) from None


def withdraw(tenant: Tenant | None, item: str, *, actor: Any, now: datetime) -> bool:
    """Takes a confirmation back; False when there was none."""
    with transaction.atomic():
        rows = Confirmation.objects.filter(tenant=tenant, item=item, withdrawn_at=None)
        row = rows.select_for_update().first()
        if row is None:
            return False
        rows.update(withdrawn_at=now)
        audit.record("readiness.withdrawn", tenant=tenant, actor=actor, obj=row, item=item)
    return True


def confirm_item(tenant: Tenant, name: str, *, note: str, actor: Any, now: datetime) -> None:
    """As ``confirm``, for an item of the list that a person may confirm; ConfirmationRefused for any other."""
    if not any(item.name == name and item.confirmable for item in ITEMS):
        raise ConfirmationRefused(_("This item is worked out from what is there; nobody confirms it."))
    confirm(tenant, name, note=note, actor=actor, now=now)


def override(tenant: Tenant, reason: str, *, actor: Any, now: datetime) -> None:
    """The platform's team lets a company be enabled though something required is missing."""
    confirm(tenant, OVERRIDE, note=reason, actor=actor, now=now)
    audit.record("readiness.overridden", tenant=tenant, actor=actor, obj=tenant, reason=reason)


@enabling.guard
def obstacles(tenant: Tenant) -> list[str]:
    """What keeps a company from being enabled in production; nothing elsewhere, and nothing where it is overridden."""
    if not settings.IN_PRODUCTION:
        return []
    found = of(tenant, timezone.now())
    if found.override:
        return []
    return [sentence for line in found.missing for sentence in (str(line.item.word), *line.gaps)]
