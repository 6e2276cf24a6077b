"""Webhooks under fire: whatever dies, each body that was answered 200 is stored once and processed once."""

import json
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psutil
import pytest
import redis

from tests.chaos.copies import Copy, eventually, kill_all
from tests.chaos.sender import SECONDS, Meta, judge, wait_until_taken

SETTLED_SECONDS = 6.0


@pytest.fixture
def meta(running: Copy) -> Iterator[Meta]:
    """Bodies that come, and are taken, before anything happens to the copy."""
    eventually(running.is_ready, 90)
    meta = Meta(running).start()
    try:
        wait_until_taken(meta)
        yield meta
    finally:
        meta.stop()


def under_fire(strike: Callable[[], object], pause: float = 1.0) -> None:
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        strike()
        time.sleep(pause)


def one_of(processes: list[psutil.Process]) -> list[psutil.Process]:
    return random.sample(processes, min(1, len(processes)))


def settled(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that have run for a while: granian takes one that dies at once for a crash loop, and gives up."""
    return [process for process in processes if time.time() - started_at(process) > SETTLED_SECONDS]


def started_at(process: psutil.Process) -> float:
    try:
        return process.create_time()
    except psutil.NoSuchProcess:
        return time.time()


def valkey(running: Copy) -> redis.Redis:
    return redis.Redis.from_url(json.loads((running.data / "environment.json").read_text())["REDIS_URL"])


@contextmanager
def hanging(running: Copy, *words: str) -> Iterator[None]:
    """Its processes stand still: connections stay open, and nobody answers."""
    processes = running.find(*words)
    kill_all(processes, signal.SIGSTOP)
    try:
        yield
    finally:
        kill_all(processes, signal.SIGCONT)


def stop_in_order(running: Copy, *words: str, number: int) -> None:
    """As a person who maintains it would; the supervisor starts it again."""
    before = {process.pid for process in running.parents(*words)}
    kill_all(running.parents(*words), number)
    eventually(lambda: {process.pid for process in running.parents(*words)} - before, 60)


def test_workers_and_web_are_killed_at_random(running, meta):
    def strike():
        kill_all(one_of(running.children("celery", "worker")))
        kill_all(one_of(settled(running.children("granian"))))

    under_fire(strike)
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


def test_postgresql_is_stopped_and_started(running, meta):
    time.sleep(SECONDS / 4)
    stop_in_order(running, "postgres", number=signal.SIGINT)
    time.sleep(SECONDS / 2)
    judge(running, meta)


def test_postgresql_hangs(running, meta):
    time.sleep(SECONDS / 4)
    with hanging(running, "postgres"):
        time.sleep(SECONDS / 2)
    judge(running, meta)


def test_valkey_is_flushed_and_killed(running, meta):
    with valkey(running) as client:
        client.flushall()
    time.sleep(SECONDS / 3)
    kill_all(running.find("valkey-server"))
    time.sleep(SECONDS / 3)
    judge(running, meta)


def test_valkey_is_flushed_again_and_again(running, meta):
    with valkey(running) as client:
        under_fire(client.flushall, pause=0.5)
    judge(running, meta)


def test_valkey_is_stopped_and_started(running, meta):
    time.sleep(SECONDS / 4)
    stop_in_order(running, "valkey-server", number=signal.SIGTERM)
    time.sleep(SECONDS / 2)
    judge(running, meta)


def test_valkey_hangs_and_meta_is_answered_all_the_same(running, meta):
    with hanging(running, "valkey-server"):
        time.sleep(SECONDS / 4)
        wait_until_taken(meta, 20, seconds=30)
        time.sleep(SECONDS / 4)
    judge(running, meta)


def test_two_schedulers_at_once_do_nothing_twice(running, meta):
    beat = running.find("celery", "beat")[0]
    second = psutil.Popen(beat.cmdline(), cwd=beat.cwd(), env=beat.environ())
    try:
        time.sleep(SECONDS / 2)
    finally:
        second.terminate()
        second.wait(60)
    judge(running, meta)
