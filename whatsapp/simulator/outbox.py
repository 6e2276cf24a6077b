"""Webhooks on their way: rows with a moment, claimed when due, signed, posted, tried again until the answer is 200.

While little is due each update has a POST of its own; under load those of one WABA share one, as with Meta. Whatever
is not answered 200 is tried again, less and less often, for a day, so that a product being restarted loses nothing.
A row that was on its way when the simulator died goes again: at least once, never lost.
"""

import json
import logging
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from . import signing
from .faults import Fault, Faults
from .post import Poster
from .rows.accounts import Account
from .store import Store

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.05
POSTERS = 6
BATCH_FROM, BATCH_SIZE, CLAIM_SIZE = 20, 100, 1000
RETRY_SECONDS = (0.5, 1, 2, 4, 8, 15, 15, 15, 30, 30, 60)  # then every minute
GIVE_UP_SECONDS = 24 * 3600
REORDER_SECONDS = 10  # how long an update waits to be overtaken before it goes anyway
# Only these follow a WABA's override; all else goes to the app's own address.
OVERRIDABLE = frozenset({
    "messages", "message_echoes", "calls", "consumer_profile", "messaging_handovers", "group_lifecycle_update",
    "group_participants_update", "group_settings_update", "group_status_update", "smb_message_echoes",
    "smb_app_state_sync", "history", "account_settings_update",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Update:
    """One change to tell. `entry_time` only for account-level fields; `customer` and `wamid` for faults and ticks."""

    field: str
    value: dict[str, Any]
    due_at: float
    phone_number_id: str = ""
    customer: str = ""
    wamid: str = ""
    entry_time: int | None = None
    entry_id: str = ""


def queue(database: sqlite3.Connection, account: Account, updates: Sequence[Update]) -> None:
    """Promise webhooks, within the caller's transaction; none for a WABA whose app is not subscribed."""
    if not account.subscribed:
        return
    database.executemany(
        "INSERT INTO webhooks (due_at, queued_at, entry_id, entry_time, field, url, phone_number_id, customer, wamid, "
        "value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                update.due_at,
                time.time(),
                update.entry_id or account.waba_id,
                update.entry_time,
                update.field,
                account.override_uri if update.field in OVERRIDABLE else "",
                update.phone_number_id,
                update.customer,
                update.wamid,
                json.dumps(update.value),
            )
            for update in updates
        ],
    )


