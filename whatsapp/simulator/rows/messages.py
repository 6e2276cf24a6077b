"""Messages both ways, the statuses planned for those that were accepted, and the 24 h window they open."""

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from .. import clock
from ..store import Store

WINDOW_SECONDS = 24 * 3600
FREE_SERVICE_MESSAGES = 1000  # delivered, a number, a calendar month; billed beyond (since 2026-10-01)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message the business sent: `body` is the request as received, `bubble` what the phone shows of it."""

    wamid: str
    phone_number_id: str
    customer: str
    dialled: str
    type: str
    body: str
    bubble: dict[str, Any]
    opaque: str | None
    at: float


@dataclass(frozen=True, slots=True)
class Received:
    """A message the customer wrote. `at` is its own timestamp (it may lie in the past), `stored_at` ours."""

    wamid: str
    phone_number_id: str
    customer: str
    type: str
    item: dict[str, Any]
    bubble: dict[str, Any]
    opens_window: bool
    at: float
    stored_at: float


def save_accepted(database: sqlite3.Connection, message: Accepted, plan: list[tuple[str, float]]) -> None:
    """`plan` is the statuses to come, each with its moment."""
    database.execute(
        "INSERT INTO messages (wamid, direction, phone_number_id, customer, dialled, type, body, bubble, opaque, at, "
        "stored_at) VALUES (?, 'out', ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.wamid,
            message.phone_number_id,
            message.customer,
            message.dialled,
            message.type,
            message.body,
            json.dumps(message.bubble),
            message.opaque,
            message.at,
            message.at,
        ),
    )
    database.executemany(
        "INSERT INTO statuses (wamid, status, at) VALUES (?, ?, ?)",
        [(message.wamid, status, at) for status, at in plan],
    )


def save_received(database: sqlite3.Connection, message: Received) -> None:
    database.execute(
        "INSERT INTO messages (wamid, direction, phone_number_id, customer, type, body, bubble, opens_window, at, "
        "stored_at) VALUES (?, 'in', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            message.wamid,
            message.phone_number_id,
            message.customer,
            message.type,
            json.dumps(message.item),
            json.dumps(message.bubble),
            message.opens_window,
            message.at,
            message.stored_at,
        ),
    )


def change(database: sqlite3.Connection, item: dict[str, Any]) -> None:
    """An edit or a deletion as webhooks tell it, done to what the phones show."""
    told = item.get(item["type"]) or {}
    wamid = str(told.get("original_message_id") or "")
    row = database.execute("SELECT bubble FROM messages WHERE wamid = ?", (wamid,)).fetchone()
    if row is None:
        return
    bubble = json.loads(row["bubble"])
    if item["type"] == "revoke":
        bubble = {"kind": "revoked", "text": "Mensagem apagada", "app": bubble.get("app", False)}
    else:
        message = told.get("message") or {}
        content = message.get(message.get("type", "text")) or {}
        bubble |= {"text": content.get("body") or content.get("caption") or "", "edited": True}
    database.execute("UPDATE messages SET bubble = ? WHERE wamid = ?", (json.dumps(bubble), wamid))


def is_window_open(store: Store, phone_number_id: str, customer: str, now: float) -> bool:
    return bool(
        store.row(
            "SELECT 1 FROM messages WHERE customer = ? AND phone_number_id = ? AND direction = 'in' AND at > ? "
            "AND opens_window LIMIT 1",
            (customer, phone_number_id, now - WINDOW_SECONDS),
        )
    )


def count_service_message(database: sqlite3.Connection, phone_number_id: str, now: float) -> bool:
    """Count one free-form message of this month; whether it is still within the free tier."""
    row = database.execute(
        "INSERT INTO service_counts (phone_number_id, month, count) VALUES (?, ?, 1) "
        "ON CONFLICT (phone_number_id, month) DO UPDATE SET count = count + 1 RETURNING count",
        (phone_number_id, clock.month(now)),
    ).fetchone()
    return int(row["count"]) <= FREE_SERVICE_MESSAGES


def find(store: Store, wamid: str, direction: str) -> sqlite3.Row | None:
    return store.row("SELECT * FROM messages WHERE wamid = ? AND direction = ?", (wamid, direction))


def sent_to(store: Store, customer: str, phone_number_id: str = "") -> list[sqlite3.Row]:
    """The latest hundred messages that businesses (or one number) wrote to a customer, newest first."""
    return store.rows(
        "SELECT * FROM messages WHERE customer = ? AND direction = 'out' AND ? IN ('', phone_number_id) "
        "ORDER BY at DESC LIMIT 100",
        (customer, phone_number_id),
    )


def mark_read(database: sqlite3.Connection, message: sqlite3.Row, now: float) -> None:
    """Read by the business: this one and the customer's earlier ones."""
    database.execute(
        "UPDATE messages SET read_at = ? WHERE customer = ? AND phone_number_id = ? AND direction = 'in' "
        "AND at <= ? AND read_at IS NULL",
        (now, message["customer"], message["phone_number_id"], message["at"]),
    )


def accepted(store: Store, now: float, to: str = "", since: float | None = None) -> list[dict[str, Any]]:
    """What the simulator accepted, newest last, each with the statuses that it has reached by now.

    Not what the business wrote in its phone app: that was dialled by nobody.
    """
    where = ["direction = 'out'", "dialled != ''"]
    arguments: list[Any] = []
    if to:
        where.append("(customer = ? OR dialled = ?)")
        arguments += [to, to]
    if since is not None:
        where.append("at >= ?")
        arguments.append(since)
    condition = " AND ".join(where)
    messages = store.rows(f"SELECT * FROM messages WHERE {condition} ORDER BY at, rowid", arguments)  # noqa: S608
    reached = defaultdict(list)
    for row in store.rows(
        "SELECT wamid, status, at FROM statuses WHERE at <= ? AND wamid IN "  # noqa: S608
        f"(SELECT wamid FROM messages WHERE {condition}) ORDER BY at",
        [now, *arguments],
    ):
        reached[row["wamid"]].append({"status": row["status"], "at": clock.iso(row["at"])})
    return [_as_accepted(row, reached[row["wamid"]]) for row in messages]


def _as_accepted(row: sqlite3.Row, statuses: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "wamid": row["wamid"],
        "to": row["dialled"],
        "wa_id": row["customer"],
        "from_phone_number_id": row["phone_number_id"],
        "type": row["type"],
        "body": json.loads(row["body"]),
        "biz_opaque_callback_data": row["opaque"],
        "statuses": statuses,
        "accepted_at": clock.iso(row["at"]),
    }


def chat(store: Store, customer: str, phone_number_id: str, limit: int = 80) -> list[sqlite3.Row]:
    """The last messages both ways between one person and one number, oldest first."""
    rows = store.rows(
        "SELECT * FROM messages WHERE customer = ? AND phone_number_id = ? ORDER BY at DESC, rowid DESC LIMIT ?",
        (customer, phone_number_id, limit),
    )
    return rows[::-1]


def recent_customers(store: Store, phone_number_id: str, limit: int = 12) -> list[str]:
    """Who last exchanged a message with a number, newest first."""
    rows = store.rows(
        "SELECT customer FROM messages WHERE phone_number_id = ? ORDER BY stored_at DESC LIMIT 300", (phone_number_id,)
    )
    return list(dict.fromkeys(row["customer"] for row in rows))[:limit]


def forget_all(database: sqlite3.Connection) -> None:
    for table in ("messages", "statuses", "service_counts", "webhooks", "customers", "identities"):
        database.execute(f"DELETE FROM {table}")  # noqa: S608
