"""A load generator that costs little beside what it measures: raw sockets, one thread, requests built beforehand.

Runs as a process of its own (``python -m tests.bench.load``), so that its work is on its own interpreter; it shares the
cores with the server, as any generator on one machine does.
"""

import json
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

HEADER_END = b"\r\n\r\n"


@dataclass(frozen=True)
class Result:
    """One run: requests a second over its whole time, latencies in milliseconds, answers by HTTP status."""

    requests: int
    seconds: float
    p50_ms: float
    p95_ms: float
    statuses: dict[str, int]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def http_post(path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A whole keep-alive request as bytes."""
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + HEADER_END + body


def run(port: int, requests: Sequence[bytes], concurrency: int, rate: float = 0) -> Result:
    """Sends every request once over ``concurrency`` kept connections, in a process of its own.

    ``rate`` is how many are sent a second, as long as a connection is free; 0: as many as are answered.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requests"
        with source.open("wb") as file:
            for request in requests:
                file.write(len(request).to_bytes(4, "big") + request)
        command = [sys.executable, "-m", "tests.bench.load", str(port), str(concurrency), str(source), str(rate)]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr[-2000:])
    return Result(**json.loads(answer.stdout))


class _Connection:
    """One kept connection with at most one request in flight."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.buffer, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> str | None:
        """The HTTP status once the whole answer is there."""
        chunk = self.socket.recv(65_536)
        if not chunk:
            return "closed"
        self.buffer += chunk
        head, end, rest = self.buffer.partition(HEADER_END)
        return head[9:12].decode() if end and _is_whole(head.lower(), rest) else None


def _is_whole(head: bytes, rest: bytes) -> bool:
    for line in head.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(rest) >= int(line[15:])
        if line.startswith(b"transfer-encoding:"):
            return rest.endswith(b"0\r\n\r\n")
    return True


def _drive(port: int, requests: list[bytes], concurrency: int, rate: float) -> Result:
    waiting, latencies, statuses = deque(requests), [], Counter[str]()
    free = deque(_Connection(port) for _ in range(min(concurrency, len(requests))))
    busy: set[_Connection] = set()
    started = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        for connection in free:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        while busy or (free and waiting):
            while free and waiting and not (pause := _until(len(requests) - len(waiting), started, rate)):
                connection = free.popleft()
                connection.send(waiting.popleft())
                busy.add(connection)
            for key, _ in selector.select(pause if free and waiting else None):
                connection = key.data
                if (status := connection.receive()) is None:
                    continue
                if status == "closed":
                    selector.unregister(connection.socket)
                if connection not in busy:  # closed while it had nothing to do
                    free.remove(connection)
                    continue
                latencies.append(time.perf_counter() - connection.sent_at)
                statuses[status] += 1
                busy.remove(connection)
                if status != "closed":
                    free.append(connection)
    seconds = time.perf_counter() - started
    cuts = statistics.quantiles(latencies, n=100) if len(latencies) > 1 else latencies * 99
    return Result(len(latencies), seconds, cuts[49] * 1000, cuts[94] * 1000, dict(statuses))


def _until(number: int, started: float, rate: float) -> float:
    """Seconds until request ``number`` (from 0) is due."""
    return max(0.0, started + number / rate - time.perf_counter()) if rate else 0.0


def _read(source: Path) -> list[bytes]:
    data, requests, at = source.read_bytes(), [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        requests.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return requests


if __name__ == "__main__":
    _port, _concurrency, _source, _rate = sys.argv[1:]
    print(json.dumps(asdict(_drive(int(_port), _read(Path(_source)), int(_concurrency), float(_rate)))))
