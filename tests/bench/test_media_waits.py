"""Webhooks while thousands of files wait and are downloaded: their 95th percentile against the same without files."""

import json
import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.bench import bodies, load, whole
from tests.factories import make_number, make_tenant
from tests.whatsapp.media_files import MetaFiles, picture
from tests.whatsapp.wire_server import Connection
from whatsapp import bell, inbox
from whatsapp.media.queue import DOWNLOAD_TASK
from whatsapp.models import Media

pytestmark = pytest.mark.django_db(transaction=True)

FILES = int(os.environ.get("BENCH_MEDIA_FILES", "20000"))
SECONDS = float(os.environ.get("BENCH_MEDIA_SECONDS", "8"))
RATE = float(os.environ.get("BENCH_MEDIA_RATE", "100"))
ROUNDS = 5
GOAL = 1.25
POST = 500
FAR_SECONDS = 0.05  # how long Meta's file host takes to answer, which is not on this machine


def receive_files(number, count: int) -> None:
    """Pictures of which nothing but the message is here, put off for a day."""
    for start in range(0, count, POST):
        values = [bodies.image(number.phone_number_id) for _ in range(min(POST, count - start))]
        inbox.receive("meta", json.dumps(bodies.envelope(number.account.waba_id, *values)).encode(), timezone.now())
    while inbox.process(timezone.now()):
        continue
    put_off()


def put_off() -> None:
    Media.objects.filter(state="pending").update(due_at=timezone.now() + timedelta(days=1))


def make_due() -> None:
    Media.objects.filter(state="pending").update(due_at=timezone.now() - timedelta(seconds=1))
    bell.ring(DOWNLOAD_TASK)


@contextmanager
def far_away(content: bytes) -> Iterator[MetaFiles]:
    """Meta's file host: it answers after a while, and takes no processor from who is measured."""

    def serve(connection: Connection) -> None:
        time.sleep(FAR_SECONDS)
        connection.answer(content)

    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)  # its threads inherit it
    with MetaFiles(content, serve) as meta:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 0)
        yield meta


def p95(port: int, number) -> float:
    result = load.run(port, whole.texts(number, int(RATE * SECONDS)), 8, RATE)
    assert set(result.statuses) == {"200"}
    return result.p95_ms


def test_files_that_wait_do_not_slow_webhooks(tmp_path):
    number = make_number(make_tenant("bench"))
    receive_files(number, FILES)
    without, beside = [], []
    with far_away(picture()) as meta:
        env = whole.environment(WHATSAPP_META_GRAPH_URL=meta.url, MEDIA_ROOT=str(tmp_path))
        with whole.recado(env) as port:
            for _ in range(ROUNDS):
                put_off()
                whole.wait_for("SELECT count(*) FROM whatsapp_media WHERE state = 'downloading'", 0)
                without.append(p95(port, number))
                make_due()
                beside.append(p95(port, number))
    done = Media.objects.filter(state="downloaded").count()
    ratio = statistics.median(beside) / statistics.median(without)
    print(f"\n{RATE:.0f} webhooks/s beside {FILES} files that wait, {done} of them downloaded meanwhile:")
    print(f"  p95 without {statistics.median(without):.1f} ms, beside {statistics.median(beside):.1f} ms,", end=" ")
    print(f"x{ratio:.2f} (goal {GOAL}); rounds {[round(a / b, 2) for a, b in zip(beside, without, strict=True)]}")
    assert 0 < done < FILES
    assert ratio <= GOAL
