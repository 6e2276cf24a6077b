"""Webhooks under fire: whatever dies, each body that was answered 200 is stored once and processed once."""

import json
import os
import random
import time
from collections.abc import Callable, Iterator

import psutil
import pytest
import redis

from tests.chaos.copies import Copy, eventually, kill_all
from tests.chaos.sender import Judge, Meta

SECONDS = float(os.environ.get("CHAOS_SECONDS", "15"))
DRAIN_SECONDS = 90.0


@pytest.fixture
def meta(running: Copy) -> Iterator[Meta]:
    meta = Meta(running).start()
    yield meta
    meta.stop()


def judge(running: Copy, meta: Meta) -> None:
    """Stops the sender and holds the database to the sender's own record."""
    meta.stop()
    started = time.monotonic()
    court = Judge(running)
    eventually(running.is_ready, 60)
    eventually(court.is_drained, DRAIN_SECONDS)
    wamids = meta.stored
    counts = court.counts(wamids)
    print(f"\n{meta.summary} wamids {len(wamids)} {counts} drained in {time.monotonic() - started:.1f} s")  # noqa: T201
    assert len(wamids) > 50
    assert counts == {"events processed": len(wamids), "messages": len(wamids), "distinct messages": len(wamids)}


def under_fire(strike: Callable[[], object], pause: float = 1.0) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        strike()
        time.sleep(pause)


def one_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    return random.sample(processes, min(1, len(processes)))


def test_workers_and_web_are_killed_at_random(running, meta):
    pools = (("celery", "worker"), ("granian",))
    under_fire(lambda: [kill_all(one_of(running.children(*words))) for words in pools])
    judge(running, meta)


def test_the_whole_worker_is_killed(running, meta):
    kill_all(running.find("celery", "worker"))
    time.sleep(SECONDS / 3)
    judge(running, meta)


def test_postgresql_is_killed_and_recovers(running, meta):
    time.sleep(2)
    kill_all(running.parents("postgres"))
    time.sleep(SECONDS / 2)
    judge(running, meta)


def test_valkey_is_flushed_and_killed(running, meta):
    url = json.loads((running.data / "environment.json").read_text())["REDIS_URL"]
    with redis.Redis.from_url(url) as client:
        client.flushall()
    time.sleep(SECONDS / 3)
    kill_all(running.find("valkey-server"))
    time.sleep(SECONDS / 3)
    judge(running, meta)


def test_two_schedulers_at_once_do_nothing_twice(running, meta):
    beat = running.find("celery", "beat")[0]
    second = psutil.Popen(beat.cmdline(), cwd=beat.cwd(), env=beat.environ())
    try:
        time.sleep(SECONDS / 2)
    finally:
        second.terminate()
        second.wait(20)
    judge(running, meta)
