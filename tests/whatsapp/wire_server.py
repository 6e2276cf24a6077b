"""A server that does exactly what a test says on each accepted connection: a bare socket, no HTTP library."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self

ANSWER = b'{"messaging_product": "whatsapp", "contacts": [{"wa_id": "1"}], "messages": [{"id": "wamid.1"}]}'


class WireServer:
    """Runs ``play(connection)`` for every connection; ``requests`` holds the heads it read, in order."""

    def __init__(self, play: Callable[["Connection"], None]) -> None:
        self._play = play
        self.requests: list[str] = []
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                raw, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(raw,), daemon=True).start()

    def _talk(self, raw: socket.socket) -> None:
        with raw, suppress(OSError):  # the client goes away: some tests are about that
            self._play(Connection(raw, self.requests))


class Connection:
    """One accepted connection."""

    def __init__(self, raw: socket.socket, requests: list[str]) -> None:
        self.raw = raw
        self._requests = requests
        self._file = raw.makefile("rb")

    def read(self) -> bool:
        """Reads one request whole; False when the client closed."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = self._file.readline()
            if not line:
                return False
            head += line
        length = next(
            (int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length")), 0
        )
        self._file.read(length)
        self._requests.append(head.decode())
        return True

    def each(self) -> Iterator[None]:
        while self.read():
            yield

    def answer(self, body: bytes = ANSWER, status: str = "200 OK", headers: str = "") -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.raw.sendall(head.encode() + body)

    def reset(self) -> None:
        """Closes so that the client sees a reset, not an orderly end."""
        self.raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
        self.raw.close()


@contextmanager
def refused_port() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    yield f"http://127.0.0.1:{port}"
