"""Publishes the outbox to Redis Streams: at least once, in order.

One relay publishes at a time: an advisory lock of PostgreSQL, held by its connection, decides which; the others stand
by and take over when that connection is gone. No row lock and no transaction is open while Redis is spoken to, so a
Redis that hangs holds nobody up. A crash between publishing and marking publishes again, with the same ``id``.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import redis
import structlog
from django.conf import settings
from django.db import connection

from notifications.models import OutboxEvent

log = structlog.get_logger(__name__)

ENVELOPE_VERSION = 1
BATCH = 500
LOCK = 0x5EC0AD0  # this relay's number among PostgreSQL's advisory locks
STREAM_LENGTH = 1_000_000  # entries a stream keeps, roughly: a reader that never comes must not fill the memory


def client() -> redis.Redis:
    """Short timeouts: a round that fails is repeated."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=5)


@contextmanager
def turn() -> Iterator[bool]:
    """Whether this process may publish now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        mine = cursor.fetchone()[0]
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def publish(store: redis.Redis, now: datetime, batch: int = BATCH) -> int:
    """One batch of what is owed; answers how many events. redis.RedisError: nothing was marked, all are owed still."""
    with turn() as mine:
        if not mine:
            return 0
        events = list(OutboxEvent.objects.filter(published_at=None).order_by("occurred_at", "created_at")[:batch])
        if events:
            _add(store, events)
            OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(published_at=now)
        return len(events)


def _add(store: redis.Redis, events: Sequence[OutboxEvent]) -> None:
    pipeline = store.pipeline(transaction=True)
    for event in events:
        pipeline.xadd(event.stream, envelope(event), maxlen=STREAM_LENGTH, approximate=True)
    pipeline.execute()


def envelope(event: OutboxEvent) -> dict[Any, Any]:
    """A stream entry's fields, all of them text; ``data`` is JSON."""
    return {
        "id": str(event.pk),
        "type": event.type,
        "tenant_id": str(event.tenant_id),
        "occurred_at": event.occurred_at.isoformat(),
        "version": str(ENVELOPE_VERSION),
        "data": json.dumps(event.data),
    }
