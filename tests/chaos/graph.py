"""A Meta that fails in every known way, counts what it accepted and by its own limits, and tells statuses of it.

It answers ``POST …/messages`` itself, in a thread of the test's own process, so that its record needs no asking. All
else is handed on to the copy's simulator. Nothing of Recado's is used: what it says is judged against this record.
"""

import asyncio
import hashlib
import hmac
import itertools
import json
import random
import socket
import struct
import threading
import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.bench import bodies
from tests.bench.stand_in import PAIR_BURST, PAIR_REFILL, Bucket
from tests.chaos.plans import Number

SLOW_SECONDS = 10.0
STATUSES = {"sent": 0.3, "delivered": 1.0}  # seconds from acceptance
STATUSES_A_POST = 50
REFUSALS = {"throughput": (429, 130429), "pair": (400, 131056), "error_500": (500, 131000), "token": (401, 190)}
FAULTS = ("error_500", "bare_500", "throughput", "pair", "timeout_before", "timeout_after", "reset_after", "slow")
WEIGHTS = (0.5, 0.5, 1, 1, 1, 1, 1, 1)  # a 500 comes with Meta's body or without
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: close() sends RST


@dataclass(frozen=True)
class Accepted:
    """A message on its way to the customer; nothing takes it back."""

    job: str
    attempt: int
    number: str
    to: str
    wamid: str
    at: float


@dataclass
class Record:
    """What Meta knows at the end."""

    accepted: list[Accepted] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)  # limits that the sender should have kept
    strangers: int = 0  # bodies without a reference, or of a number that is not known

    @property
    def by_job(self) -> dict[str, list[Accepted]]:
        found: dict[str, list[Accepted]] = defaultdict(list)
        for one in self.accepted:
            found[one.job].append(one)
        return found


