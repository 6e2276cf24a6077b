"""Proof that a webhook comes from Meta: HMAC-SHA256 over the raw bytes, with the app secret."""

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import redis

from whatsapp import valkey

SHAPE = re.compile(r"sha256=([0-9a-f]{64})")
COUNTED_HOURS = 24
COUNTER_LIFE = timedelta(hours=COUNTED_HOURS + 1)


def verify(body: bytes, header: str | None, secrets: Iterable[str]) -> bool:
    """Whether any of the app secrets made ``header`` (``sha256=`` and 64 lower-case digits) for ``body``."""
    shape = SHAPE.fullmatch(header or "")
    if shape is None:
        return False
    return any(hmac.compare_digest(shape[1], _digest(body, secret)) for secret in secrets if secret)


def count_refused(now: datetime) -> None:
    """Counts a webhook whose signature was refused; nothing else of it is kept."""
    valkey.attempt(lambda client: _count(client, _counter(now)))


def refused(now: datetime) -> int:
    """Webhooks refused in the last 24 hours; 0 while the counters cannot be read."""
    keys = [_counter(now - timedelta(hours=hours)) for hours in range(COUNTED_HOURS)]
    counts = valkey.attempt(lambda client: client.mget(keys)) or []
    return sum(int(count) for count in counts if count)


def _count(client: redis.Redis, key: str) -> None:
    with client.pipeline() as both:
        both.incr(key)
        both.expire(key, COUNTER_LIFE)
        both.execute()


def _digest(body: bytes, secret: str) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _counter(at: datetime) -> str:
    return f"recado:refused_signatures:{at:%Y%m%d%H}"
