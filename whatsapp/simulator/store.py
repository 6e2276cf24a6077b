"""The simulator's memory: one SQLite file in WAL mode, so that a restart forgets nothing.

One connection writes and one reads, each behind its lock. Every write is a short transaction (about 0.1 ms without a
sync to disk: a killed process loses nothing, a power cut may lose the last second, which a stand-in can afford).
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS accounts (
    waba_id TEXT PRIMARY KEY, name TEXT NOT NULL, business_id TEXT NOT NULL, contact_name TEXT NOT NULL DEFAULT '',
    subscribed INTEGER NOT NULL DEFAULT 1, override_uri TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS unverified (
    waba_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS tokens (
    token TEXT NOT NULL, waba_id TEXT NOT NULL, created_at REAL NOT NULL, PRIMARY KEY (token, waba_id));
CREATE TABLE IF NOT EXISTS grants (
    token TEXT PRIMARY KEY, scopes TEXT NOT NULL, expires_at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS codes (
    code TEXT PRIMARY KEY, token TEXT NOT NULL, made_at REAL NOT NULL, used_at REAL);
CREATE TABLE IF NOT EXISTS registrations (
    phone_number_id TEXT NOT NULL, pin TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS phone_apps (
    phone_number_id TEXT PRIMARY KEY, onboarded_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS phone_app_requests (
    phone_number_id TEXT NOT NULL, sync_type TEXT NOT NULL, request_id TEXT NOT NULL, onboarded_at REAL NOT NULL,
    PRIMARY KEY (phone_number_id, sync_type, onboarded_at));
CREATE TABLE IF NOT EXISTS phone_app_pasts (
    phone_number_id TEXT PRIMARY KEY, past TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS numbers (
    phone_number_id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, display_phone_number TEXT NOT NULL, digits TEXT NOT NULL,
    verified_name TEXT NOT NULL, throughput INTEGER NOT NULL, messaging_limit TEXT NOT NULL, status TEXT NOT NULL,
    quality_rating TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS templates (
    id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL, category TEXT NOT NULL,
    status TEXT NOT NULL, parameter_format TEXT NOT NULL, components TEXT NOT NULL, decided_at REAL NOT NULL,
    updated_at REAL NOT NULL, UNIQUE (waba_id, name, language));
CREATE TABLE IF NOT EXISTS template_acts (
    waba_id TEXT NOT NULL, template_id TEXT NOT NULL, name TEXT NOT NULL, act TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS template_acts_of ON template_acts (waba_id, act, at);
CREATE TABLE IF NOT EXISTS template_facts (
    template_id TEXT PRIMARY KEY, ttl INTEGER, before_archive TEXT NOT NULL DEFAULT '',
    quality TEXT NOT NULL DEFAULT '', rejected_reason TEXT NOT NULL DEFAULT '');
CREATE TABLE IF NOT EXISTS uploads (
    id TEXT PRIMARY KEY, file_name TEXT NOT NULL, file_type TEXT NOT NULL, file_length INTEGER NOT NULL,
    content BLOB NOT NULL DEFAULT x'', handle TEXT NOT NULL DEFAULT '', expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS insights (
    waba_id TEXT PRIMARY KEY, enabled_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS customers (
    wa_id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS blocked (
    phone_number_id TEXT NOT NULL, wa_id TEXT NOT NULL, PRIMARY KEY (phone_number_id, wa_id));
CREATE TABLE IF NOT EXISTS identities (
    user_id TEXT PRIMARY KEY, business_id TEXT NOT NULL, wa_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS messages (
    wamid TEXT PRIMARY KEY, direction TEXT NOT NULL, phone_number_id TEXT NOT NULL, customer TEXT NOT NULL,
    dialled TEXT NOT NULL DEFAULT '', type TEXT NOT NULL, body TEXT NOT NULL, bubble TEXT NOT NULL,
    opaque TEXT, opens_window INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL, stored_at REAL NOT NULL,
    acknowledged_at REAL, read_at REAL);
CREATE INDEX IF NOT EXISTS messages_chat ON messages (customer, phone_number_id, direction, at);
CREATE INDEX IF NOT EXISTS messages_number ON messages (phone_number_id, stored_at);
CREATE INDEX IF NOT EXISTS messages_dialled ON messages (dialled, at);
CREATE INDEX IF NOT EXISTS messages_time ON messages (direction, at);
CREATE TABLE IF NOT EXISTS statuses (
    wamid TEXT NOT NULL, status TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (wamid, status)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS service_counts (
    phone_number_id TEXT NOT NULL, month TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (phone_number_id, month));
CREATE TABLE IF NOT EXISTS media (
    id TEXT PRIMARY KEY, phone_number_id TEXT NOT NULL, mime_type TEXT NOT NULL, sha256 TEXT NOT NULL,
    filename TEXT NOT NULL DEFAULT '', content BLOB NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS webhooks (
    id INTEGER PRIMARY KEY, due_at REAL NOT NULL, in_flight INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0, trouble TEXT NOT NULL DEFAULT '', queued_at REAL NOT NULL,
    entry_id TEXT NOT NULL, entry_time INTEGER, field TEXT NOT NULL, url TEXT NOT NULL DEFAULT '',
    phone_number_id TEXT NOT NULL DEFAULT '', customer TEXT NOT NULL DEFAULT '', wamid TEXT NOT NULL DEFAULT '',
    value TEXT NOT NULL, faulted INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
    batched INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS webhooks_due ON webhooks (in_flight, due_at);
CREATE INDEX IF NOT EXISTS webhooks_held ON webhooks (customer) WHERE held = 1;
"""


class Store:
    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer, self._reader = _open(path), _open(path)
        self._writing, self._reading = threading.RLock(), threading.Lock()
        self._writer.executescript(SCHEMA)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of the block or nothing of it. Not to be nested."""
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def rows(self, sql: str, arguments: Sequence[Any] = ()) -> list[sqlite3.Row]:
        with self._reading:
            return self._reader.execute(sql, arguments).fetchall()

    def row(self, sql: str, arguments: Sequence[Any] = ()) -> sqlite3.Row | None:
        with self._reading:
            found: sqlite3.Row | None = self._reader.execute(sql, arguments).fetchone()
            return found

    def close(self) -> None:
        with self._writing, self._reading:
            self._writer.close()
            self._reader.close()


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA synchronous = OFF")  # before the next, which would wait for the disk
    connection.execute("PRAGMA journal_mode = WAL")
    return connection
