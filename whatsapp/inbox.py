"""The inbox of flow A: webhooks become rows at the door (``receive``), rows become effects later (``process``)."""

import hashlib
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog
from django.db import DataError, InterfaceError, OperationalError, connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from tenants.models import PhoneNumber
from whatsapp import bell, statuses
from whatsapp.models import WebhookEvent
from whatsapp.processing import RELEASED, process, retry_failures
from whatsapp.providers import get_provider
from whatsapp.providers.base import ProviderClient, Slice

__all__ = ["PROCESS_TASK", "process", "receive", "release_waiting", "sweep"]

PROCESS_TASK = "whatsapp.process_events"
RELEASED_BY_CLAIM = timedelta(hours=24)

State = WebhookEvent.State
log = structlog.get_logger(__name__)

INSERT_SQL = """
INSERT INTO {table} (key, field, item, lane, entry_id, phone_number_id, contact_ref, message_ref, payload, body, state,
                     note, provider, parser_version, attempts, error, received_at, due_at)
SELECT v.*, %s, 0, 0, '', %s, %s
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
              %s::text[], %s::bytea[], %s::text[], %s::text[]) AS v
ON CONFLICT (key) DO NOTHING
"""


class Row(NamedTuple):
    """An event as the door stores it; the order of the fields is the statement's."""

    key: str
    field: str = ""
    item: str = ""
    lane: str = WebhookEvent.Lane.LIVE.value
    entry_id: str = ""
    phone_number_id: str = ""
    contact_ref: str = ""
    message_ref: str = ""
    payload: str = ""
    body: bytes | None = None
    state: str = State.NEW.value
    note: str = ""


def receive(provider: str, body: bytes, now: datetime) -> int:
    """Stores what a verified webhook tells; answers how many events are new. Committed when it returns.

    Raises the database's OperationalError or InterfaceError when nothing could be stored: the provider must be told to
    send it again.
    """
    rows = _rows(get_provider(provider), body)
    stored = _on_a_live_connection(lambda: _store(provider, rows, now))
    if stored:
        bell.ring(PROCESS_TASK)
    return stored


def release_waiting(number: PhoneNumber, now: datetime, *, everything: bool = False) -> int:
    """Lets waiting events of a number that was just claimed go to its owner; answers how many.

    Only those of the last 24 hours, and only if nobody owned the number before: ``everything`` is for platform staff.
    """
    released = _release(PhoneNumber.objects.filter(pk=number.pk), now, everything=everything)
    if released:
        bell.ring(PROCESS_TASK)
    return released


def sweep(now: datetime) -> bool:
    """What the bell and the moment missed; beat calls it. Answers whether events are due."""
    _release(PhoneNumber.objects.filter(owned_from__gte=now - RELEASED_BY_CLAIM), now)
    statuses.adopt_recent(now)
    retry_failures(now)
    is_due = WebhookEvent.objects.filter(state=State.NEW, due_at__lte=now).exists()
    if is_due:
        bell.ring(PROCESS_TASK)
    return is_due


def _rows(client: ProviderClient, body: bytes) -> list[Row]:
    """Unique and sorted by key, so that two deliveries of the same body never wait for each other in a circle."""
    try:
        slices = list(client.split(json.loads(body)))
        rows = {part.key: _row(part) for part in slices}
    except (ValueError, RecursionError):  # no JSON, not an envelope, bottomless, a number of too many digits
        return [_whole(body, "not_understood")]
    return [rows[key] for key in sorted(rows)] or [_whole(body, "empty")]


def _row(part: Slice) -> Row:
    return Row(
        key=part.key,
        field=part.field,
        item=part.item,
        lane=part.lane,
        entry_id=part.entry_id,
        phone_number_id=part.phone_number_id,
        contact_ref=part.contact_ref,
        message_ref=part.message_ref,
        payload=json.dumps(part.payload),  # ASCII escapes: PostgreSQL refuses NUL and lone surrogates
    )


def _whole(body: bytes, note: str) -> Row:
    return Row(key=hashlib.sha256(body).hexdigest(), body=body, state=State.IGNORED.value, note=note)


def _store(provider: str, rows: list[Row], now: datetime) -> int:
    """One statement. What the database refuses for one row must not undo its neighbours: then one by one."""
    try:
        return _insert(provider, rows, now)
    except DataError:
        return sum(_insert_doubtful(provider, row, now) for row in rows)


def _insert_doubtful(provider: str, row: Row, now: datetime) -> int:
    try:
        return _insert(provider, [row], now)
    except DataError as error:
        log.exception("event_kept_as_bytes", key=row.key, error=type(error).__name__)
        whole = Row(key=row.key, body=row.payload.encode(), state=State.IGNORED.value, note="refused_by_database")
        return _insert(provider, [whole], now)


def _insert(provider: str, rows: Iterable[Row], now: datetime) -> int:
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_SQL.format(table=WebhookEvent._meta.db_table), [provider, now, now, *columns])
        return cursor.rowcount


def _on_a_live_connection(store: Callable[[], int]) -> int:
    """A pooled connection that broke since its last use is dropped, and the statement tried once more."""
    try:
        return store()
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.connection is None or connection.is_usable():
            raise
        connection.close()
        return store()


def _release(numbers: QuerySet[PhoneNumber], now: datetime, *, everything: bool = False) -> int:
    events = WebhookEvent.objects.filter(state=State.WAITING, tenant=None)  # what had an owner stays that one's
    owned = numbers.filter(owned_until=None)
    if not everything:
        earlier = PhoneNumber.objects.filter(phone_number_id=OuterRef("phone_number_id"), owned_until__isnull=False)
        events = events.filter(received_at__gte=now - RELEASED_BY_CLAIM)
        owned = owned.filter(~Exists(earlier))
    of_account = Q(phone_number_id="", entry_id__in=owned.values("account__waba_id"))
    theirs = events.filter(Q(phone_number_id__in=owned.values("phone_number_id")) | of_account)
    return theirs.update(state=State.NEW, note=RELEASED, due_at=now, attempts=0)
