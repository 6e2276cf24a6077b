"""A backlog of 200 000 events, drained by a worker as the Procfile starts it: its memory, and its pace to the end."""

import itertools
import json
import os
import threading
import time
from collections.abc import Iterator

import psutil
import pytest
from django.utils import timezone

from tests.bench import bodies, stands, whole
from tests.factories import make_number, make_tenant
from whatsapp import bell, inbox
from whatsapp.inbox import PROCESS_TASK

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = int(os.environ.get("BENCH_BACKLOG_EVENTS", "200000"))
LIMIT_MB, GROWTH = 300, 1.2
POST = 1_000
MB = 1024 * 1024


class Memory:
    """The largest resident set of each process of a family, in MB, seen by a thread of its own."""

    def __init__(self, process: psutil.Process) -> None:
        self.largest: dict[int, float] = {}
        self._process, self._over = process, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.5):
            for pid, size in self._sizes():
                self.largest[pid] = max(size, self.largest.get(pid, 0.0))

    def _sizes(self) -> Iterator[tuple[int, float]]:
        for process in [self._process, *self._process.children(recursive=True)]:
            try:
                yield process.pid, process.memory_info().rss / MB
            except psutil.NoSuchProcess:
                continue


def store(number, count: int) -> None:
    """Three statuses for each text, by the door's own function."""
    kinds = [bodies.text, bodies.status, bodies.status, bodies.status]
    for start in range(0, count, POST):
        values = [kinds[n % 4](number.phone_number_id) for n in range(min(POST, count - start))]
        inbox.receive("meta", json.dumps(bodies.envelope(number.account.waba_id, *values)).encode(), timezone.now())


def tenths(answers: list[tuple[float, float]], total: int) -> list[float]:
    """Seconds that each tenth of the events took, from (seconds, events left) as they were seen."""
    begun = next(index for index, (_, left) in enumerate(answers) if left < total) - 1
    marks = [total * (10 - n) / 10 for n in range(11)]
    times = [_when(answers[max(begun, 0) :], mark) for mark in marks]
    return [after - before for before, after in itertools.pairwise(times)]


def _when(answers: list[tuple[float, float]], mark: float) -> float:
    """When ``mark`` events were left, on the line between the two answers around it."""
    before = answers[0]
    for now in answers:
        if now[1] <= mark:
            share = (before[1] - mark) / (before[1] - now[1]) if before[1] > now[1] else 0.0
            return before[0] + share * (now[0] - before[0])
        before = now
    raise ValueError(f"never came down to {mark}")


def test_a_backlog_is_drained_in_steady_memory_at_a_steady_pace():
    number = make_number(make_tenant("bench"))
    store(number, EVENTS)
    env = whole.environment()
    with (
        stands.worker(env) as worker,
        stands.beat(env),
        Memory(worker) as memory,
        whole.Watch(whole.NEW, 0.25) as watch,
    ):
        began = time.monotonic()
        bell.ring(PROCESS_TASK)
        whole.wait_for(whole.NEW, 0, seconds=EVENTS / 100)
        seconds = time.monotonic() - began
        time.sleep(1)
    parts = tenths(watch.answers, EVENTS)
    largest, growth = max(memory.largest.values()), parts[-1] / parts[0]
    print(f"\nbacklog of {EVENTS} events: {seconds:.0f} s, {EVENTS / seconds:.0f}/s; tenths in s:", end=" ")
    print(" ".join(f"{part:.1f}" for part in parts), f"(last/first x{growth:.2f}, goal {GROWTH})")
    sizes = sorted(round(size) for size in memory.largest.values())
    print(f"  largest process of the worker {largest:.0f} MB (goal {LIMIT_MB}); all: {sizes}")
    assert largest < LIMIT_MB
    assert growth <= GROWTH
