"""HTTP on 127.0.0.1: the standard library's threading server.

It is enough (over a thousand requests a second with connections kept open), it needs no package, and its handler owns
the socket, which the faults "never answers" and "connection reset" need. Each answer leaves in one write.
"""

import logging
import select
import socket
import struct
import threading
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import routes
from .faults import ConnectionReset, NoAnswer
from .simulator import Simulator
from .web import Request, Response

logger = logging.getLogger(__name__)

HOST = "127.0.0.1"
LONGEST_BODY = 110 * 1024 * 1024
LONGEST_SILENCE_SECONDS = 300
RESET = struct.pack("ii", 1, 0)  # SO_LINGER of 0 s: close() sends RST


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int, simulator: Simulator) -> None:
        self.simulator = simulator
        self.stopping = threading.Event()
        super().__init__((HOST, port), Handler)

    def shutdown(self) -> None:
        self.stopping.set()
        super().shutdown()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up early is no error of ours."""
        logger.debug("connection from %s ended early", client_address, exc_info=True)


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = LONGEST_SILENCE_SECONDS

    def _serve(self) -> None:
        body = self._read_body()
        if body is None:
            return self._write(Response(413))
        try:
            response = routes.answer(self.server.simulator, Request(self.command, self.path, self.headers, body))
        except NoAnswer:
            return self._stay_silent()
        except ConnectionReset:
            return self._reset()
        except Exception:
            logger.exception("%s %s failed", self.command, self.path)
            response = Response(500, b'{"error": {"message": "the simulator failed; see its log", "code": 1}}')
        return self._write(response)

    do_GET = do_POST = do_DELETE = do_HEAD = _serve  # noqa: N815

    def _read_body(self) -> bytes | None:
        """The body by its length or in chunks; None when it is too long."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._read_chunks()
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length <= LONGEST_BODY else None

    def _read_chunks(self) -> bytes | None:
        chunks, total = [], 0
        while size := int(self.rfile.readline().split(b";")[0], 16):
            total += size
            if total > LONGEST_BODY:
                return None
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _write(self, response: Response) -> None:
        headers = {
            "Date": self.date_time_string(),
            "Content-Type": response.content_type,
            "Content-Length": str(len(response.body)),
        }
        lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, '')}"]
        lines += [f"{name}: {value}" for name, value in (headers | response.headers).items()]
        head = "\r\n".join(lines).encode("latin-1", errors="replace") + b"\r\n\r\n"
        self.wfile.write(head + (b"" if self.command == "HEAD" else response.body))

    def _stay_silent(self) -> None:
        """Hold the connection, saying nothing, until the caller hangs up."""
        self.close_connection = True
        for _ in range(LONGEST_SILENCE_SECONDS):
            readable, _, _ = select.select([self.connection], [], [], 1)
            hung_up = bool(readable) and not self.connection.recv(1, socket.MSG_PEEK)
            if hung_up or self.server.stopping.is_set():
                return

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        logger.debug(format, *args)
