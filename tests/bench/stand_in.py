"""A stand-in for Meta's messages endpoint that costs little: one process, asyncio, no framework.

``python -m tests.bench.stand_in PORT DELAY_MS [THROUGHPUT]`` answers each send after DELAY_MS. It keeps Meta's own
accounts of what came: a bucket of THROUGHPUT messages a number, refilled at THROUGHPUT a second (0: no limit), and a
bucket of 45 a pair, refilled by one each 6 s. What breaks one is refused with 130429 or 131056. ``GET /report`` tells
what happened.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter, defaultdict
from typing import Any

HEADER_END = b"\r\n\r\n"
PAIR_BURST, PAIR_REFILL = 45, 1 / 6


class Bucket:
    """Holds at most ``size`` tokens, refilled at ``a_second``; each message takes one."""

    def __init__(self, size: float, a_second: float) -> None:
        self.size, self.a_second, self.tokens, self.at = size, a_second, size, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.a_second)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Accounts:
    """What came, and what Meta would have said to it."""

    def __init__(self, throughput: float) -> None:
        self.references: Counter[str] = Counter()
        self.refused: Counter[int] = Counter()
        self.arrivals: dict[str, list[float]] = defaultdict(list)
        self.by_person: dict[str, list[float]] = defaultdict(list)
        self._throughput = throughput
        self._numbers: dict[str, Bucket] = {}
        self._pairs: dict[tuple[str, str], Bucket] = {}
        self._wamids = itertools.count(1)

    def answer(self, number: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        to = body["to"]
        self.arrivals[number].append(time.time())
        self.by_person[to].append(time.time())
        if self._throughput and not self._bucket(self._numbers, number, self._throughput, self._throughput).take():
            return self._refuse(130429)
        if not self._bucket(self._pairs, (number, to), PAIR_BURST, PAIR_REFILL).take():
            return self._refuse(131056)
        self.references[body.get("biz_opaque_callback_data", "")] += 1
        wamid = f"wamid.{next(self._wamids)}"
        contact = {"input": to, "wa_id": to.removeprefix("+")}
        return 200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}

    def _bucket(self, buckets: dict[Any, Bucket], key: Any, size: float, a_second: float) -> Bucket:
        if key not in buckets:
            buckets[key] = Bucket(size, a_second)
        return buckets[key]

    def _refuse(self, code: int) -> tuple[int, dict[str, Any]]:
        self.refused[code] += 1
        return 400, {"error": {"message": f"(#{code}) too fast", "type": "OAuthException", "code": code}}

    def report(self) -> dict[str, Any]:
        """Accepted references with their counts, refusals by code, arrival times by number and by person."""
        return {
            "references": dict(self.references),
            "refused": {str(code): count for code, count in self.refused.items()},
            "arrivals": dict(self.arrivals),
            "by_person": dict(self.by_person),
        }


class Door(asyncio.Protocol):
    """One kept connection; requests come one after another on it."""

    def __init__(self, accounts: Accounts, delay: float) -> None:
        self.accounts, self.delay, self.buffer = accounts, delay, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, end, rest = self.buffer.partition(HEADER_END)
        length = _content_length(head)
        if not end or len(rest) < length:
            return
        self.buffer = rest[length:]
        path = head.split(b" ", 2)[1].decode()
        if path == "/report":
            self._write(200, self.accounts.report())
            return
        status, answer = self.accounts.answer(path.split("/")[2], json.loads(rest[:length]))
        asyncio.get_running_loop().call_later(self.delay, self._write, status, answer)

    def _write(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        if not self.transport.is_closing():
            self.transport.write(head.encode() + body)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


async def main(port: int, delay: float, throughput: float) -> None:
    accounts = Accounts(throughput)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Door(accounts, delay), "127.0.0.1", port, backlog=1024)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    _port, _delay, *_throughput = sys.argv[1:]
    asyncio.run(main(int(_port), float(_delay) / 1000, float(_throughput[0]) if _throughput else 0))
