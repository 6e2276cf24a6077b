"""Leases and rounds: one at a time, in order, and nothing is lost with the process that held it."""

import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from tests.factories import NOW, make_number, make_tenant
from tests.whatsapp.media_files import FOREVER, fetched, picture, receive, run, told
from whatsapp import tasks
from whatsapp.media import download, queue
from whatsapp.media.queue import DOWNLOAD_TASK, LEASE
from whatsapp.models import Media, Message

ROOT = Path(__file__).resolve().parents[2]
SECOND = timedelta(seconds=1)


def make_many(number, count, **values):
    """``count`` waiting files of as many messages, by two statements."""
    rows = [
        Message(tenant=number.tenant, number=number, direction="inbound", origin="customer", type="image",
                provider_message_id=f"wamid.{uuid.uuid4()}") for _ in range(count)
    ]  # fmt: skip
    messages = Message.objects.bulk_create(rows)
    defaults = {"tenant": number.tenant, "number": number, "type": "image", "due_at": NOW, "expires_at": FOREVER}
    return Media.objects.bulk_create(
        [Media(message=one, provider_media_id=str(one.pk), **(defaults | values)) for one in messages]
    )


@pytest.mark.django_db
def test_the_oldest_is_claimed_first_and_once(number):
    old, new = make_many(number, 1, due_at=NOW - SECOND), make_many(number, 1)
    assert [media.pk for media in queue.claim(uuid.uuid4(), 1, NOW)] == [old[0].pk]
    assert [media.pk for media in queue.claim(uuid.uuid4(), 5, NOW)] == [new[0].pk]
    assert queue.claim(uuid.uuid4(), 5, NOW) == []


@pytest.mark.django_db
def test_files_of_a_history_import_let_all_others_go_first(number):
    make_many(number, 3, lane="history", due_at=NOW - 3 * SECOND)
    live = make_many(number, 1)
    assert [media.pk for media in queue.claim(uuid.uuid4(), 5, NOW)] == [live[0].pk]
    assert len(queue.claim(uuid.uuid4(), 5, NOW)) == 3


@pytest.mark.django_db
def test_while_a_round_lives_no_other_begins(number, serving):
    serving(picture())
    make_many(number, 2)
    lease = uuid.uuid4()
    queue.claim(lease, 1, NOW)
    assert run() == 0
    queue.renew(lease, NOW + LEASE - SECOND)
    assert run(NOW + LEASE + SECOND) == 0


@pytest.mark.django_db
def test_a_lease_that_ran_out_is_claimed_anew_and_counted(number, serving):
    serving(picture())
    media = receive(number, told(picture()))
    queue.claim(uuid.uuid4(), 1, NOW)
    assert fetched(media, NOW + LEASE).state == "downloaded"
    assert media.attempts == 2


@pytest.mark.django_db
def test_who_lost_the_lease_records_nothing(number, serving):
    serving(picture())
    receive(number, told(picture()))
    (ours,) = queue.claim(uuid.uuid4(), 1, NOW)
    queue.claim(uuid.uuid4(), 1, NOW + LEASE)
    assert not queue.record_failure(ours, download.NO_TRACE, NOW + LEASE)
    assert Media.objects.get().state == "downloading"


@pytest.mark.django_db
def test_a_file_that_kills_every_worker_is_given_up(number, serving):
    meta = serving(picture())
    media = receive(number, told(picture()))
    Media.objects.update(state="downloading", attempts=4, due_at=NOW)
    assert fetched(media).state == "failed"
    assert (media.problem, meta.requests) == ("internal", [])


@pytest.mark.django_db
def test_the_sweep_rings_for_what_is_due_and_for_nothing_else(number, clean_valkey):
    assert not queue.sweep(NOW)
    make_many(number, 1)
    assert queue.sweep(NOW)
    assert clean_valkey.keys(f"recado:bell:{DOWNLOAD_TASK}*")
    queue.claim(uuid.uuid4(), 1, NOW)
    assert not queue.sweep(NOW)


@pytest.mark.django_db
def test_what_waits_and_what_failed_is_counted_over_all_companies(number):
    make_many(number, 3)
    make_many(number, 2, state="failed")
    make_many(number, 2, state="downloaded")
    make_many(make_number(make_tenant()), 1)
    assert queue.counts() == {"pending": 4, "failed": 2}


@pytest.mark.django_db
def test_the_task_downloads_until_nothing_is_left(number, serving):
    serving(picture())
    make_many(number, 9, due_at=timezone.now(), expires_at=timezone.now() + timedelta(days=7))
    tasks.download_media()
    assert set(Media.objects.values_list("state", flat=True)) == {"downloaded"}


@pytest.mark.django_db
def test_a_claim_reads_the_index_of_what_is_due_and_no_file_that_waits_behind(number):
    make_many(number, 2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE whatsapp_media")
        cursor.execute("EXPLAIN " + queue.CLAIM_SQL, ["live", NOW, 4, uuid.uuid4(), NOW])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "media_due" in plan, plan
    assert len(queue.claim(uuid.uuid4(), 4, NOW)) == 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_no_file(number, serving, settings):
    """It holds a lease and half a file when it dies; the next round finds both."""
    content, stuck = picture(), []

    def half(connection):
        stuck.append(1)
        connection.raw.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content[:500])
        time.sleep(30)

    meta = serving(serve=lambda connection: half(connection) if not stuck else connection.answer(content))
    media = receive(number, told(content), now=timezone.now())
    worker = _start_worker(meta.url, settings.MEDIA_ROOT)
    _wait(lambda: stuck)
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    media.refresh_from_db()
    assert (media.state, media.attempts) == ("downloading", 1)
    assert fetched(media, timezone.now() + LEASE).state == "downloaded"
    assert not media.sha256_differs


def _start_worker(graph_url, media_root):
    db = connection.settings_dict
    url = f"postgres://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{db['NAME']}"
    environment = os.environ | {
        "DATABASE_URL": url, "WHATSAPP_META_GRAPH_URL": graph_url, "MEDIA_ROOT": str(media_root),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    code = "import django; django.setup(); from whatsapp import tasks; tasks.download_media()"
    return subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=environment)


def _wait(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
