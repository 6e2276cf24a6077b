"""WhatsApp business accounts (WABA), their numbers and the tokens that may use them."""

import sqlite3
from dataclasses import dataclass

from ..store import Store


@dataclass(frozen=True, slots=True)
class Account:
    waba_id: str
    name: str
    business_id: str
    contact_name: str
    subscribed: bool
    override_uri: str


@dataclass(frozen=True, slots=True)
class Number:
    phone_number_id: str
    waba_id: str
    display_phone_number: str
    digits: str
    verified_name: str
    throughput: int
    messaging_limit: str
    status: str
    quality_rating: str

    @property
    def metadata(self) -> dict[str, str]:
        """As webhooks name the number."""
        return {"display_phone_number": self.digits, "phone_number_id": self.phone_number_id}


def _account(row: sqlite3.Row) -> Account:
    fields = dict(row)
    return Account(**fields | {"subscribed": bool(fields["subscribed"])})


def find_account(store: Store, waba_id: str) -> Account | None:
    row = store.row("SELECT * FROM accounts WHERE waba_id = ?", (waba_id,))
    return _account(row) if row else None


def all_accounts(store: Store) -> list[Account]:
    """In the order made."""
    return [_account(row) for row in store.rows("SELECT * FROM accounts ORDER BY rowid")]


def find_number(store: Store, phone_number_id: str) -> Number | None:
    row = store.row("SELECT * FROM numbers WHERE phone_number_id = ?", (phone_number_id,))
    return Number(**dict(row)) if row else None


def numbers_of(store: Store, waba_id: str) -> list[Number]:
    rows = store.rows("SELECT * FROM numbers WHERE waba_id = ? ORDER BY rowid", (waba_id,))
    return [Number(**dict(row)) for row in rows]


def first_number(store: Store) -> Number | None:
    row = store.row("SELECT * FROM numbers ORDER BY rowid LIMIT 1")
    return Number(**dict(row)) if row else None


def accounts_of_token(store: Store, token: str) -> list[str]:
    """The WABA ids that a token may use, newest first; none for a token that nobody issued."""
    rows = store.rows("SELECT waba_id FROM tokens WHERE token = ? ORDER BY created_at DESC", (token,))
    return [row["waba_id"] for row in rows]


def newest_token(store: Store, waba_id: str) -> str:
    row = store.row("SELECT token FROM tokens WHERE waba_id = ? ORDER BY created_at DESC LIMIT 1", (waba_id,))
    return str(row["token"]) if row else ""


def save_account(database: sqlite3.Connection, account: Account) -> None:
    database.execute(
        "INSERT INTO accounts (waba_id, name, business_id, contact_name, subscribed, override_uri) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (waba_id) DO UPDATE SET name = excluded.name, "
        "business_id = excluded.business_id, contact_name = excluded.contact_name, "
        "subscribed = excluded.subscribed, override_uri = excluded.override_uri",
        (
            account.waba_id,
            account.name,
            account.business_id,
            account.contact_name,
            account.subscribed,
            account.override_uri,
        ),
    )


def is_verified(store: Store, waba_id: str) -> bool:
    """Whether Meta knows the business behind the account."""
    return store.row("SELECT 1 FROM unverified WHERE waba_id = ?", (waba_id,)) is None


def save_verification(database: sqlite3.Connection, waba_id: str, *, verified: bool) -> None:
    statement = (
        "DELETE FROM unverified WHERE waba_id = ?" if verified else "INSERT OR IGNORE INTO unverified VALUES (?)"
    )
    database.execute(statement, (waba_id,))


def save_number(database: sqlite3.Connection, number: Number) -> None:
    database.execute(
        "INSERT INTO numbers (phone_number_id, waba_id, display_phone_number, digits, verified_name, throughput, "
        "messaging_limit, status, quality_rating) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (phone_number_id) DO UPDATE SET waba_id = excluded.waba_id, "
        "display_phone_number = excluded.display_phone_number, digits = excluded.digits, "
        "verified_name = excluded.verified_name, throughput = excluded.throughput, "
        "messaging_limit = excluded.messaging_limit, status = excluded.status, "
        "quality_rating = excluded.quality_rating",
        (
            number.phone_number_id,
            number.waba_id,
            number.display_phone_number,
            number.digits,
            number.verified_name,
            number.throughput,
            number.messaging_limit,
            number.status,
            number.quality_rating,
        ),
    )


def save_token(database: sqlite3.Connection, token: str, waba_id: str, now: float) -> None:
    database.execute(
        "INSERT OR IGNORE INTO tokens (token, waba_id, created_at) VALUES (?, ?, ?)", (token, waba_id, now)
    )
