"""A Meta that posts and writes down what it was answered, so that nothing but its own record is believed."""

import json
import os
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import psycopg
import requests

from tests.bench import bodies
from tests.chaos.copies import Copy, eventually

SECONDS = float(os.environ.get("CHAOS_SECONDS", "8"))  # how long each fault, or row of faults, lasts
DRAIN_SECONDS = 180.0  # a machine of two cores may have much else to do


@dataclass
class Record:
    """The wamids of one body, and whether anybody answered 200 for it."""

    wamids: list[str]
    is_stored: bool = False
    tries: int = 0


@dataclass
class Meta:
    """Posts bodies of one to five texts; repeats what was not answered 200, and every tenth that was."""

    copy: Copy
    threads: int = 6
    records: list[Record] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._tenant, self._secret = self.copy.demo["tenants"][0], self.copy.demo["app_secret"]
        self._running = [threading.Thread(target=self._send, args=(n,)) for n in range(self.threads)]

    def start(self) -> "Meta":
        for thread in self._running:
            thread.start()
        return self

    def stop(self) -> None:
        """No new bodies; what is unanswered is repeated until it is answered, as Meta does for days."""
        self._stop.set()
        for thread in self._running:
            thread.join()

    @property
    def stored(self) -> list[str]:
        return [wamid for record in self.records if record.is_stored for wamid in record.wamids]

    @property
    def summary(self) -> dict[str, int]:
        tries = sum(record.tries for record in self.records)
        return {"bodies": len(self.records), "posts": tries, "answered 200": sum(r.is_stored for r in self.records)}

    def _send(self, seed: int) -> None:
        session = requests.Session()
        session.trust_env = False
        count = 0
        while not self._stop.is_set():
            count += 1
            values = [bodies.text(self._tenant["phone_number_id"]) for _ in range(1 + (seed + count) % 5)]
            record = Record([value["messages"][0]["id"] for value in values])
            self.records.append(record)
            request = self._request(bodies.envelope(self._tenant["waba_id"], *values))
            while not record.is_stored:
                self._post(session, record, request)
            if count % 10 == 0:
                self._post(session, record, request)
            time.sleep(0.02)

    def _request(self, body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        head, _, raw = bodies.signed(body, self._secret).partition(b"\r\n\r\n")
        signature = head.rpartition(b"X-Hub-Signature-256: ")[2].decode()
        return raw, {"X-Hub-Signature-256": signature, "Content-Type": "application/json"}

    def _post(self, session: requests.Session, record: Record, request: tuple[bytes, dict[str, str]]) -> None:
        record.tries += 1
        try:
            answer = session.post(f"{self.copy.base_url}{bodies.PATH}", request[0], headers=request[1], timeout=15)
        except requests.RequestException:
            time.sleep(0.2)
            return
        if answer.status_code == 200:
            record.is_stored = True
        else:
            time.sleep(0.2)


class Judge:
    """Asks the copy's database what became of the events."""

    def __init__(self, copy: Copy) -> None:
        self._url = json.loads((copy.data / "environment.json").read_text())["DATABASE_URL"]

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self._url) as database:
            return database.execute(question, values).fetchall()

    def tell(self, command: str, *values: Any) -> None:
        with psycopg.connect(self._url) as database:
            database.execute(command, values)

    def is_drained(self) -> bool:
        """Waiting ones go on too: a clock that was set back dates events before their number had its owner."""
        try:
            return self.ask("SELECT count(*) FROM whatsapp_webhookevent WHERE state IN ('new', 'waiting')") == [(0,)]
        except psycopg.Error:
            return False

    def counts(self, wamids: list[str]) -> dict[str, int]:
        """Events and messages of these wamids: total, distinct, and events by state."""
        events = self.ask(
            "SELECT state, count(*) FROM whatsapp_webhookevent WHERE message_ref = ANY(%s) GROUP BY 1", wamids
        )
        messages = self.ask(
            "SELECT count(*), count(DISTINCT provider_message_id) FROM whatsapp_message"
            " WHERE provider_message_id = ANY(%s)",
            wamids,
        )
        return {f"events {state}": count for state, count in events} | {
            "messages": messages[0][0],
            "distinct messages": messages[0][1],
        }

    def unfinished(self) -> list[tuple[Any, ...]]:
        """Some of the events that were not processed, and what is known of why."""
        return self.ask(
            "SELECT state, note, left(error, 200), attempts, received_at, due_at, processed_at"
            " FROM whatsapp_webhookevent WHERE state <> 'processed' ORDER BY id DESC LIMIT 5"
        )


def wait_until_taken(meta: Meta, count: int = 50, seconds: float = 120) -> None:
    """Until ``count`` more messages were answered 200: a machine of two cores may have much else to do."""
    before = len(meta.stored)
    eventually(lambda: len(meta.stored) >= before + count, seconds)


def judge(copy: Copy, meta: Meta) -> None:
    """Once bodies are taken again, stops the sender and holds the database to its own record.

    Each body that was answered 200 is stored once, and processed once.
    """
    wait_until_taken(meta)
    meta.stop()
    began = time.monotonic()
    court, wamids = Judge(copy), meta.stored
    eventually(copy.is_ready, 90)
    eventually(court.is_drained, DRAIN_SECONDS)
    counts = court.counts(wamids)
    lost, doubled = len(wamids) - counts["distinct messages"], counts["messages"] - counts["distinct messages"]
    told = {"wamids": len(wamids), "lost": lost, "doubled": doubled, "drained in s": round(time.monotonic() - began, 1)}
    print(f"\n{meta.summary | told}")  # noqa: T201 - the figures of a run
    wanted = {"events processed": len(wamids), "messages": len(wamids), "distinct messages": len(wamids)}
    assert counts == wanted, (counts, wanted, court.unfinished())
