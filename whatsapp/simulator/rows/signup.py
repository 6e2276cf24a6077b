"""What Embedded Signup leaves behind: grants of tokens, codes, registrations, numbers that a phone app shares."""

import json
import sqlite3
from dataclasses import dataclass

from ..store import Store

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token may do, and until when (unix seconds; 0: without end)."""

    scopes: tuple[str, ...] = SCOPES
    expires_at: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    token: str
    made_at: float
    used_at: float | None


def grant_of(store: Store, token: str) -> Grant:
    """A token that was made without signup may do everything."""
    row = store.row("SELECT scopes, expires_at FROM grants WHERE token = ?", (token,))
    return Grant(tuple(json.loads(row["scopes"])), row["expires_at"]) if row else Grant()


def save_grant(database: sqlite3.Connection, token: str, grant: Grant) -> None:
    database.execute("INSERT INTO grants VALUES (?, ?, ?)", (token, json.dumps(grant.scopes), grant.expires_at))


def find_code(store: Store, code: str) -> Code | None:
    row = store.row("SELECT * FROM codes WHERE code = ?", (code,))
    return Code(**dict(row)) if row else None


def save_code(database: sqlite3.Connection, code: str, token: str, now: float) -> None:
    database.execute("INSERT INTO codes VALUES (?, ?, ?, NULL)", (code, token, now))


def use_code(database: sqlite3.Connection, code: str, now: float) -> bool:
    """Whether this was its first use."""
    used = database.execute("UPDATE codes SET used_at = ? WHERE code = ? AND used_at IS NULL", (now, code))
    return used.rowcount == 1


def registrations(store: Store, phone_number_id: str, since: float) -> int:
    sql = "SELECT count(*) AS n FROM registrations WHERE phone_number_id = ? AND at > ?"
    row = store.row(sql, (phone_number_id, since))
    return int(row["n"]) if row else 0


def pin_of(store: Store, phone_number_id: str) -> str:
    """The PIN of the number's two-step verification; empty while none is set."""
    sql = "SELECT pin FROM registrations WHERE phone_number_id = ? ORDER BY at DESC LIMIT 1"
    row = store.row(sql, (phone_number_id,))
    return str(row["pin"]) if row else ""


def save_registration(database: sqlite3.Connection, phone_number_id: str, pin: str, now: float) -> None:
    database.execute("INSERT INTO registrations VALUES (?, ?, ?)", (phone_number_id, pin, now))


def is_on_phone_app(store: Store, phone_number_id: str) -> bool:
    """Whether the number is also used in the WhatsApp Business app (coexistence)."""
    return store.row("SELECT 1 FROM phone_apps WHERE phone_number_id = ?", (phone_number_id,)) is not None


def save_phone_app(database: sqlite3.Connection, phone_number_id: str, now: float) -> None:
    """The app on the phone shares the number from now on; onboarded again, it starts anew."""
    database.execute("INSERT OR REPLACE INTO phone_apps VALUES (?, ?)", (phone_number_id, now))