class Graph:
    """``share`` of the calls meet each fault while ``is_faulty``; ``expired`` tokens are refused with 190."""

    def __init__(self, port: int, simulator_url: str, share: float = 0.05, seed: int = 7) -> None:
        self.url, self._port, self._simulator_url, self._share = f"http://127.0.0.1:{port}", port, simulator_url, share
        self.record, self.expired, self.is_faulty = Record(), set[str](), True
        self._numbers: dict[str, Number] = {}
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._statuses: dict[str, deque[Accepted]] = {name: deque() for name in STATUSES}
        self._random, self._wamids = random.Random(seed), itertools.count(1)
        self._stop = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._threads = [threading.Thread(target=self._serve, daemon=True)]

    def start(self) -> "Graph":
        for thread in self._threads:
            thread.start()
        return self

    def know(self, numbers: list[Number], webhook_url: str, app_secret: str) -> None:
        """Registers numbers, and where their statuses go."""
        self._numbers = {number.phone_number_id: number for number in numbers}
        self._threads.append(threading.Thread(target=self._tell, args=(webhook_url, app_secret), daemon=True))
        self._threads[-1].start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(20)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve_until_stopped())

    async def _serve_until_stopped(self) -> None:
        server = await asyncio.start_server(self._connection, "127.0.0.1", self._port, backlog=1024)
        async with server:
            while not self._stop.is_set():
                await asyncio.sleep(0.1)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._request(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError):
            pass  # a caller that was killed
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One call; whether the connection lives on."""
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = lines[0].split(" ", 2)
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if token in self.expired:
            self.record.faults["token"] += 1
            return await _write(writer, *_refusal("token"))
        if method == "POST" and path.endswith("/messages"):
            return await self._send(reader, writer, path.split("/")[2], json.loads(body))
        return await _write(writer, *await asyncio.to_thread(self._hand_on, method, path, headers, body))

    def _hand_on(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        kept = {name: headers[name] for name in ("authorization", "content-type") if name in headers}
        answer = requests.request(method, f"{self._simulator_url}{path}", headers=kept, data=body, timeout=20)
        return answer.status_code, answer.content

    async def _send(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number_id: str, body: dict[str, Any]
    ) -> bool:
        number, reference = self._numbers.get(number_id), str(body.get("biz_opaque_callback_data", ""))
        if number is None or ":" not in reference:
            self.record.strangers += 1
            return await _write(writer, *_refusal("error_500"))
        over = self._limit_broken_by(number, body["to"])
        if over:
            self.record.broken[over] += 1
            return await _write(writer, *_refusal(over))
        return await self._under(self._fault(), reader, writer, number, body["to"], reference)

    async def _under(
        self,
        fault: str,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        number: Number,
        to: str,
        reference: str,
    ) -> bool:
        self.record.faults[fault] += 1
        if fault in REFUSALS:
            return await _write(writer, *_refusal(fault))
        if fault == "bare_500":
            return await _write(writer, 500, b"<html>Sorry, something went wrong.</html>")
        if fault == "timeout_before":
            await reader.read()
            return False
        accepted = self._accept(number, to, reference)
        if fault == "timeout_after":
            await reader.read()
            return False
        if fault == "reset_after":
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            return False
        if fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        return await _write(writer, 200, _acceptance(accepted))

    def _fault(self) -> str:
        """Each line of FAULTS is met with ``share``, by its weight; mostly none."""
        if not self.is_faulty or self._random.random() >= self._share * sum(WEIGHTS):
            return "none"
        return self._random.choices(FAULTS, WEIGHTS)[0]

    def _limit_broken_by(self, number: Number, to: str) -> str:
        """The limit that this message breaks, by Meta's own accounts of all that came."""
        if not self._bucket((number.phone_number_id, ""), number.throughput, number.throughput).take():
            return "throughput"
        return "" if self._bucket((number.phone_number_id, to), PAIR_BURST, PAIR_REFILL).take() else "pair"

    def _bucket(self, key: tuple[str, str], size: float, a_second: float) -> Bucket:
        if key not in self._buckets:
            self._buckets[key] = Bucket(size, a_second)
        return self._buckets[key]

    def _accept(self, number: Number, to: str, reference: str) -> Accepted:
        job, _, attempt = reference.partition(":")
        wamid = f"wamid.chaos{next(self._wamids)}"
        accepted = Accepted(job, int(attempt), number.phone_number_id, to, wamid, time.time())
        self.record.accepted.append(accepted)
        for waiting in self._statuses.values():
            waiting.append(accepted)
        return accepted

    def _tell(self, url: str, app_secret: str) -> None:
        """Posts statuses as they become due; a body that was not answered 200 is posted again until it is."""
        session = requests.Session()
        while not self._stop.wait(0.1):
            for name, waiting in self._statuses.items():
                due = [one for one in _first(waiting) if one.at + STATUSES[name] <= time.time()]
                if due and _post(session, url, self._body(name, due), app_secret):
                    for _ in due:
                        waiting.popleft()

    def _body(self, name: str, due: list[Accepted]) -> bytes:
        values: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for accepted in due:
            number = self._numbers[accepted.number]
            status = {"id": accepted.wamid, "status": name, "timestamp": str(int(time.time()))}
            status |= {"recipient_id": accepted.to.removeprefix("+")}
            if number.labelled:
                status |= {"biz_opaque_callback_data": f"{accepted.job}:{accepted.attempt}"}
            metadata = {"display_phone_number": "551133334444", "phone_number_id": number.phone_number_id}
            value = {"messaging_product": "whatsapp", "metadata": metadata, "statuses": [status]}
            values[number.waba_id].append({"field": "messages", "value": value})
        entries = [{"id": waba_id, "changes": changes} for waba_id, changes in values.items()]
        return json.dumps({"object": "whatsapp_business_account", "entry": entries}).encode()

    @property
    def untold(self) -> int:
        """Statuses that nobody has answered for."""
        return sum(len(waiting) for waiting in self._statuses.values())


def _first(waiting: deque[Accepted]) -> list[Accepted]:
    """The next body's, which nobody else takes away."""
    return [waiting[n] for n in range(min(len(waiting), STATUSES_A_POST))]


def _post(session: requests.Session, url: str, body: bytes, app_secret: str) -> bool:
    signature = hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}
    try:
        return session.post(url + bodies.PATH, body, headers=headers, timeout=15).status_code == 200
    except requests.RequestException:
        return False


def _refusal(fault: str) -> tuple[int, bytes]:
    status, code = REFUSALS[fault]
    error = {"message": f"(#{code}) {fault}", "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf"}
    return status, json.dumps({"error": error}).encode()


def _acceptance(accepted: Accepted) -> bytes:
    contact = {"input": accepted.to, "wa_id": accepted.to.removeprefix("+")}
    answer = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": accepted.wamid}]}
    return json.dumps(answer).encode()


async def _write(writer: asyncio.StreamWriter, status: int, body: bytes) -> bool:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    return True
