"""Recado as a whole on the tests' database: web and, where wanted, worker and beat, and what is asked of its rows."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from django.db import connection

from tests.bench import bodies, load, stands
from tests.bench.seed import number_of

SECRET = "test_app_secret"
LAG = "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0) FROM whatsapp_webhookevent"
NEW = "SELECT count(*) FROM whatsapp_webhookevent WHERE state = 'new'"
START_SECONDS = 60


def database_url() -> str:
    """Of the test database that pytest-django made on this run's server."""
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    return f"{base}/{connection.settings_dict['NAME']}"


def environment(**more: str) -> dict[str, str]:
    return {"DATABASE_URL": database_url(), **more}


class Watch:
    """Asks the database again and again from a thread of its own; ``answers`` are (seconds since its start, number)."""

    def __init__(self, question: str, every: float) -> None:
        self.answers: list[tuple[float, float]] = []
        self._question, self._every, self._url = question, every, database_url()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        with psycopg.connect(self._url, autocommit=True) as database:
            while not self._over.wait(self._every):
                answer = database.execute(self._question).fetchone()
                self.answers.append((time.monotonic() - began, float(answer[0]) if answer else 0.0))


def ask(question: str) -> Any:
    with psycopg.connect(database_url(), autocommit=True) as database:
        row = database.execute(question).fetchone()
    return row[0] if row else None


def wait_for(question: str, wanted: Any, seconds: float = START_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while (found := ask(question)) != wanted:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{question}: {found}, not {wanted}, after {seconds:.0f} s")
        time.sleep(0.1)


@contextmanager
def recado(env: dict[str, str]) -> Iterator[int]:
    """Web, worker and beat, warmed up: what is posted to the yielded port becomes rows."""
    number = number_of("bench-warm-up")
    with ExitStack() as stack:
        port = stack.enter_context(stands.recado(env))
        stack.enter_context(stands.worker(env))
        stack.enter_context(stands.beat(env))
        for _ in range(3):
            load.run(port, texts(number, 50), 8)
            wait_for(NEW, 0)
        yield port


def texts(number: Any, count: int) -> list[bytes]:
    """Signed requests with a text each."""
    values = (bodies.text(number.phone_number_id) for _ in range(count))
    return [bodies.signed(bodies.envelope(number.account.waba_id, value), SECRET) for value in values]


def mixed(number: Any, count: int) -> list[bytes]:
    """As many, three statuses for each text."""
    kinds = [bodies.text, bodies.status, bodies.status, bodies.status]
    values = (kinds[n % 4](number.phone_number_id) for n in range(count))
    return [bodies.signed(bodies.envelope(number.account.waba_id, value), SECRET) for value in values]
