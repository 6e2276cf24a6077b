"""The one way out to a provider: a shared session, its time limits, and what a failed call proves.

::

    Unreachable      certainly not accepted: name not resolved, connection refused, timeout while connecting,
                     TLS handshake failed. No byte of the request has left.
    OutcomeUnknown   all that fails later: the request, or a part of it, has left, and no answer came.
    Answer           an answer came, whatever its status; the provider reads it.

Nothing is sent twice: urllib3's retries are off. A kept-alive connection that the server has closed is found closed
before use and opened anew, which is safe since nothing was written. When the server closes it in the very moment of
our writing, the request may or may not have been read: HTTP lets a client repeat only idempotent requests then, so
a POST ends as OutcomeUnknown. To make that rare, a connection idle for longer than ``IDLE_SECONDS`` (servers and load
balancers close theirs after 60 s and more) is not used again.

Neither texts nor representations of these errors hold a header, so no token either.
"""

import functools
import http.client
import io
import json as jsonlib
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from time import monotonic
from typing import Any, ClassVar

import certifi
import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import exceptions as urllib3_errors
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from whatsapp.errors import OutcomeUnknown, Unreachable

CONNECT_SECONDS = 5.0  # for each address of the host, and again for the TLS handshake
READ_SECONDS = 15.0  # between two pieces of the answer
TOTAL_SECONDS = 25.0  # from the request's last byte to the answer's last byte
IDLE_SECONDS = 20.0
POOL_SIZE = 64  # calls at the same time over kept connections, for each host

NEVER_LEFT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; ``data`` is its decoded JSON, None when it is not JSON."""

    status: int
    data: Any
    headers: Mapping[str, str]


class _TimedReader(io.RawIOBase):
    """Reads a socket until a deadline, however slowly its bytes drip."""

    def __init__(self, raw: Any, sock: socket.socket, deadline: float) -> None:
        self._raw, self._sock, self._deadline = raw, sock, deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("total time limit")
        self._sock.settimeout(min(left, self._sock.gettimeout() or left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class TimedResponse(http.client.HTTPResponse):
    """An answer, head and body, that must be complete within ``total_seconds()``."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: Any = io.BufferedReader(_TimedReader(self.fp.detach(), sock, monotonic() + self.total_seconds()))

    def total_seconds(self) -> float:
        return TOTAL_SECONDS


class Connection(HTTPConnection):
    response_class = TimedResponse


class SecureConnection(HTTPSConnection):
    response_class = TimedResponse


class Pool(HTTPConnectionPool):
    """Closes a connection that was idle too long, which makes its next use open it anew."""

    ConnectionCls: Any = Connection

    def _get_conn(self, timeout: float | None = None) -> Any:
        conn = super()._get_conn(timeout)
        if monotonic() - getattr(conn, "idle_since", monotonic()) > IDLE_SECONDS:
            conn.close()
        return conn

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.idle_since = monotonic()
        super()._put_conn(conn)


class SecurePool(Pool, HTTPSConnectionPool):
    ConnectionCls = SecureConnection

    def _validate_conn(self, conn: Any) -> None:
        """Connects and shakes hands, before the request: what fails here has sent nothing."""
        try:
            super()._validate_conn(conn)
        except urllib3_errors.ConnectTimeoutError:
            raise
        except (OSError, ValueError, urllib3_errors.HTTPError) as error:
            raise urllib3_errors.NewConnectionError(conn, f"TLS: {type(error).__name__}") from error


class Adapter(HTTPAdapter):
    pools: ClassVar[Mapping[str, Any]] = {"http": Pool, "https": SecurePool}

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = dict(self.pools)


class Bearer(AuthBase):
    """Puts the token on the request, and shows it nowhere else."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


@functools.cache
def session() -> requests.Session:
    """This process's session."""
    return make_session(Adapter(pool_maxsize=POOL_SIZE, max_retries=0))


def make_session(adapter: HTTPAdapter) -> requests.Session:
    """A session for ``adapter``. No proxy, netrc or CA bundle of a person's environment changes where a token goes."""
    made = requests.Session()
    made.trust_env = False
    made.verify = certifi.where()
    made.headers["User-Agent"] = "Recado"
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # tenants share it: nothing is remembered
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    return made


os.register_at_fork(
    after_in_child=session.cache_clear
)  # two processes on one connection would read each other's answers


def call(
    method: str,
    url: str,
    *,
    token: str,
    params: Mapping[str, Any] | None = None,
    json: Mapping[str, Any] | None = None,
    form: Mapping[str, tuple[str | None, bytes | str, str]] | None = None,
) -> Answer:
    """One HTTP call; raises Unreachable or OutcomeUnknown. Redirects are not followed: a token stays with its host.

    Without ``token`` it says nothing of who asks.
    ``form`` is a multipart body: file name (None for a plain field), content and type by the part's name.
    """
    bearer = {"Authorization": f"Bearer {token}"} if token else {}
    return _send(method, url, headers=bearer, params=params, json=json, files=form)


def post_bytes(url: str, *, headers: Mapping[str, str], content: bytes) -> Answer:
    """A file as the body itself, for uploads that take it so; ``headers`` say who asks. Raises as ``call``."""
    return _send("POST", url, headers=headers, data=content)


def _send(method: str, url: str, *, headers: Mapping[str, str], **body: Any) -> Answer:
    using = session()
    try:
        request = requests.PreparedRequest()
        request.prepare(method=method, url=url, headers={**using.headers, **headers}, **body)
        # By the adapter itself: what a session adds (cookies, redirects, the environment, hooks) is wanted of none of
        # our calls, and takes nearly half the work of one.
        response = using.get_adapter(url).send(request, timeout=(CONNECT_SECONDS, READ_SECONDS), verify=certifi.where())
        content = response.content
    except requests.RequestException as error:
        raise meaning(error) from None
    return Answer(response.status_code, _decode(content), response.headers)


def meaning(error: requests.RequestException) -> Unreachable | OutcomeUnknown:
    """What a failed request proves."""
    cause: Any = error.args[0] if error.args else error
    reason = getattr(cause, "reason", None) or cause
    name = type(reason if isinstance(reason, Exception) else error).__name__
    if isinstance(error, NEVER_LEFT) or isinstance(reason, urllib3_errors.ConnectTimeoutError):
        return Unreachable(f"no connection to the provider ({name})")
    return OutcomeUnknown(f"no readable answer from the provider ({name})")


def _decode(content: bytes) -> Any:
    try:
        return jsonlib.loads(content)
    except (ValueError, RecursionError):
        return None
