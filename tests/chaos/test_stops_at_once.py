"""On a running system: whoever says stop, on the customer's phone or by the kill switch, is obeyed at once."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from tests.chaos.copies import ROOT, Copy, eventually
from tests.chaos.sender import Judge
from tests.simulator_client import SimulatorClient

STOP_SECONDS = 2.0
FLOWING = 5  # messages that arrived before somebody says stop
PAUSE_SECONDS = 0.2  # between two bookings


class Bookings:
    """A tenant's system that books again and again for the same customers; every booking's notice is due at once."""

    def __init__(self, copy: Copy, phones: list[str]) -> None:
        self.copy, self.phones = copy, phones
        self.made: list[float] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Bookings":
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._stop.set()
        self._thread.join(30)

    def made_after(self, at: float) -> int:
        return sum(made > at for made in self.made)

    def _run(self) -> None:
        session = requests.Session()
        session.headers["X-API-Key"] = self.copy.demo["tenants"][0]["api_key"]
        while not self._stop.wait(PAUSE_SECONDS):
            phone = self.phones[len(self.made) % len(self.phones)]
            starts_at = (datetime.now(UTC) + timedelta(days=3)).isoformat()
            customer = {"name": "Maria Silva", "phone": f"+{phone}"}
            body = {"external_id": f"{phone}-{time.time_ns()}", "service": "Corte", "starts_at": starts_at}
            url = f"{self.copy.base_url}/api/v1/appointments/"
            session.post(url, json=body | {"customer": customer}, timeout=20).raise_for_status()
            self.made.append(time.time())


@pytest.fixture
def book(running: Copy) -> Callable[..., Bookings]:
    return lambda *phones: Bookings(running, list(phones))


@pytest.fixture
def meta(running: Copy) -> SimulatorClient:
    return SimulatorClient(running.simulator_url)


@pytest.fixture
def court(running: Copy) -> Judge:
    return Judge(running)


@pytest.fixture
def switch(running: Copy) -> Iterator[Callable[[str], None]]:
    """Turns the platform's kill switch on ("stop") or off ("resume"), as the admin does; it is off in the end."""

    def turn(verb: str) -> None:
        values = {"stop": "None, 'a test', None", "resume": "None, None, timezone.now()"}[verb]
        code = f"from django.utils import timezone; from tenants import flags; flags.{verb}({values})"
        command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
        subprocess.run(command, cwd=ROOT, env=os.environ | running.settings, check=True, stdout=subprocess.DEVNULL)

    yield turn
    turn("resume")


def arrivals(meta: SimulatorClient, phones: list[str], kind: str = "template") -> list[float]:
    """When Meta accepted messages of this kind to these phones."""
    found = [one for phone in phones for one in meta.messages(phone) if one["type"] == kind]
    return sorted(datetime.fromisoformat(one["accepted_at"]).timestamp() for one in found)


def wait_for_flow(meta: SimulatorClient, phones: list[str], after: float = 0) -> Any:
    return eventually(lambda: sum(at > after for at in arrivals(meta, phones)) >= FLOWING, 60)


def test_an_opt_out_on_the_phone_stops_the_next_notice_within_two_seconds(meta, book, court):
    phone = "5511976540001"
    with book(phone) as bookings:
        wait_for_flow(meta, [phone])
        pressed = time.time()
        meta.inbound(phone, text="SAIR")
        eventually(lambda: bookings.made_after(pressed + STOP_SECONDS) >= FLOWING, 60)
    assert [at for at in arrivals(meta, [phone]) if at > pressed + STOP_SECONDS] == []
    eventually(lambda: arrivals(meta, [phone], "text"), 20)  # the confirmation
    asked = "SELECT count(*) FROM notifications_notificationjob WHERE \"to\" = %s AND reason_code = 'opted_out'"
    eventually(lambda: court.ask(asked, f"+{phone}")[0][0] >= FLOWING, 60)


def test_the_kill_switch_stops_everything_within_two_seconds_and_what_waited_goes_after_it(meta, book, court, switch):
    phones = [f"551197655000{n}" for n in range(5)]
    with book(*phones) as bookings:
        wait_for_flow(meta, phones)
        switch("stop")
        [(began,)] = court.ask("SELECT started_at FROM tenants_killswitch WHERE ended_at IS NULL")
        pressed = began.timestamp()
        eventually(lambda: bookings.made_after(pressed + STOP_SECONDS) >= FLOWING, 60)
    assert [at for at in arrivals(meta, phones) if at > pressed + STOP_SECONDS] == []
    switch("resume")
    eventually(lambda: len(arrivals(meta, phones)) == len(bookings.made), 60)
