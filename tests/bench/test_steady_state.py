"""Web, worker and beat sharing the machine: how many POSTs a second they take while the rows follow at once."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from tests.bench import load, stands, whole
from tests.bench.whole import SECRET
from tests.factories import make_number, make_tenant

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = float(os.environ.get("BENCH_STEADY_SECONDS", "20"))
FLOOR_REQUESTS = int(os.environ.get("BENCH_FLOOR_REQUESTS", "3000"))
STEPS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.2)
GOAL, LAG_SECONDS = 0.5, 2.0
CONCURRENCY = 8


@pytest.fixture
def number():
    return make_number(make_tenant("bench"))


@pytest.fixture
def floor_port(number) -> Iterator[int]:
    with psycopg.connect(whole.database_url(), autocommit=True) as database:
        database.execute("CREATE TABLE IF NOT EXISTS floor_event (key text PRIMARY KEY, payload jsonb)")
        with stands.floor_f1(whole.environment(FLOOR_SECRET=SECRET)) as port:
            yield port
        database.execute("DROP TABLE floor_event")


def floor(port: int, number) -> float:
    """F1's rate with the machine for itself: the median of three."""
    runs = [load.run(port, whole.mixed(number, FLOOR_REQUESTS), CONCURRENCY).rate for _ in range(4)]
    return sorted(runs[1:])[1]


def largest_lag(port: int, number, rate: float) -> tuple[float, float]:
    """The rate that was really answered at ``rate`` offered, and how far the rows fell behind at most, in seconds."""
    requests = whole.mixed(number, int(rate * SECONDS))
    with whole.Watch(f"{whole.LAG} WHERE state = 'new'", every=0.1) as watch:
        result = load.run(port, requests, CONCURRENCY, rate)
    whole.wait_for(whole.NEW, 0)
    assert result.statuses == {"200": len(requests)}
    return result.rate, max(lag for _, lag in watch.answers)


def test_rows_follow_within_two_seconds_at_half_of_what_bare_django_only_stores(number, floor_port):
    alone, reached = floor(floor_port, number), 0.0
    print(f"\nF1 alone {alone:.0f}/s; Recado's web, worker and beat, {SECONDS:.0f} s each:")
    with whole.recado(whole.environment()) as port:
        for step in STEPS:
            rate, lag = largest_lag(port, number, step * alone)
            kept = lag < LAG_SECONDS and rate >= 0.97 * step * alone
            print(
                f"  {rate:6.0f}/s  x{rate / alone:4.2f} of F1  lag at most {lag:5.2f} s{'' if kept else '  too much'}"
            )
            if not kept:
                break
            reached = rate / alone
    print(f"  steady at x{reached:.2f} of F1 (goal {GOAL})")
    assert reached >= GOAL * 0.97
