"""How often a template may be changed, and how many may be made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime

from templates_mgmt.rules.problems import Problem

EDITABLE = frozenset({"APPROVED", "REJECTED", "PAUSED"})
COUNTED = "APPROVED"  # only edits of an approved template are counted
DAY, MONTH = timedelta(hours=24), timedelta(days=30)
EDITS_A_MONTH = 10
CREATIONS_AN_HOUR, HOUR = 100, timedelta(hours=1)
MOST_TEMPLATES, MOST_UNVERIFIED = 6000, 250  # of an account, by whether Meta has verified the business behind it
NAME_LOCK = timedelta(days=30)
KEPT = {"name": "edit_name", "language": "edit_language", "parameter_format": "edit_format"}
CHANGED_BY_AN_EDIT = ("category", "components", "message_send_ttl_seconds")


@dataclass(frozen=True)
class EditsLeft:
    """How many edits are left of 30 days (None: not counted), and when the next one may be made if not now."""

    left: int | None
    again_at: datetime | None = None


def edits_left(status: str, edits: Iterable[datetime], now: datetime) -> EditsLeft:
    """``edits`` are the times of the edits that were made while the template was approved."""
    if status != COUNTED:
        return EditsLeft(None)
    recent = sorted(at for at in edits if at > now - MONTH)
    left = max(0, EDITS_A_MONTH - len(recent))
    waits = [recent[-1] + DAY] if recent and recent[-1] > now - DAY else []
    if not left:
        waits.append(recent[-EDITS_A_MONTH] + MONTH)
    return EditsLeft(left, max(waits, default=None))


def check_edit(
    old: Mapping[str, Any], new: Mapping[str, Any], edits: Iterable[datetime], now: datetime
) -> list[Problem]:
    """What an edit may not do. ``old`` is what Meta has: a payload with its ``status``; ``new`` is a whole payload."""
    status = str(old.get("status", ""))
    if status not in EDITABLE:
        return [Problem("edit_status", "status")]
    problems = [Problem(code, name) for name, code in KEPT.items() if _upper(old, name) != _upper(new, name)]
    if status == COUNTED and _upper(old, "category") != _upper(new, "category"):
        problems.append(Problem("edit_category", "category"))
    if all(_comparable(old, name) == _comparable(new, name) for name in CHANGED_BY_AN_EDIT):
        problems.append(Problem("edit_same", "components"))
    return problems + _too_often(edits_left(status, edits, now))


def check_creation(
    count_last_hour: int,
    oldest: datetime | None,
    total: int,
    locked_until: datetime | None,
    now: datetime,
    *,
    most: int = MOST_TEMPLATES,
) -> list[Problem]:
    """What hinders a new template: ``count_last_hour`` were made since ``oldest``, the account has ``total`` of
    ``most``, and the name of an approved one that was deleted is kept until ``locked_until``.
    """
    problems = []
    if count_last_hour >= CREATIONS_AN_HOUR:
        problems.append(Problem("creation_hour", "name", {"at": _moment((oldest or now) + HOUR)}))
    if total >= most:
        code = "creation_total" if most == MOST_TEMPLATES else "creation_unverified"
        problems.append(Problem(code, "name", {"most": most}))
    if locked_until is not None and locked_until > now:
        problems.append(Problem("name_locked", "name", {"at": _moment(locked_until)}))
    return problems


def _too_often(told: EditsLeft) -> list[Problem]:
    if told.again_at is None:
        return []
    code = "edit_day" if told.left else "edit_month"
    return [Problem(code, "components", {"at": _moment(told.again_at)})]


def _moment(at: datetime) -> str:
    """In the time zone and the form of whoever reads it."""
    return date_format(localtime(at), "SHORT_DATETIME_FORMAT")


def _upper(template: Mapping[str, Any], name: str) -> str:
    default = "POSITIONAL" if name == "parameter_format" else ""
    value = str(template.get(name) or default)
    return value.upper() if name in {"category", "parameter_format"} else value


def _comparable(template: Mapping[str, Any], name: str) -> Any:
    return _upper(template, name) if name == "category" else template.get(name)
