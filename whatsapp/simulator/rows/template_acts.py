"""What was done to templates, for Meta's limits; and what it knows of one beside its words."""

import sqlite3
from dataclasses import dataclass

from ..store import Store
from .templates import Template

HOUR, DAY = 3600.0, 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Facts:
    """``ttl`` in seconds; ``before_archive`` is the status that an archived template gets back."""

    ttl: int | None = None
    before_archive: str = ""
    quality: str = ""
    rejected_reason: str = ""


def facts_of(store: Store, template_id: str) -> Facts:
    row = store.row(
        "SELECT ttl, before_archive, quality, rejected_reason FROM template_facts WHERE template_id = ?", (template_id,)
    )
    return Facts(**dict(row)) if row else Facts()


def save_facts(database: sqlite3.Connection, template_id: str, facts: Facts) -> None:
    database.execute(
        "INSERT INTO template_facts (template_id, ttl, before_archive, quality, rejected_reason) "
        "VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (template_id) DO UPDATE SET ttl = excluded.ttl, before_archive = excluded.before_archive, "
        "quality = excluded.quality, rejected_reason = excluded.rejected_reason",
        (template_id, facts.ttl, facts.before_archive, facts.quality, facts.rejected_reason),
    )


def note(database: sqlite3.Connection, template: Template, act: str, at: float) -> None:
    """`created`, `edited` or `deleted`; the last two only of an approved template."""
    database.execute(
        "INSERT INTO template_acts (waba_id, template_id, name, act, at) VALUES (?, ?, ?, ?, ?)",
        (template.waba_id, template.id, template.name, act, at),
    )


def created_since(store: Store, waba_id: str, since: float) -> int:
    return _count(store, "waba_id = ? AND act = 'created' AND at > ?", waba_id, since)


def edited_since(store: Store, template_id: str, since: float) -> int:
    return _count(store, "template_id = ? AND act = 'edited' AND at > ?", template_id, since)


def is_locked(store: Store, waba_id: str, name: str, now: float) -> bool:
    """An approved template of this name was deleted in the last 30 days."""
    return _count(store, "waba_id = ? AND name = ? AND act = 'deleted' AND at > ?", waba_id, name, now - 30 * DAY) > 0


def _count(store: Store, condition: str, *arguments: object) -> int:
    row = store.row(f"SELECT COUNT(*) AS n FROM template_acts WHERE {condition}", arguments)  # noqa: S608
    return int(row["n"]) if row else 0
