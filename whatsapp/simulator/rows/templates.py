"""Templates of a WABA. A submitted one is `PENDING` until `decided_at`; who reads it after that finds it approved."""

import json
import re
import sqlite3
from dataclasses import dataclass
from typing import Any

from .. import ids
from ..store import Store

REVIEW_SECONDS = 3.0
VARIABLE = re.compile(r"{{\s*([A-Za-z0-9_]+)\s*}}")


@dataclass(frozen=True, slots=True)
class Template:
    id: str
    waba_id: str
    name: str
    language: str
    category: str
    status: str
    parameter_format: str
    components: list[dict[str, Any]]
    decided_at: float
    updated_at: float

    def component(self, kind: str) -> dict[str, Any]:
        """The component of that type (HEADER, BODY, FOOTER, BUTTONS), or an empty one."""
        return next((part for part in self.components if str(part.get("type", "")).upper() == kind), {})

    @property
    def buttons(self) -> list[dict[str, Any]]:
        return list(self.component("BUTTONS").get("buttons") or [])

    @property
    def is_named(self) -> bool:
        return self.parameter_format == "NAMED"


def variables(text: str) -> list[str]:
    """The names in a text's double braces, in order, each once: `["1", "2"]` or `["first_name"]`."""
    return list(dict.fromkeys(VARIABLE.findall(text)))


def _template(row: sqlite3.Row, now: float) -> Template:
    fields = dict(row) | {"components": json.loads(row["components"])}
    if fields["status"] == "PENDING" and fields["decided_at"] <= now:
        fields["status"] = "APPROVED"
    return Template(**fields)


def find(store: Store, template_id: str, now: float) -> Template | None:
    row = store.row("SELECT * FROM templates WHERE id = ?", (template_id,))
    return _template(row, now) if row else None


def of_account(store: Store, waba_id: str, now: float) -> list[Template]:
    rows = store.rows("SELECT * FROM templates WHERE waba_id = ? ORDER BY rowid", (waba_id,))
    return [_template(row, now) for row in rows]


def count(store: Store, waba_id: str) -> int:
    row = store.row("SELECT count(*) AS count FROM templates WHERE waba_id = ?", (waba_id,))
    return int(row["count"]) if row else 0


def named(store: Store, waba_id: str, name: str, language: str, now: float) -> Template | None:
    row = store.row(
        "SELECT * FROM templates WHERE waba_id = ? AND name = ? AND language = ?", (waba_id, name, language)
    )
    return _template(row, now) if row else None


def save(database: sqlite3.Connection, waba_id: str, definition: dict[str, Any], now: float) -> str:
    """Insert or replace by (WABA, name, language); `status` PENDING is decided after the review. Returns the id."""
    name, language = definition["name"], definition["language"]
    identifier = str(definition.get("id") or ids.derived(waba_id, name, language))
    database.execute(
        "INSERT INTO templates (id, waba_id, name, language, category, status, parameter_format, components, "
        "decided_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (waba_id, name, language) DO UPDATE SET category = excluded.category, status = excluded.status, "
        "parameter_format = excluded.parameter_format, components = excluded.components, "
        "decided_at = excluded.decided_at, updated_at = excluded.updated_at",
        (
            identifier,
            waba_id,
            name,
            language,
            str(definition.get("category", "UTILITY")).upper(),
            str(definition.get("status", "APPROVED")).upper(),
            str(definition.get("parameter_format", "POSITIONAL")).upper(),
            json.dumps(definition.get("components") or []),
            now + REVIEW_SECONDS,
            now,
        ),
    )
    row = database.execute(
        "SELECT id FROM templates WHERE waba_id = ? AND name = ? AND language = ?", (waba_id, name, language)
    ).fetchone()
    return str(row["id"])


def set_status(database: sqlite3.Connection, template_id: str, status: str, now: float) -> None:
    database.execute("UPDATE templates SET status = ?, updated_at = ? WHERE id = ?", (status, now, template_id))


def delete(database: sqlite3.Connection, templates: list[Template]) -> None:
    database.executemany("DELETE FROM templates WHERE id = ?", [(template.id,) for template in templates])
