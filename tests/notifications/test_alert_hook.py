"""Alerts by webhook: each change once to whoever answers, signed, again until it is taken, to nobody inside."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.db import connection

from notifications import alert_hook, schedule
from tenants import alerts
from tenants.models import Alert
from tests.factories import NOW, make_person, make_tenant

pytestmark = pytest.mark.django_db
SECRET = "shared-between-the-two"


class Receiver:
    """Somebody's system: keeps what came, answers as told."""

    def __init__(self) -> None:
        self.status, self.calls = 200, []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.calls.append((self.headers["X-Recado-Signature"], body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(envelope["type"], envelope["data"]["kind"]) for envelope in map(json.loads, self.bodies)]

    @property
    def bodies(self) -> list[bytes]:
        return [body for _signature, body in self.calls]


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    made = Receiver()
    settings.ALERT_WEBHOOK_URL, settings.ALERT_WEBHOOK_SECRET = made.url, SECRET
    settings.ALERT_WEBHOOK_PRIVATE = True
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def alert():
    alerts.raise_alert("jobs_late", tenant=make_tenant("studio-jana"), now=NOW, count=3, since=NOW.isoformat())
    return Alert.objects.get()


def test_every_change_of_state_is_posted_once(receiver, alert):
    schedule.call_alert_hook(NOW)
    schedule.call_alert_hook(NOW)
    alerts.acknowledge(alert, make_person(), NOW)
    schedule.call_alert_hook(NOW)
    alerts.solve("jobs_late", tenant=alert.tenant, now=NOW)
    schedule.call_alert_hook(NOW)
    assert receiver.told == [(f"alert_{state}", "jobs_late") for state in ("open", "acknowledged", "solved")]


def test_the_receiver_can_prove_who_wrote_it(receiver, alert):
    alert_hook.tell(NOW)
    (signature, body), *_none = receiver.calls
    at, proof = (part.partition("=")[2] for part in signature.split(","))
    assert hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest() == proof
    assert int(at) == int(NOW.timestamp())


def test_it_says_whose_it_is_and_what_to_do_in_words(receiver, alert):
    alert_hook.tell(NOW)
    told = json.loads(receiver.bodies[0])
    assert (told["tenant_id"], told["version"], told["data"]["detail"]["count"]) == (str(alert.tenant_id), 1, 3)
    assert told["data"]["sentence"].startswith("Mensagens que já deviam ter saído")
    assert told["data"]["next_step"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_what_was_not_taken_comes_again_later_with_the_same_id(receiver, alert, status):
    receiver.status = status
    assert alert_hook.tell(NOW) == 0
    assert alert_hook.tell(NOW + timedelta(seconds=14)) == 0
    receiver.status = 200
    assert alert_hook.tell(NOW + timedelta(seconds=16)) == 1
    first, second = (json.loads(body)["id"] for body in receiver.bodies)
    assert first == second


def test_pauses_grow_and_after_a_day_it_is_given_up(receiver, alert):
    receiver.status = 500
    pauses, now = [], NOW
    for _attempt in range(4):
        alert_hook.tell(now)
        alert.refresh_from_db()
        pauses.append(int((alert.hook_due_at - now).total_seconds()))
        now = alert.hook_due_at
    assert pauses == [15, 30, 60, 300]
    assert alert_hook.tell(NOW + timedelta(hours=25)) == 0
    assert len(receiver.calls) == 4


def test_a_receiver_that_is_away_is_tried_again(settings, alert):
    settings.ALERT_WEBHOOK_URL, settings.ALERT_WEBHOOK_SECRET = "http://127.0.0.1:1/", SECRET
    settings.ALERT_WEBHOOK_PRIVATE = True
    assert alert_hook.tell(NOW) == 0
    alert.refresh_from_db()
    assert (alert.hook_state, alert.hook_attempts) == ("", 1)


def test_a_process_that_died_in_the_call_delays_it_by_a_lease(receiver, alert):
    next(alert_hook._claim(NOW))
    assert alert_hook.tell(NOW + timedelta(seconds=119)) == 0
    assert alert_hook.tell(NOW + timedelta(seconds=121)) == 1


def test_nothing_inside_is_called_unless_the_operator_says_so(receiver, alert, settings):
    settings.ALERT_WEBHOOK_PRIVATE = False
    for url in (receiver.url, receiver.url.replace("http://", "https://")):
        settings.ALERT_WEBHOOK_URL = url
        Alert.objects.update(hook_due_at=None)
        assert alert_hook.tell(NOW) == 0
    assert receiver.calls == []


def test_without_an_address_nothing_is_called(settings, alert):
    settings.ALERT_WEBHOOK_URL = ""
    assert alert_hook.tell(NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_tell_at_the_same_time_tell_nothing_twice(receiver):
    for each in range(12):
        alerts.raise_alert("events_failed", subject=f"field{each}", now=NOW)

    def work(_worker: int) -> int:
        try:
            return alert_hook.tell(NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(work, range(3))) == 12
    assert len(receiver.calls) == len(set(receiver.bodies)) == 12
