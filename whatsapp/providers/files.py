"""Files that a provider serves: streamed, never held whole; and where a token may go.

A provider names the hosts that it serves files from. Those are reached by https alone, at public addresses
(whatsapp.providers.public). The provider's own base address, a
simulator's in development, is trusted as it is. Redirects are followed by hand: only to hosts of the same list, and
the token stays with the host that the provider told us.
"""

import functools
import os
from collections.abc import Callable, Generator
from contextlib import closing
from urllib.parse import urljoin

import requests
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from whatsapp.errors import ErrorKind, OutcomeUnknown, Refused
from whatsapp.providers import http
from whatsapp.providers.public import ForeignAddress, PublicOnly

FILE_SECONDS = 300.0  # from the request's last byte to the file's last one
CHUNK = 64 * 1024  # bytes
REDIRECTS_LIMIT = 3


class _FileResponse(http.TimedResponse):
    def total_seconds(self) -> float:
        return FILE_SECONDS


class _OwnConnection(http.Connection):
    response_class = _FileResponse


class _OwnSecureConnection(http.SecureConnection):
    response_class = _FileResponse


class _PublicConnection(PublicOnly, _OwnSecureConnection):
    pass


class _OwnPool(http.Pool):
    ConnectionCls = _OwnConnection


class _OwnSecurePool(http.SecurePool):
    ConnectionCls = _OwnSecureConnection


class _PublicPool(http.SecurePool):
    ConnectionCls = _PublicConnection


class _OwnAdapter(http.Adapter):
    pools = {"http": _OwnPool, "https": _OwnSecurePool}


class _PublicAdapter(http.Adapter):
    pools = {"https": _PublicPool}


def stream(url: str, *, token: str, base_url: str, is_file_host: Callable[[str], bool]) -> Generator[bytes]:
    """The file in pieces. The connection is opened by the first piece and closed with the iterator.

    ForeignAddress: not asked. Refused: the host answered something else than the file, its ``http_status`` says what
    (404: the address ran out). Unreachable and OutcomeUnknown as for every call; a file that ends too early is the
    latter.
    """
    first = None
    for _hop in range(REDIRECTS_LIMIT + 1):
        address = _check(url, base_url, is_file_host)
        first = first or _origin(address)
        response = _get(address, base_url, token if _origin(address) == first else "")
        with closing(response):
            if not response.is_redirect:
                yield from _pieces(response)
                return
            url = urljoin(address.url, response.headers["Location"])
    raise Refused("a file whose redirects do not end", ErrorKind.CONTENT)


def _check(url: str, base_url: str, is_file_host: Callable[[str], bool]) -> Url:
    """Parsed as the connection will parse it, so that nothing can look like one host here and be another there."""
    try:
        address = parse_url(url)
    except LocationParseError:
        raise ForeignAddress("the file's address cannot be read", ErrorKind.CONTENT) from None
    if address.auth is None and _origin(address) == _origin(parse_url(base_url)):
        return address
    is_plain = address.scheme == "https" and address.auth is None and address.port in (None, 443)
    if not (is_plain and is_file_host(address.host or "")):
        raise ForeignAddress(f"the file's address is not the provider's ({address.host})", ErrorKind.CONTENT)
    return address


def _origin(address: Url) -> tuple[str | None, str | None, int | None]:
    default = {"http": 80, "https": 443}.get(address.scheme or "")
    return address.scheme, address.host, address.port or default


def _get(address: Url, base_url: str, token: str) -> requests.Response:
    is_own = _origin(address) == _origin(parse_url(base_url))
    try:
        return (_own_session() if is_own else _public_session()).get(
            address.url,
            auth=http.Bearer(token) if token else None,
            headers={"Accept-Encoding": "identity"},
            timeout=(http.CONNECT_SECONDS, http.READ_SECONDS),
            allow_redirects=False,
            stream=True,
        )
    except requests.RequestException as error:
        raise http.meaning(error) from None


def _pieces(response: requests.Response) -> Generator[bytes]:
    if response.status_code >= 500:
        raise OutcomeUnknown(f"no file, but HTTP {response.status_code}", response.status_code)
    if response.status_code != 200:
        raise Refused(f"no file, but HTTP {response.status_code}", ErrorKind.CONTENT, http_status=response.status_code)
    try:
        yield from response.iter_content(CHUNK)
    except requests.RequestException as error:
        raise http.meaning(error) from None


@functools.cache
def _own_session() -> requests.Session:
    return http.make_session(_OwnAdapter(pool_maxsize=http.POOL_SIZE, max_retries=0))


@functools.cache
def _public_session() -> requests.Session:
    return http.make_session(_PublicAdapter(pool_maxsize=http.POOL_SIZE, max_retries=0))


for _session in (_own_session, _public_session):
    os.register_at_fork(after_in_child=_session.cache_clear)
