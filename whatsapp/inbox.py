"""The inbox of flow A: webhooks become rows at the door (``receive``), rows become effects later (``process``)."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import DataError, InterfaceError, OperationalError, connection
from django.db.models import Q, QuerySet

from tenants import connections, prepared
from tenants.models import PhoneNumber
from whatsapp import bell, clocks, revisions, statuses
from whatsapp.models import WebhookEvent
from whatsapp.owners import RELEASED
from whatsapp.processing import process
from whatsapp.providers import get_provider
from whatsapp.providers.base import ProviderClient, Slice
from whatsapp.retrying import retry_failures

__all__ = ["HISTORY_TASK", "PROCESS_TASK", "process", "receive", "release_waiting", "sweep"]

PROCESS_TASK, HISTORY_TASK = "whatsapp.process_events", "whatsapp.import_history"
# A task a lane, so that the history of a phone app delays nothing that is live.
TASKS: dict[str, str] = {WebhookEvent.Lane.LIVE: PROCESS_TASK, WebhookEvent.Lane.HISTORY: HISTORY_TASK}
RELEASED_BY_CLAIM = timedelta(hours=24)

State = WebhookEvent.State
log = structlog.get_logger(__name__)

_COLUMNS = len(Slice._fields)
_INSERT = """
INSERT INTO {table} (key, field, item, lane, entry_id, phone_number_id, contact_ref, message_ref, payload,
                     provider, received_at, due_at, state, note, attempts, error, parser_version)
SELECT v.*, {shared}, 'new', '', 0, '', 0 FROM {rows} AS v ON CONFLICT (key) DO NOTHING
"""
_TABLE = WebhookEvent._meta.db_table
_INSERT_ONE = prepared.Write(
    "store_event",
    _INSERT.format(
        table=_TABLE,
        rows=f"(VALUES ({', '.join(f'${n}::text' for n in range(1, _COLUMNS + 1))}))",
        shared=f"${_COLUMNS + 1}::text, ${_COLUMNS + 2}::text::timestamptz, ${_COLUMNS + 2}::text::timestamptz",
    ),
)
# Binary parameters: as text, every quote of a payload would be escaped once more, in Python.
_INSERT_MANY = _INSERT.format(table=_TABLE, rows=f"unnest({', '.join(['%b::text[]'] * _COLUMNS)})", shared="%s, %s, %s")


def receive(provider: str, body: bytes, now: datetime) -> int:
    """Stores what a verified webhook tells; answers how many events are new. Committed when it returns.

    Raises the database's OperationalError or InterfaceError when nothing could be stored: the provider must be told to
    send it again.
    """
    rows = _cut(get_provider(provider), body)
    stored = _on_a_live_connection(lambda: _store(provider, rows, now) if rows else _keep_whole(provider, body, now))
    if stored:
        for lane in {row.lane for row in rows}:
            bell.ring_soon(TASKS[lane])
    return stored


def release_waiting(number: PhoneNumber, now: datetime, *, everything: bool = False) -> int:
    """Lets waiting events of a number that was just claimed go to its owner; answers how many.

    Only those of the last 24 hours, and only if nobody owned the number before: ``everything`` is for platform staff.
    """
    released = _release(PhoneNumber.objects.owned().filter(pk=number.pk), now, everything=everything)
    if released:
        for task in TASKS.values():
            bell.ring(task)
    return released


def sweep(now: datetime) -> bool:
    """What the bell and the moment missed; beat calls it. Answers whether events are due."""
    clocks.catch_up(now)
    _release(PhoneNumber.objects.owned().filter(owned_from__gte=now - RELEASED_BY_CLAIM), now)
    statuses.adopt_recent(now)
    revisions.adopt_recent(now)
    retry_failures(now)
    due = WebhookEvent.objects.filter(state=State.NEW, due_at__lte=now)
    lanes = [lane for lane in TASKS if due.filter(lane=lane).exists()]
    for lane in lanes:
        bell.ring(TASKS[lane])
    return bool(lanes)


def unheard_numbers() -> QuerySet[WebhookEvent, str]:
    """The phone number ids of which statuses are stored that nobody has processed yet; for a subquery."""
    waiting = WebhookEvent.objects.filter(state=WebhookEvent.State.NEW, lane=WebhookEvent.Lane.LIVE, item="statuses")
    return waiting.order_by().values_list("phone_number_id", flat=True)


def _cut(client: ProviderClient, body: bytes) -> list[Slice]:
    """Unique and sorted by key, so that two deliveries of the same body never wait for each other in a circle.

    Empty for what is not understood: no JSON, not an envelope, bottomless, a number of too many digits.
    """
    try:
        rows = {row.key: row for row in client.split(json.loads(body))}
    except (ValueError, RecursionError):
        return []
    return [rows[key] for key in sorted(rows)]


def _store(provider: str, rows: Sequence[Slice], now: datetime) -> int:
    """One statement. What the database refuses for one row must not undo its neighbours: then one by one."""
    try:
        return _insert(provider, rows, now)
    except DataError:
        return sum(_insert_doubtful(provider, row, now) for row in rows)


def _insert_doubtful(provider: str, row: Slice, now: datetime) -> int:
    try:
        return _insert(provider, [row], now)
    except DataError as error:
        log.exception("event_kept_as_bytes", key=row.key, error=type(error).__name__)
        return _keep(provider, row.key, row.payload.encode(), "refused_by_database", now)


def _insert(provider: str, rows: Sequence[Slice], now: datetime) -> int:
    """Planned once a connection: for a single row the plan costs more than the insert."""
    if len(rows) == 1 and (stored := _INSERT_ONE.execute([*rows[0], provider, now.isoformat()])) is not None:
        return stored
    connection.ensure_connection()
    with connection.wrap_database_errors:
        values = [provider, now, now, *map(list, zip(*rows, strict=True))]
        return connection.connection.execute(_INSERT_MANY, values, prepare=True).rowcount


def _keep_whole(provider: str, body: bytes, now: datetime) -> int:
    note = "empty" if _is_json(body) else "not_understood"
    return _keep(provider, hashlib.sha256(body).hexdigest(), body, note, now)


def _is_json(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body).get("entry"), list)
    except (ValueError, RecursionError, AttributeError):
        return False


def _keep(provider: str, key: str, body: bytes, note: str, now: datetime) -> int:
    """What cannot be an event of its own is kept as bytes, once."""
    kept = {"body": body, "provider": provider, "note": note, "state": State.IGNORED, "received_at": now, "due_at": now}
    _, is_new = WebhookEvent.objects.get_or_create(key=key, defaults=kept)
    return int(is_new)


def _on_a_live_connection(store: Callable[[], int]) -> int:
    """A pooled connection that broke since its last use is dropped, and the statement tried once more."""
    try:
        return store()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.connection is None or connection.is_usable():
            raise
        connection.close()
        return store()


def _release(owned: QuerySet[PhoneNumber], now: datetime, *, everything: bool = False) -> int:
    events = WebhookEvent.objects.filter(state=State.WAITING, tenant=None)  # what had an owner stays that one's
    if not everything:
        events = events.filter(received_at__gte=now - RELEASED_BY_CLAIM)
        owned = connections.never_owned_before(owned)
    of_account = Q(phone_number_id="", entry_id__in=owned.values("account__waba_id"))
    theirs = events.filter(Q(phone_number_id__in=owned.values("phone_number_id")) | of_account)
    return theirs.update(state=State.NEW, note=RELEASED, due_at=now, attempts=0)
