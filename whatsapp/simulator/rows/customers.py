"""People with a phone: their WhatsApp profile name, their `wa_id`, and their user id (BSUID) with each portfolio."""

import hashlib
import re
import sqlite3
from dataclasses import dataclass

from .. import ids
from ..store import Store

NAMES = (
    "Maria Souza", "João Pereira", "Ana Beatriz Lima", "Carlos Henrique", "Fernanda Alves", "Rafael Costa",
    "Juliana Martins", "Pedro Rocha", "Camila Ferreira", "Lucas Oliveira", "Patrícia Gomes", "Bruno Cardoso",
)  # fmt: skip
BRAZILIAN_MOBILE = re.compile(r"^55(\d\d)9(\d{8})$")


@dataclass(frozen=True, slots=True)
class Customer:
    wa_id: str
    name: str

    def contact(self, business_id: str) -> dict[str, object]:
        """As webhooks introduce the person to the businesses of one portfolio."""
        return {
            "profile": {"name": self.name},
            "wa_id": self.wa_id,
            "user_id": ids.user_id(business_id, self.wa_id),
        }


def find(store: Store, phone: str) -> Customer:
    """The person behind dialled digits; one that was never heard of has a name all the same.

    An old Brazilian account keeps a `wa_id` without the ninth digit: dialled with it, the same person answers.
    """
    row = store.row(
        "SELECT * FROM customers WHERE wa_id IN (?, ?) ORDER BY wa_id = ? DESC", (phone, _old(phone), phone)
    )
    return Customer(row["wa_id"], row["name"]) if row else Customer(phone, usual_name(phone))


def by_user_id(store: Store, user_id: str, business_id: str) -> Customer | None:
    row = store.row("SELECT wa_id FROM identities WHERE user_id = ? AND business_id = ?", (user_id, business_id))
    return find(store, row["wa_id"]) if row else None


def remember(database: sqlite3.Connection, customer: Customer, business_id: str) -> None:
    database.execute(
        "INSERT INTO customers (wa_id, name) VALUES (?, ?) "
        "ON CONFLICT (wa_id) DO UPDATE SET name = excluded.name WHERE name != excluded.name",
        (customer.wa_id, customer.name),
    )
    database.execute(
        "INSERT OR IGNORE INTO identities (user_id, business_id, wa_id) VALUES (?, ?, ?)",
        (ids.user_id(business_id, customer.wa_id), business_id, customer.wa_id),
    )


def is_blocked(store: Store, phone_number_id: str, wa_id: str) -> bool:
    sql = "SELECT 1 FROM blocked WHERE phone_number_id = ? AND wa_id = ?"
    return store.row(sql, (phone_number_id, wa_id)) is not None


def blocked(store: Store, phone_number_id: str) -> list[str]:
    rows = store.rows("SELECT wa_id FROM blocked WHERE phone_number_id = ? ORDER BY wa_id", (phone_number_id,))
    return [row["wa_id"] for row in rows]


def block(database: sqlite3.Connection, phone_number_id: str, wa_id: str) -> None:
    database.execute("INSERT OR IGNORE INTO blocked (phone_number_id, wa_id) VALUES (?, ?)", (phone_number_id, wa_id))


def unblock(database: sqlite3.Connection, phone_number_id: str, wa_id: str) -> None:
    database.execute("DELETE FROM blocked WHERE phone_number_id = ? AND wa_id = ?", (phone_number_id, wa_id))


def _old(phone: str) -> str:
    return BRAZILIAN_MOBILE.sub(r"55\1\2", phone)


def usual_name(phone: str) -> str:
    return NAMES[hashlib.sha256(phone.encode()).digest()[0] % len(NAMES)]
