"""The console's pages on two years of fifty companies, ten operators at once, webhooks coming in.

``BENCH_SEED`` is the share of the full size (0.01; 1: 5 million messages, 10 million webhook events). Each page is
measured on a nearly empty database first, then on the full one.
"""

import http.client
import os
import statistics
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.bench import load, seed, whole
from tests.dashboard.people import browser

pytestmark = pytest.mark.django_db(transaction=True)

SHARE = float(os.environ.get("BENCH_SEED", "0.01"))
SMALL = seed.Size(contacts=100, messages=400, jobs=100, events=400)
OPERATORS, ROUNDS, PAUSE_SECONDS = 10, 4, 1.0
WEBHOOKS_A_SECOND = 20
GOAL_MS, SEARCH_MS, NEWS_MS = 100, 150, 10
GROWTH, QUICK_MS = 1.5, 50
MOST_QUERIES = 12
TABLES = ("tenants_contact", "whatsapp_webhookevent", "notifications_outboxevent")
ID, JOB = seed.FIRST, uuid.UUID(int=seed.FIRST)  # both of the first company

PAGES = {
    "/mensagens/": GOAL_MS,
    "/mensagens/?state=failed": GOAL_MS,
    "/mensagens/recebidas/": GOAL_MS,
    f"/mensagens/{JOB}/": GOAL_MS,
    "/mensagens/?q=Ana": SEARCH_MS,
    "/mensagens/recebidas/?q=corte": SEARCH_MS,
    "/conversas/": GOAL_MS,
    "/conversas/?q=Ana": SEARCH_MS,
    f"/conversas/{ID}/": GOAL_MS,
    f"/conversas/{ID}/novidades/": NEWS_MS,
    "/contatos/": GOAL_MS,
    "/contatos/?q=Ana": SEARCH_MS,
    f"/contatos/{ID}/": GOAL_MS,
    "/agendamentos/": GOAL_MS,
    f"/agendamentos/{ID}/": GOAL_MS,
    "/analises/": GOAL_MS,
    "/saude/": GOAL_MS,
    "/eventos/": GOAL_MS,
    "/eventos/?state=failed": GOAL_MS,
    "/modelos/": GOAL_MS,
    "/modelos/mapeamentos/": GOAL_MS,
    "/conexoes/": GOAL_MS,
    "/prontidao/": GOAL_MS,
    "/configuracoes/": GOAL_MS,
    "/auditoria/": GOAL_MS,
}


def measured(port: int, cookie: str) -> dict[str, float]:
    """The 95th percentile of each page in ms, as ten people see it who each open one a second."""
    took: dict[str, list[float]] = defaultdict(list)
    with ThreadPoolExecutor(OPERATORS) as pool:
        for done in [pool.submit(_work, port, cookie, start, took) for start in range(OPERATORS)]:
            done.result()
    return {page: statistics.quantiles(times, n=20)[18] for page, times in took.items()}


def _work(port: int, cookie: str, start: int, took: Mapping[str, list[float]]) -> None:
    """Goes through all pages from another one on; the first round warms up."""
    time.sleep(PAUSE_SECONDS * start / OPERATORS)
    pages = [*PAGES][start * 3 % len(PAGES) :] + [*PAGES][: start * 3 % len(PAGES)]
    link = http.client.HTTPConnection("127.0.0.1", port)
    for turn in range(ROUNDS):
        for page in pages:
            began = time.perf_counter()
            link.request("GET", page, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
            answer = link.getresponse()
            answer.read()
            assert answer.status in (200, 204), f"{page}: {answer.status}"
            if turn:
                took[page].append((time.perf_counter() - began) * 1000)
            time.sleep(max(0.0, began + PAUSE_SECONDS - time.perf_counter()))


@contextmanager
def webhooks(port: int, number) -> Iterator[None]:
    """Texts of customers, meanwhile."""
    seconds = len(PAGES) * ROUNDS * PAUSE_SECONDS
    bodies = whole.texts(number, int(seconds * WEBHOOKS_A_SECOND))
    sender = threading.Thread(target=load.run, args=(port, bodies, 2, WEBHOOKS_A_SECOND))
    sender.start()
    yield
    sender.join()


def queries(client) -> dict[str, int]:
    """How many statements each page takes, the session's and the person's among them."""
    counts = {}
    for page in PAGES:
        client.get(page)
        with CaptureQueriesContext(connection) as captured:
            client.get(page)
        counts[page] = len(captured)
    return counts


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def test_pages_are_as_quick_on_two_years_as_on_none():
    years = seed.Years(SMALL, timezone.now())
    client = browser(years.tenants[0], "owner")
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    with whole.recado(whole.environment()) as port:
        results = []
        for size in (SMALL, seed.Size.of(SHARE)):
            clear()
            years.size, began = size, time.monotonic()
            years.write()
            print(f"\nseeded {size} in {time.monotonic() - began:.0f} s", flush=True)
            with webhooks(port, years.numbers[1]):
                results.append(measured(port, cookie))
    counts = queries(client)
    told(*results, counts)
    assert not [page for page, count in counts.items() if count > MOST_QUERIES]
    empty, full = results
    assert not [page for page, goal in PAGES.items() if full[page] > goal]
    assert not [page for page in PAGES if full[page] > max(GROWTH * empty[page], QUICK_MS)]


def told(empty: Mapping[str, float], full: Mapping[str, float], counts: Mapping[str, int]) -> None:
    print(f"\n  {'page':34} {'empty':>8} {'full':>8} {'ratio':>6} {'goal':>6} {'queries':>8}   (p95, ms)")
    for page, goal in PAGES.items():
        ratio = full[page] / empty[page]
        print(f"  {page:34} {empty[page]:8.1f} {full[page]:8.1f} {ratio:6.2f} {goal:6} {counts[page]:8}")