class Outbox:
    """The thread that claims what is due, and the pool that posts it."""

    def __init__(self, store: Store, faults: Faults, url: str, app_secret: str) -> None:
        self.store, self.faults, self.url = store, faults, url
        self._app_secret = app_secret
        self._poster = Poster()
        self._pool = ThreadPoolExecutor(POSTERS, thread_name_prefix="webhook")
        self._free = threading.Semaphore(POSTERS * 2)
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)

    def start(self) -> None:
        with self.store.write() as database:
            database.execute("UPDATE webhooks SET in_flight = 0")
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout=5)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def wake(self) -> None:
        """Something is due now: do not wait for the next tick."""
        self._wake.set()

    def waiting(self) -> dict[str, Any]:
        """How many updates are overdue, and what the last refused one was answered."""
        row = self.store.row(
            "SELECT COUNT(*) AS late, MAX(trouble) AS trouble FROM webhooks WHERE attempts > 0",
        )
        return dict(row) if row else {}

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.wait(TICK_SECONDS)
            self._wake.clear()
            try:
                self._tick(time.time())
            except sqlite3.Error:
                logger.exception("the outbox could not read its rows; trying again")
                self._stopping.wait(1)

    def _tick(self, now: float) -> None:
        for group in _groups(self._claim(now)):
            self._free.acquire()
            if self._stopping.is_set():
                return
            self._pool.submit(self._deliver, group).add_done_callback(lambda _: self._free.release())

    def _claim(self, now: float) -> list[sqlite3.Row]:
        due = self.store.rows(
            "SELECT * FROM webhooks WHERE in_flight = 0 AND due_at <= ? ORDER BY due_at, id LIMIT ?", (now, CLAIM_SIZE)
        )
        if not due:
            return []
        with self.store.write() as database:
            going = [row for row in due if row["faulted"] or self._passes(database, row, now)]
            database.executemany("UPDATE webhooks SET in_flight = 1 WHERE id = ?", [(row["id"],) for row in going])
        return going

    def _passes(self, database: sqlite3.Connection, row: sqlite3.Row, now: float) -> bool:
        """Whether an update that is due for the first time goes now; a fault may drop it, hold it or double it."""
        if row["customer"]:
            database.execute(
                "UPDATE webhooks SET held = 0, due_at = ? WHERE held = 1 AND customer = ?", (now + 0.3, row["customer"])
            )
            overtakes = bool(database.execute("SELECT changes() AS n").fetchone()["n"])
        else:
            overtakes = False
        fault = None if overtakes else self.faults.take("webhook", row["customer"])
        return fault is None or apply_fault(database, row, fault, now)

    def _deliver(self, group: list[sqlite3.Row]) -> None:
        body = signing.dump(
            signing.envelope(
                [(row["entry_id"], row["entry_time"], row["field"], json.loads(row["value"])) for row in group]
            )
        )
        trouble = self._poster.post(group[0]["url"] or self.url, body, signing.headers(body, self._app_secret))
        self._record(group, trouble, time.time())

    def _record(self, group: list[sqlite3.Row], trouble: str, now: float) -> None:
        with self.store.write() as database:
            if not trouble:
                database.executemany("DELETE FROM webhooks WHERE id = ?", [(row["id"],) for row in group])
                database.executemany(
                    "UPDATE messages SET acknowledged_at = ? WHERE wamid = ? AND direction = 'in'",
                    [(now, row["wamid"]) for row in group if row["wamid"]],
                )
                return
            logger.warning("webhook not accepted (%s), %d updates wait", trouble, len(group))
            for row in group:
                self._put_back(database, row, trouble, now)

    def _put_back(self, database: sqlite3.Connection, row: sqlite3.Row, trouble: str, now: float) -> None:
        if now - row["queued_at"] > GIVE_UP_SECONDS:
            database.execute("DELETE FROM webhooks WHERE id = ?", (row["id"],))
            return
        pause = RETRY_SECONDS[min(row["attempts"], len(RETRY_SECONDS) - 1)]
        database.execute(
            "UPDATE webhooks SET in_flight = 0, faulted = 1, attempts = attempts + 1, trouble = ?, due_at = ? "
            "WHERE id = ?",
            (trouble, now + pause, row["id"]),
        )


def apply_fault(database: sqlite3.Connection, row: sqlite3.Row, fault: Fault, now: float) -> bool:
    """Do to an update what the fault says; whether it still goes now."""
    seconds, identifier = fault.delay_ms / 1000, row["id"]
    if fault.fault == "drop":
        database.execute("DELETE FROM webhooks WHERE id = ?", (identifier,))
    elif fault.fault == "duplicate":
        columns = "due_at, queued_at, entry_id, entry_time, field, url, phone_number_id, customer, wamid, value"
        database.execute(
            f"INSERT INTO webhooks ({columns}, faulted) SELECT {columns}, 1 FROM webhooks WHERE id = ?",  # noqa: S608
            (identifier,),
        )
    elif fault.fault == "delay":
        _hold(database, identifier, now + seconds)
    elif fault.fault == "reorder":
        _hold(database, identifier, now + REORDER_SECONDS, held=True)
    elif fault.fault == "batch":
        _hold(database, identifier, (now // seconds + 1) * seconds if seconds else now, batched=True)
    return fault.fault == "duplicate"


def _hold(
    database: sqlite3.Connection, identifier: int, due_at: float, *, held: bool = False, batched: bool = False
) -> None:
    database.execute(
        "UPDATE webhooks SET due_at = ?, faulted = 1, held = ?, batched = ? WHERE id = ?",
        (due_at, held, batched, identifier),
    )


def _groups(rows: list[sqlite3.Row]) -> list[list[sqlite3.Row]]:
    """One POST each: alone while few are due, by WABA under load, and all together what a `batch` fault gathered."""
    grouped: dict[tuple[object, ...], list[sqlite3.Row]] = defaultdict(list)
    crowded = len(rows) > BATCH_FROM
    for row in rows:
        if row["batched"]:
            key: tuple[object, ...] = ("batched", row["url"])
        elif crowded:
            key = (row["url"], row["entry_id"], row["faulted"], row["attempts"])
        else:
            key = (row["id"],)
        grouped[key].append(row)
    sized = (
        [group[start : start + BATCH_SIZE] for start in range(0, len(group), BATCH_SIZE)] for group in grouped.values()
    )
    return [part for parts in sized for part in parts]
