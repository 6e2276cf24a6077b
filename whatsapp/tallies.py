"""What happened how often and how fast: counters of all processes together, kept in Valkey for /metrics and alerts.

Counting costs a dictionary's entry; a thread of each process carries what it counted to Valkey about once a second, so
that nobody waits for it. While Valkey is away the counts wait in their processes. A convenience: what must not be lost
is a row. The counters go up from when Valkey was last emptied, as Prometheus expects of counters.

Every count is also kept in slots of five minutes for an hour and a half (``lately``).
"""

import atexit
import functools
import os
import threading
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
import structlog
from django.conf import settings

from whatsapp import valkey

SLOT = timedelta(minutes=5)
SLOTS_LIVE = timedelta(minutes=90)
FLUSH_SECONDS = 1.0
TOTAL_KEY = "recado:tally"
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)  # seconds
BOUNDS = (*map(str, BUCKETS), "+Inf")
LABEL_LIMIT = 60  # characters of a label's value: some are other people's words
SEPARATOR = "\x1f"

Labels = tuple[tuple[str, str], ...]
Series = tuple[str, Labels]  # a counter's name, and its labels by name

log = structlog.get_logger(__name__)


def count(name: str, by: float = 1, /, **labels: str) -> None:
    """Adds to a counter."""
    _ledger(os.getpid()).add({_series_of(name, tuple(labels.items())): by})


def observe(name: str, seconds: Iterable[float], /, **labels: str) -> None:
    """Adds to a histogram: ``<name>_bucket`` by ``le`` (each by itself, not yet summed up) and ``<name>_sum``."""
    counts: dict[Series, float] = defaultdict(float)
    own = tuple(labels.items())
    for length in seconds:
        counts[_series_of(f"{name}_bucket", (*own, ("le", BOUNDS[bisect_left(BUCKETS, length)])))] += 1
        counts[_series_of(f"{name}_sum", own)] += length
    _ledger(os.getpid()).add(counts)


def flush() -> bool:
    """Carries what this process counted to Valkey now; False while that cannot be done."""
    return _ledger(os.getpid()).flush()


def totals() -> dict[Series, float] | None:
    """Every counter; None while Valkey does not answer."""
    found = valkey.attempt(lambda client: client.hgetall(TOTAL_KEY))
    return None if found is None else _parse(found)


def lately(now: datetime, time_back: timedelta) -> dict[Series, float] | None:
    """What was counted in the last while, to the slot; None while Valkey does not answer."""
    slots = range(int(time_back / SLOT) + 1)
    keys = [_slot_key(now - SLOT * slot) for slot in slots]

    def read(client: redis.Redis) -> list[dict[Any, Any]]:
        with client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.hgetall(key)
            return list(pipeline.execute())

    found = valkey.attempt(read)
    if found is None:
        return None
    summed: dict[Series, float] = defaultdict(float)
    for slot in found:
        for series, value in _parse(slot).items():
            summed[series] += value
    return summed


class Ledger:
    """One process's counts that Valkey does not have yet."""

    def __init__(self) -> None:
        self._counts: dict[Series, float] = defaultdict(float)
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._client = valkey.connect(settings.REDIS_URL)
        threading.Thread(target=self._run, name="tallies", daemon=True).start()
        atexit.register(self.flush)

    def add(self, counts: Mapping[Series, float]) -> None:
        with self._lock:
            for series, by in counts.items():
                self._counts[series] += by
        if not self._wake.is_set():  # it is cleared before the counts are taken: none is left behind
            self._wake.set()

    def flush(self) -> bool:
        with self._lock:
            taken, self._counts = self._counts, defaultdict(float)
        try:
            self._write(taken)
        except (redis.RedisError, OSError):
            self.add(taken)
            return False
        return True

    def _run(self) -> None:
        while self._wake.wait():
            self._wake.clear()
            time.sleep(FLUSH_SECONDS)
            if not self.flush():
                self._wake.set()

    def _write(self, counts: Mapping[Series, float]) -> None:
        if not counts:
            return
        slot = _slot_key(datetime.now(UTC))
        with self._client.pipeline(transaction=True) as pipeline:
            for series, by in counts.items():
                for key in (TOTAL_KEY, slot):
                    pipeline.hincrbyfloat(key, _field(series), by)
            pipeline.expire(slot, SLOTS_LIVE)
            pipeline.execute()


@functools.cache
def _ledger(_process_id: int) -> Ledger:
    """One a process: threads do not survive a fork."""
    return Ledger()


@functools.lru_cache(5_000)
def _series_of(name: str, labels: Labels) -> Series:
    return name, tuple(sorted((label, _plain(value)) for label, value in labels))


def _plain(value: str) -> str:
    """What other people wrote may hold anything."""
    cut = value[:LABEL_LIMIT]
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(char if char.isprintable() else "?" for char in cut)


def _field(series: Series) -> str:
    name, labels = series
    return SEPARATOR.join([name, *(f"{label}={value}" for label, value in labels)])


def _parse(fields: Mapping[Any, Any]) -> dict[Series, float]:
    return {_series(field.decode(errors="replace")): float(value) for field, value in fields.items()}


def _series(field: str) -> Series:
    name, *labels = field.split(SEPARATOR)
    pairs = (label.partition("=") for label in labels)
    return name, tuple((label, value) for label, _equals, value in pairs)


def _slot_key(at: datetime) -> str:
    return f"{TOTAL_KEY}:{int(at.timestamp() // SLOT.total_seconds())}"
