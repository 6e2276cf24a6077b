"""The door as the Procfile serves it: bodies in chunks, slow, torn, compressed and long, over a real connection."""

import gzip
import json
import os
import shlex
import socket
import threading
import time
from contextlib import closing

import pytest
from django.db import connection

from tests.bench import stands
from tests.whatsapp.meta_bodies import URL, envelope, seconds, sign, text_message
from whatsapp.models import WebhookEvent

pytestmark = pytest.mark.django_db(transaction=True)

MB = 1024 * 1024
PATIENCE = 30  # seconds, on a machine that has much else to do


@pytest.fixture(scope="module")
def port(django_db_setup, django_db_blocker):
    """The web server of the Procfile, on the tests' database."""
    with django_db_blocker.unblock():
        base, name = os.environ["DATABASE_URL"].rpartition("/")[0], connection.settings_dict["NAME"]
    with stands.recado({"DATABASE_URL": f"{base}/{name}"}) as port:
        yield port


def body(*wamids):
    return json.dumps(envelope({"messages": [text_message(wamid, at=seconds()) for wamid in wamids]})).encode()


def head(raw, **headers):
    headers = {"Host": "localhost", "X-Hub-Signature-256": sign(raw), "Connection": "close"} | headers
    return "\r\n".join([f"POST {URL} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.items()), "", ""]).encode()


def chunks(raw, size):
    parts = [raw[at : at + size] for at in range(0, len(raw), size)]
    return [f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in parts] + [b"0\r\n\r\n"]


def send(port, *pieces, pause=0.0):
    """The status and the body of the answer to what is written piece by piece."""
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as client:
        for piece in pieces:
            client.sendall(piece)
            time.sleep(pause)
        answer = client.makefile("rb").read()
    return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]


def post(port, raw, **headers):
    return send(port, head(raw, **{"Content-Length": str(len(raw))} | headers), raw)


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_in_chunks_is_stored_as_any_other(port, size):
    raw = body("w1", "w2")
    status, answer = send(port, head(raw, **{"Transfer-Encoding": "chunked"}), *chunks(raw, size))
    assert (status, json.loads(answer)) == (200, {"events": 2})


@pytest.mark.parametrize("more", [0, 1])
def test_three_megabytes_and_one_byte_more_in_chunks_are_taken(port, more):
    raw = body("w1").ljust(3 * MB + more)
    assert send(port, head(raw, **{"Transfer-Encoding": "chunked"}), *chunks(raw, 60_000))[0] == 200
    assert post(port, body("w2").ljust(3 * MB + more))[0] == 200
    assert WebhookEvent.objects.count() == 2


def test_more_than_four_megabytes_are_refused_with_an_answer_that_can_be_read(port):
    raw = b" " * (4 * MB + 1)
    assert post(port, raw)[0] == 413
    assert send(port, head(raw, **{"Transfer-Encoding": "chunked"}), *chunks(raw, 60_000))[0] == 413


def test_a_body_that_comes_in_drips_is_stored(port):
    raw = body("w1")
    drips = [raw[at : at + 40] for at in range(0, len(raw), 40)]
    assert send(port, head(raw, **{"Content-Length": str(len(raw))}), *drips, pause=0.1)[0] == 200
    assert WebhookEvent.objects.count() == 1


def test_slow_senders_delay_nobody_else(port):
    raw = body("w1")
    slow = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(3)]
    for client in slow:
        client.sendall(head(raw, **{"Content-Length": str(len(raw))}) + raw[:10])
    started = time.monotonic()
    assert [post(port, body(f"other{n}"))[0] for n in range(20)] == [200] * 20
    assert time.monotonic() - started < PATIENCE / 3
    for client in slow:
        client.sendall(raw[10:])
        assert client.makefile("rb").readline().split()[1] == b"200"
        client.close()


@pytest.mark.parametrize("declared", [{"Content-Length": "5000"}, {"Transfer-Encoding": "chunked"}])
def test_a_sender_that_goes_away_halfway_leaves_nothing_and_the_door_open(port, declared):
    raw = body("w1")
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as client:
        client.sendall(head(raw, **declared) + b"20\r\n" + raw[:32])
    assert post(port, body("w2"))[0] == 200
    assert list(WebhookEvent.objects.values_list("message_ref", flat=True)) == ["w2"]


def test_a_compressed_body_is_kept_as_the_bytes_that_were_signed(port):
    raw = gzip.compress(body("w1"))
    assert post(port, raw, **{"Content-Encoding": "gzip"})[0] == 200
    assert bytes(WebhookEvent.objects.get().body) == raw


@pytest.mark.parametrize("length", ["-1", "x", "0x10", ""])
def test_a_length_that_is_no_number_is_refused(port, length):
    assert send(port, head(b"{}", **{"Content-Length": length}), b"{}")[0] in {400, 401}
    assert not WebhookEvent.objects.exists()


def test_many_requests_on_one_connection_are_each_answered(port):
    with closing(socket.create_connection(("127.0.0.1", port), PATIENCE)) as client:
        answers = client.makefile("rb")
        for n in range(5):
            raw = body(f"w{n}")
            client.sendall(head(raw, **{"Content-Length": str(len(raw)), "Connection": "keep-alive"}) + raw)
            fields = dict(line.lower().split(b": ", 1) for line in iter(answers.readline, b"\r\n") if b": " in line)
            assert json.loads(answers.read(int(fields[b"content-length"]))) == {"events": 1}


def test_the_same_body_from_ten_senders_at_once_is_stored_once(port):
    raw, told = body("w1"), []
    threads = [threading.Thread(target=lambda: told.append(post(port, raw))) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [status for status, _ in told] == [200] * 10
    assert sum(json.loads(answer)["events"] for _, answer in told) == 1


def test_the_stand_is_served_as_the_procfile_says():
    web = next(line for line in (stands.ROOT / "Procfile").read_text().splitlines() if line.startswith("web:"))
    said, used = shlex.split(web), list(stands.GRANIAN)
    assert {"--interface", "wsgi", "--no-ws", "config.wsgi:application"} <= set(said)
    assert said[said.index("--blocking-threads") + 1] == used[used.index("--blocking-threads") + 1]
