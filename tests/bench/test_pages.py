"""The console's pages on two years of fifty companies, ten operators at once, webhooks coming in.

``BENCH_SEED`` is the share of the full size (0.01; 1: 5 million messages, 10 million webhook events). Each page is
measured on a nearly empty database first, then on the full one. ``BENCH_FOLDER`` names a folder that keeps the full one
for the next time: what was seeded there is not seeded again.
"""

import http.client
import json
import os
import re
import statistics
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlencode

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tenants.models import Tenant
from tests.bench import kept, load, seed, whole
from tests.factories import make_person

pytestmark = pytest.mark.django_db(transaction=True)

SHARE = float(os.environ.get("BENCH_SEED", "0.01"))
FOLDER = os.environ.get("BENCH_FOLDER", "")
SMALL = seed.Size(contacts=100, messages=400, jobs=100, events=400)
OPERATORS, ROUNDS, PAUSE_SECONDS = 10, 12, 1.0
WEBHOOKS_A_SECOND = 20
GOAL_MS, SEARCH_MS, NEWS_MS = 100, 150, 10
GROWTH, QUICK_MS = 1.5, 50
MOST_QUERIES = 12
TABLES = ("tenants_contact", "whatsapp_webhookevent", "notifications_outboxevent", "notifications_countedday")
PERSON = "bench"
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
LIST_POLL, THREAD_POLL = "/conversas/novidades/?…", f"/conversas/{ID}/novidades/?…"
GOALS = {**PAGES, LIST_POLL: NEWS_MS, THREAD_POLL: NEWS_MS}
NOTHING_NEW = 204


def addresses(client: Client) -> dict[str, str]:
    """What is asked, by its name in the table: each page itself, and what open pages ask while nothing is new."""
    inbox, thread = (client.get(page).content.decode() for page in ("/conversas/", f"/conversas/{ID}/"))
    shown = re.findall(r'id="conversation-(\d+)".*?data-version="(\w+)"', inbox)
    rows = {"seen": ",".join(map(":".join, shown)), "since": _told(r"since=([^\"]+)", inbox), "fresh": "0"}
    tabs = {"tabs": _told(r'id="inbox-tabs".*?data-version="(\w+)"', inbox)}
    after = {"after": _told(r'id="thread".*?data-version="([\w-]+)"', thread), "visible": "1"}
    return {page: page for page in PAGES} | {
        LIST_POLL: f"/conversas/novidades/?{urlencode(rows | tabs)}",
        THREAD_POLL: f"/conversas/{ID}/novidades/?{urlencode(after)}",
    }


def _told(pattern: str, page: str) -> str:
    found = re.search(pattern, page, re.DOTALL)
    assert found, pattern
    return unquote(found[1])


class Took(NamedTuple):
    """Milliseconds: of half of the times at most, and of 95 in 100."""

    p50: float
    p95: float


def measured(port: int, cookie: str, asked: Mapping[str, str]) -> dict[str, Took]:
    """What each page takes, as ten people see it who each open one a second."""
    took: dict[str, list[float]] = defaultdict(list)
    with ThreadPoolExecutor(OPERATORS) as pool:
        for done in [pool.submit(_work, port, cookie, asked, start, took) for start in range(OPERATORS)]:
            done.result()
    return {page: Took(*(statistics.quantiles(times, n=20)[n] for n in (9, 18))) for page, times in took.items()}


def _work(port: int, cookie: str, asked: Mapping[str, str], start: int, took: Mapping[str, list[float]]) -> None:
    """Goes through all pages from another one on; the first round warms up.

    Where something came meanwhile, it is asked from there on, as the page does.
    """
    time.sleep(PAUSE_SECONDS * start / OPERATORS)
    pages, first, asked = [*asked], start * 3 % len(asked), dict(asked)
    link = http.client.HTTPConnection("127.0.0.1", port)
    for turn in range(ROUNDS):
        for page in [*pages[first:], *pages[:first]]:
            began = time.perf_counter()
            link.request("GET", asked[page], headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})
            answer = link.getresponse()
            body = answer.read()
            if page == THREAD_POLL and answer.status == 200:
                asked[page] = re.sub(r"after=[^&]*", f"after={json.loads(body)['version']}", asked[page])
                continue
            assert answer.status == (200 if page in PAGES else NOTHING_NEW), f"{page}: {answer.status}"
            if turn:
                took[page].append((time.perf_counter() - began) * 1000)
            time.sleep(max(0.0, began + PAUSE_SECONDS - time.perf_counter()))


@contextmanager
def webhooks(port: int, number) -> Iterator[None]:
    """Texts of customers, meanwhile."""
    seconds = len(GOALS) * ROUNDS * PAUSE_SECONDS
    bodies = whole.texts(number, int(seconds * WEBHOOKS_A_SECOND))
    sender = threading.Thread(target=load.run, args=(port, bodies, 2, WEBHOOKS_A_SECOND))
    sender.start()
    yield
    sender.join()


def queries(client: Client, asked: Mapping[str, str]) -> dict[str, int]:
    """How many statements each page takes, the session's and the person's among them."""
    counts = {}
    for page, address in asked.items():
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        counts[page] = len(captured)
    return counts


@contextmanager
def seeded(share: float) -> Iterator[seed.Years]:
    """The years in a kept database where there is a folder for it, else in the tests' own."""
    with ExitStack() as stack:
        if FOLDER:
            stack.enter_context(kept.database(Path(FOLDER)))
        years, began = seed.Years(seed.Size.of(share), timezone.now()), time.monotonic()
        if not years.are_written:
            years.write()
            print(f"\nseeded {years.size} in {time.monotonic() - began:.0f} s", flush=True)
        yield years


def seen(years: seed.Years) -> tuple[dict[str, Took], dict[str, int]]:
    """What each page takes, and its number of statements."""
    client = _browser(years.tenants[0])
    asked = addresses(client)
    with whole.recado(whole.environment()) as port, webhooks(port, years.numbers[1]):
        took = measured(port, client.cookies[settings.SESSION_COOKIE_NAME].value, asked)
    return took, queries(client, asked)


def _browser(tenant: Tenant) -> Client:
    known = get_user_model().objects.filter(username=PERSON).first()
    client = Client()
    client.force_login(known or make_person(tenant, "owner", username=PERSON))
    return client


def clear() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")


def test_pages_are_as_quick_on_two_years_as_on_none():
    years = seed.Years(SMALL, timezone.now())
    years.write()
    empty, _ = seen(years)
    clear()
    with seeded(SHARE) as years:
        full, counts = seen(years)
    told(empty, full, counts)
    assert not [page for page, count in counts.items() if count > MOST_QUERIES]
    assert not [page for page, goal in GOALS.items() if full[page].p95 > goal]
    assert not [page for page in GOALS if full[page].p95 > max(GROWTH * empty[page].p95, QUICK_MS)]


def told(empty: Mapping[str, Took], full: Mapping[str, Took], counts: Mapping[str, int]) -> None:
    print(f"\n  {'':34} {'empty':>15} {'full':>15}   (ms)")
    print(f"  {'page':34} {'p50':>7} {'p95':>7} {'p50':>7} {'p95':>7} {'ratio':>6} {'goal':>6} {'queries':>8}")
    for page, goal in GOALS.items():
        times = " ".join(f"{time:7.1f}" for time in (*empty[page], *full[page]))
        print(f"  {page:34} {times} {full[page].p95 / empty[page].p95:6.2f} {goal:6} {counts[page]:8}")
