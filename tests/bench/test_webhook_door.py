"""The webhook's door against bare Django (F1) and against a peer that stores nothing (P), in the same run.

Figures alternate between the stands, and the median of the alternations counts: the machine is shared and noisy, so the
ratios are believed and the absolute figures are not.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import pytest
from django.db import connection

from tests.bench import bodies, load, stands
from tests.bench.report import table
from tests.factories import make_number, make_tenant

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "test_app_secret"
ROUNDS = 7
REQUESTS = 2_000


@pytest.fixture
def number():
    return make_number(make_tenant("bench"))


@pytest.fixture
def ports(number) -> Iterator[dict[str, int]]:
    """The three stands on one database server, each with the database that this test uses."""
    url = _database_url()
    with psycopg.connect(url, autocommit=True) as database:
        database.execute("CREATE TABLE IF NOT EXISTS floor_event (key text PRIMARY KEY, payload jsonb)")
    env = {"DATABASE_URL": url, "FLOOR_SECRET": SECRET, "FLOOR_PHONE_NUMBER_ID": number.phone_number_id}
    with ExitStack() as stack:
        yield {
            "F1": stack.enter_context(stands.floor_f1(env)),
            "P": stack.enter_context(stands.floor_peer(env)),
            "Recado": stack.enter_context(stands.recado(env)),
        }
        with psycopg.connect(url, autocommit=True) as database:
            database.execute("DROP TABLE floor_event")


def _database_url() -> str:
    """Of the test database that pytest-django made on this run's server."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{connection.settings_dict['NAME']}"


def alternate(ports: dict[str, int], make: Callable[[], bytes], count: int, concurrency: int) -> dict[str, load.Result]:
    """The median run of each stand by its rate; a warm-up of each is thrown away."""
    runs: dict[str, list[load.Result]] = {name: [] for name in ports}
    for turn in range(ROUNDS + 1):
        for name, port in ports.items():
            result = load.run(port, [make() for _ in range(count)], concurrency)
            assert result.statuses == {"200": count}, (name, result.statuses)
            if turn:
                runs[name].append(result)
    return {name: sorted(results, key=lambda result: result.rate)[ROUNDS // 2] for name, results in runs.items()}


@pytest.mark.parametrize(("concurrency", "floor_ratio"), [(1, 1.5), (8, 2.0), (32, 2.0)])
def test_single_items_are_stored_at_a_multiple_of_bare_django(ports, number, concurrency, floor_ratio):
    serial = iter(range(10**9))

    def make() -> bytes:
        value = (bodies.text if next(serial) % 2 else bodies.status)(number.phone_number_id)
        return bodies.signed(bodies.envelope(number.account.waba_id, value), SECRET)

    medians = alternate(ports, make, REQUESTS if concurrency > 1 else REQUESTS // 2, concurrency)
    ours, floor, peer = medians["Recado"], medians["F1"], medians["P"]
    table(f"webhook, one item a POST, concurrency {concurrency}", medians)
    assert ours.rate / floor.rate >= floor_ratio
    assert ours.rate / peer.rate >= 0.8
    if concurrency == 8:
        assert ours.p50_ms / floor.p50_ms <= 0.7
        assert ours.p95_ms / floor.p95_ms <= 0.7


def test_a_thousand_items_in_one_post_cost_little_more_than_storing_them(ports, number):
    def make() -> bytes:
        values = [bodies.text(number.phone_number_id) for _ in range(500)]
        values += [bodies.status(number.phone_number_id) for _ in range(500)]
        return bodies.signed(bodies.envelope(number.account.waba_id, *values), SECRET)

    medians = alternate({name: ports[name] for name in ("F1", "Recado")}, make, 10, 1)
    table("webhook, 1 000 items a POST", medians)
    assert medians["Recado"].p50_ms <= 1.5 * medians["F1"].p50_ms
    assert medians["Recado"].p50_ms < 150
