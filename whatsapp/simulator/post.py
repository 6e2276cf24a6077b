"""POST to the product's webhook over connections kept open, one a thread and host."""

import http.client
import threading
from urllib.parse import urlencode, urlsplit

TIMEOUT_SECONDS = 10


class Poster(threading.local):
    """`post` returns "" for an answer of 200, else what went wrong in a few words."""

    def __init__(self) -> None:
        self._connections: dict[tuple[str, str], http.client.HTTPConnection] = {}

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> str:
        parts = urlsplit(url)
        host = (parts.scheme, parts.netloc)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        reused = host in self._connections
        trouble = self._try(host, path or "/", body, headers)
        if trouble and reused and host not in self._connections:  # the other side had closed it: once more, afresh
            trouble = self._try(host, path or "/", body, headers)
        return trouble

    def _try(self, host: tuple[str, str], path: str, body: bytes, headers: dict[str, str]) -> str:
        connection = self._connections.setdefault(host, _connect(*host))
        try:
            connection.request("POST", path, body, headers)
            with connection.getresponse() as response:
                response.read()
                return "" if response.status == 200 else str(response.status)
        except (OSError, http.client.HTTPException) as error:
            self._connections.pop(host).close()
            return type(error).__name__


def challenge(url: str, verify_token: str, number: str) -> bool:
    """Meta's handshake before it uses a callback address: the challenge must come back as the plain body of a 200."""
    parts = urlsplit(url)
    query = urlencode({"hub.mode": "subscribe", "hub.challenge": number, "hub.verify_token": verify_token})
    connection = _connect(parts.scheme, parts.netloc)
    try:
        connection.request("GET", f"{parts.path}?{query}")
        response = connection.getresponse()
        return response.status == 200 and response.read() == number.encode()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _connect(scheme: str, netloc: str) -> http.client.HTTPConnection:
    kind = http.client.HTTPSConnection if scheme == "https" else http.client.HTTPConnection
    return kind(netloc, timeout=TIMEOUT_SECONDS)
