"""Numbers that the WhatsApp Business app shares with the API, what was asked of them, and the past they would tell."""

import json
import sqlite3
from dataclasses import asdict, dataclass

from ..store import Store


@dataclass(frozen=True, slots=True)
class Past:
    """What the app's history holds when it is told: about `messages` in `chunks`, with `people`; or not at all.

    `shuffled` chunks come in any order, `repeated` of them twice; `files` come later, without their message.
    """

    messages: int = 120
    chunks: int = 8
    people: int = 9
    files: int = 3
    shuffled: bool = False
    repeated: int = 0
    declined: bool = False


def onboarded_at(store: Store, phone_number_id: str) -> float | None:
    """Since when the app shares the number; None where it does not."""
    row = store.row("SELECT onboarded_at FROM phone_apps WHERE phone_number_id = ?", (phone_number_id,))
    return float(row["onboarded_at"]) if row else None


def leave(database: sqlite3.Connection, phone_number_id: str) -> None:
    database.execute("DELETE FROM phone_apps WHERE phone_number_id = ?", (phone_number_id,))


def save_request(
    database: sqlite3.Connection, phone_number_id: str, sync_type: str, request_id: str, onboarded_at: float
) -> bool:
    """Whether it is the first of its kind in this onboarding."""
    saved = database.execute(
        "INSERT OR IGNORE INTO phone_app_requests (phone_number_id, sync_type, request_id, onboarded_at) "
        "VALUES (?, ?, ?, ?)",
        (phone_number_id, sync_type, request_id, onboarded_at),
    )
    return saved.rowcount == 1


def past_of(store: Store, phone_number_id: str) -> Past:
    row = store.row("SELECT past FROM phone_app_pasts WHERE phone_number_id = ?", (phone_number_id,))
    return Past(**json.loads(row["past"])) if row else Past()


def save_past(database: sqlite3.Connection, phone_number_id: str, past: Past) -> None:
    database.execute(
        "INSERT OR REPLACE INTO phone_app_pasts VALUES (?, ?)", (phone_number_id, json.dumps(asdict(past)))
    )
