"""A history of 20 000 messages in 300 chunks, shuffled and repeated, while live webhooks come at their usual pace.

Live runs alternate between without and with an import, on the web process and the worker of ``make run``; medians of
the p95 count, of the answer to the webhook and of the time until the message is a row.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.db.models import F
from django.utils import timezone

from notifications.models import NotificationJob, OutboxEvent
from tenants.models import Alert, PhoneNumber
from tests.bench import bodies, load, paced, stands
from tests.factories import make_number, make_tenant
from tests.whatsapp import histories
from whatsapp import inbox
from whatsapp.coexistence import ledger
from whatsapp.models import Conversation, HistoryPart, Lead, Message, Ticket, WebhookEvent

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "test_app_secret"
ROUNDS = 3
MESSAGES, CHUNKS, PEOPLE, REPEATED = 20_000, 300, 400, 60
A_SECOND, SECONDS = 40, 15
STATE = (
    "provider_message_id",
    "direction",
    "origin",
    "type",
    "text",
    "status",
    "occurred_at",
    "edited_at",
    "revoked_at",
)


@dataclass(frozen=True)
class Live:
    """p95 in milliseconds: of the webhook's answer, and from there until the message is a row."""

    answer: float
    row: float


@contextmanager
def worker(env: dict[str, str]) -> Iterator[None]:
    options = ["--loglevel", "ERROR", "--concurrency", "4", "--without-gossip"]
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", *options],
        cwd=stands.ROOT,
        env=os.environ | env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(15)
        process.kill()


@pytest.fixture
def port() -> Iterator[int]:
    base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
    env = {
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "WHATSAPP_META_GRAPH_URL": "http://127.0.0.1:1",
    }
    with worker(env), stands.recado(env) as port:
        yield port


@pytest.fixture
def live_number() -> PhoneNumber:
    return make_number(make_tenant("bench"))


def until(condition, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def is_idle() -> bool:
    return not WebhookEvent.objects.filter(state="new").exists()


def live_run(port: int, number: PhoneNumber) -> Live:
    """A steady flow of texts."""
    began = timezone.now()
    requests = [
        bodies.signed(bodies.envelope(number.account.waba_id, bodies.text(number.phone_number_id)), SECRET)
        for _ in range(A_SECOND * SECONDS)
    ]
    result = paced.run(port, requests, A_SECOND)
    assert result.statuses == {"200": len(requests)}
    rows = Message.objects.filter(number=number, event__received_at__gte=began)
    until(lambda: rows.count() == len(requests))
    waits = rows.annotate(wait=F("created_at") - F("event__received_at")).values_list("wait", flat=True)
    return Live(result.p95_ms, statistics.quantiles(waits, n=20)[18] / timedelta(milliseconds=1))


def history(number: PhoneNumber, *, dice: random.Random | None = None) -> list[dict]:
    told = histories.bodies(MESSAGES, CHUNKS, people=PEOPLE, number_id=number.phone_number_id)[:CHUNKS]
    for body in told:
        body["entry"][0]["id"] = number.account.waba_id
    if dice:
        told += dice.sample(told, REPEATED)
        dice.shuffle(told)
    return told


def tell(port: int, requests: list[bytes]) -> threading.Thread:
    """Posts the chunks through the door, one after the other."""

    def post() -> None:
        load.run(port, requests, 1)
        connections.close_all()

    thread = threading.Thread(target=post)
    thread.start()
    return thread


def end_state(number: PhoneNumber) -> tuple:
    messages = sorted(Message.objects.filter(number=number).values_list(*STATE))
    threads = sorted(number.conversations.values_list("contact__address", "state", "last_message_at"))
    parts = sorted(HistoryPart.objects.filter(number=number).values_list("phase", "chunk_order", "messages"))
    return messages, threads, parts


def test_live_webhooks_keep_their_pace_while_a_history_is_imported(port, live_number):
    live_run(port, live_number)  # warms everything
    alone, beside, seconds = [], [], []
    for turn in range(ROUNDS):
        alone.append(live_run(port, live_number))
        number = make_number(live_number.tenant, live_number.account)
        chunks = [bodies.signed(body, SECRET) for body in history(number, dice=random.Random(turn))]
        began = time.monotonic()
        telling = tell(port, chunks)
        beside.append(live_run(port, live_number))
        still_busy = not is_idle()
        telling.join()
        until(is_idle)
        seconds.append(time.monotonic() - began)
        print(f"\n  round {turn}: import {seconds[-1]:.1f} s, still busy after the live run: {still_busy}", flush=True)
        assert ledger.progress(number).is_whole
    for name, runs in (("alone", alone), ("beside an import", beside)):
        answer, row = (statistics.median(getattr(run, part) for run in runs) for part in ("answer", "row"))
        print(f"  live {name:17} p95 of the answer {answer:7.1f} ms, until it is a row {row:7.1f} ms")
    print(f"  {MESSAGES} messages in {CHUNKS} chunks (+{REPEATED} again): {statistics.median(seconds):.1f} s")
    check_nothing_followed(number)
    check_as_in_order(number)
    assert median(beside, "answer") <= 1.5 * median(alone, "answer") + 5
    assert median(beside, "row") <= 2 * median(alone, "row") + 100


def median(runs: list[Live], part: str) -> float:
    return statistics.median(getattr(run, part) for run in runs)


def check_nothing_followed(number: PhoneNumber) -> None:
    assert not Conversation.objects.filter(number=number).exclude(window_opened_at=None).exists()
    assert not Lead.objects.filter(number=number).exists()
    assert not Ticket.objects.filter(conversation__number=number).exists()
    assert not NotificationJob.objects.exists()
    assert not Alert.objects.exists()
    assert not OutboxEvent.objects.filter(key__contains="wamid.old").exists()


def check_as_in_order(number: PhoneNumber) -> None:
    ordered = make_number(number.tenant, number.account)
    for body in history(ordered):
        inbox.receive("meta", json.dumps(body).encode(), timezone.now())
    until(lambda: not inbox.process(timezone.now(), lane="history") and is_idle())
    assert end_state(ordered) == end_state(number)
