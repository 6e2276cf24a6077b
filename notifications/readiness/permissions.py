"""What Meta's App Review asks about: how far each permission is, and who said so.

The way of a permission is needed, in use, requested, approved. People tick each step with the day; the furthest one is
where it stands. Without a tick it stands where the code does: in use, or not used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from notifications.readiness import checklist
from notifications.readiness.checklist import ConfirmationRefused
from notifications.readiness.review import PERMISSIONS, Permission
from tenants.models import Confirmation

UNUSED, NEEDED, IN_USE, REQUESTED, APPROVED = "unused", "needed", "in_use", "requested", "approved"
WAY = (NEEDED, IN_USE, REQUESTED, APPROVED)
PREFIX = "permission:"


@dataclass(frozen=True)
class Standing:
    """A permission, where it stands, and the ticks that say so in the order of the way."""

    permission: Permission
    state: str
    ticks: Sequence[tuple[str, Confirmation]]


def standings() -> list[Standing]:
    """Every permission as it stands now; one query."""
    ticks = {row.item: row for row in checklist.current(None)}
    return [_standing(permission, ticks) for permission in PERMISSIONS]


def tick(name: str, state: str, *, day: date, note: str, actor: Any, now: datetime) -> None:
    """A person says that the permission came as far as ``state`` on ``day``; ConfirmationRefused for unknown names."""
    checklist.confirm(None, _item(name, state), note=note, actor=actor, now=now, day=day)


def untick(name: str, state: str, *, actor: Any, now: datetime) -> bool:
    """Takes a step back; False when nobody had ticked it."""
    return checklist.withdraw(None, _item(name, state), actor=actor, now=now)


def _item(name: str, state: str) -> str:
    if state not in WAY or not any(one.name == name for one in PERMISSIONS):
        raise ConfirmationRefused(gettext("This permission or status does not exist."))
    return f"{PREFIX}{name}:{state}"


def _standing(permission: Permission, ticks: dict[str, Confirmation]) -> Standing:
    items = ((state, f"{PREFIX}{permission.name}:{state}") for state in WAY)
    found = [(state, ticks[item]) for state, item in items if item in ticks]
    by_code = IN_USE if permission.used else UNUSED
    return Standing(permission, found[-1][0] if found else by_code, found)
