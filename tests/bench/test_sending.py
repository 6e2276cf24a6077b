"""Sending against its floor F3: one requests.Session in as many threads, which stores nothing.

Both send to the same stand-in, by turns; the medians of the turns are compared. Limits are counted by the stand-in, as
Meta would.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.db import connection
from django.utils import timezone

from notifications import queue
from notifications.models import NotificationJob
from tenants.models import PhoneNumber
from tests.bench import backlog
from tests.bench.stands import ROOT, serving
from tests.factories import make_ready_tenant

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 3
THREADS = 32


class Meta:
    """The stand-in, and who sends to it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def report(self) -> dict[str, Any]:
        return requests.get(f"{self.url}/report", timeout=30).json()

    def floor(self, count: int, threads: int = THREADS) -> dict[str, float]:
        command = [
            sys.executable,
            "-m",
            "tests.bench.floors.f3",
            f"{self.url}/v25.0/1/messages",
            str(count),
            str(threads),
        ]
        return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)

    def workers(self, count: int = 1, *, threads: int = THREADS, seconds: int = 600) -> list[dict[str, float]]:
        """What ``count`` worker processes did that began together."""
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        env = os.environ | {
            "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
            "WHATSAPP_META_GRAPH_URL": self.url,
            "WHATSAPP_AUTOMATION_SEND_THREADS": str(threads),
        }
        command = [sys.executable, "-m", "tests.bench.sender", str(seconds)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        started = [subprocess.Popen(command, cwd=ROOT, env=env, **pipes) for _ in range(count)]
        for worker in started:
            assert worker.stdout.readline() == "ready\n"
        for worker in started:
            worker.stdin.write("go\n")
            worker.stdin.flush()
        return [json.loads(worker.communicate()[0]) for worker in started]


@contextmanager
def meta(delay_ms: int, throughput: int = 0) -> Iterator[Meta]:
    with serving("tests.bench.stand_in", "{port}", str(delay_ms), str(throughput), env={}) as port:
        yield Meta(port)


def fast_tenant(**values: Any) -> Any:
    """A tenant whose number holds nothing back that is measured."""
    tenant = make_ready_tenant()
    PhoneNumber.objects.filter(tenant=tenant).update(
        **{"throughput": 1000, "messaging_limit": "TIER_UNLIMITED"} | values
    )
    return tenant


def say(line: str) -> None:
    print(f"  {line}")


@pytest.mark.parametrize(("delay_ms", "count"), [(0, 3_000), (50, 3_000), (200, 2_000)])
def test_one_worker_against_the_floor(delay_ms, count):
    tenant, floors, ours = fast_tenant(), [], []
    with meta(delay_ms) as stand:
        for _ in range(ROUNDS):
            floors.append(stand.floor(count)["rate"])
            backlog.fill(tenant, count)
            ours.append(stand.workers()[0])
        sent_twice = [ref for ref, times in stand.report()["references"].items() if times > 1 and ref != ""]
    floor, rate = statistics.median(floors), statistics.median(run["rate"] for run in ours)
    cpu = statistics.median(run["cpu_ms"] for run in ours)
    say(f"{delay_ms:4} ms  F3 {floor:6.0f}/s  Recado {rate:6.0f}/s  x{rate / floor:4.2f}  {cpu:4.2f} ms CPU a message")
    assert not [ref for ref in sent_twice if not ref.startswith("floor")]
    assert NotificationJob.objects.filter(state="sent").count() == ROUNDS * count
    assert delay_ms == 0 or rate / floor >= 0.8


def test_two_workers_do_nearly_twice_as_much():
    tenant, one, two = fast_tenant(), [], []
    with meta(200) as stand:
        for _ in range(ROUNDS):
            backlog.fill(tenant, 1_000)
            one.append(stand.workers(1, threads=16)[0]["rate"])
            backlog.fill(tenant, 2_000)
            runs = stand.workers(2, threads=16)
            two.append(sum(run["sent"] for run in runs) / max(run["seconds"] for run in runs))
    ratio = statistics.median(two) / statistics.median(one)
    say(f" 200 ms  one worker {statistics.median(one):5.0f}/s  two {statistics.median(two):5.0f}/s  x{ratio:4.2f}")
    assert ratio >= 1.8


@pytest.mark.parametrize("workers", [1, 2])
def test_a_number_of_eighty_a_second_goes_at_eighty(workers):
    tenant = fast_tenant(throughput=80)
    backlog.fill(tenant, 5_000)
    with meta(50, throughput=80) as stand:
        stand.workers(workers)
        report = stand.report()
    times = sorted(next(iter(report["arrivals"].values())))
    began = times[0] + 1  # the first second opens 32 connections
    spans = [sum(1 for at in times if start <= at < start + 10) / 10 for start in _every(began, times[-1] - 10, 1)]
    pace = f"{min(spans):.1f} to {max(spans):.1f} a second in each 10 s"
    say(f"80/s number, {workers} worker(s): {pace}, refused {report['refused']}")
    assert report["refused"] == {}
    assert 76 <= min(spans) <= max(spans) <= 80


def test_numbers_of_a_hundred_tenants_share_the_worker_evenly():
    tenants = [fast_tenant(throughput=80) for _ in range(100)]
    for tenant in tenants:
        backlog.fill(tenant, 60)
    with meta(50, throughput=80) as stand:
        stand.workers(seconds=8)
        arrivals = stand.report()["arrivals"]
    counts = [len(times) for times in arrivals.values()]
    spread = (max(counts) - min(counts)) / statistics.mean(counts)
    say(f"100 numbers in 8 s: {min(counts)} to {max(counts)} each, spread {spread:.1%}")
    assert len(counts) == 100
    assert spread < 0.1


def test_fifty_customers_with_ten_messages_each_break_no_pair_limit_and_delay_nobody():
    tenant = fast_tenant()
    backlog.fill(tenant, 500, people=50)
    backlog.fill(tenant, 200)
    with meta(50) as stand:
        stand.workers()
        report = stand.report()
    others = [times[0] for times in report["by_person"].values() if len(times) == 1]
    first = min(times[0] for times in report["by_person"].values())
    say(f"50 customers x 10: refused {report['refused']}, the others within {max(others) - first:.1f} s")
    assert report["refused"] == {}
    assert Counter(len(times) for times in report["by_person"].values()) == {10: 50, 1: 200}


def test_a_hundred_thousand_of_one_tenant_delay_anothers_single_message_by_less_than_two_seconds():
    busy, quiet = fast_tenant(), fast_tenant()
    backlog.fill(busy, 100_000, people=2_000, due=timezone.now() - timedelta(hours=1))
    _analyze()
    number = PhoneNumber.objects.get(tenant=quiet)
    with meta(50) as stand:
        backlog.fill(quiet, 1, due=timezone.now() + timedelta(seconds=5), number=number)
        due = NotificationJob.objects.get(tenant=quiet).due_at.timestamp()
        stand.workers(seconds=12)
        delay = stand.report()["arrivals"][number.phone_number_id][0] - due
    say(f"behind 100 000 of another tenant: {delay:.2f} s")
    assert delay < 2


def test_a_million_jobs_of_a_later_day_do_not_slow_the_claim():
    tenant = fast_tenant()
    later = timezone.now() + timedelta(days=30)
    few = _claims(tenant, 1_000, later)
    many = _claims(tenant, 999_000, later)
    say(f"claim of 100: {few * 1000:.0f} ms beside 1 000 of a later day, {many * 1000:.0f} ms beside 1 000 000")
    assert many / few <= 1.2


def _claims(tenant: Any, waiting: int, later: Any) -> float:
    """The median time of a claim of 100, once ``waiting`` more jobs wait for later."""
    backlog.fill(tenant, waiting, people=min(waiting, 2_000), due=later)
    times = []
    for _ in range(9):
        backlog.fill(tenant, 100)
        _analyze()
        began = time.perf_counter()
        batch = queue.claim(timezone.now(), limit=100)
        times.append(time.perf_counter() - began)
        assert len(batch.ready) == 100
    return statistics.median(times)


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE notifications_notificationjob")


def _every(first: float, last: float, step: float) -> Iterator[float]:
    while first <= last:
        yield first
        first += step
