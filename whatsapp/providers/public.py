"""Calls to addresses that other people typed in, which lead to the public internet and nowhere else.

The host's name is resolved here, every address that it has must be public, and the connection goes to one of those
that were looked at: neither a name server that changes its mind between two questions, nor a redirect, nor an IPv4
address dressed as IPv6 leads to a private network. Inside, not even a port is knocked at.
"""

import functools
import ipaddress
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import requests
from urllib3.connection import HTTPConnection
from urllib3.exceptions import ConnectTimeoutError, LocationParseError, NameResolutionError, NewConnectionError
from urllib3.util import Url, parse_url

from whatsapp.errors import ErrorKind, Refused
from whatsapp.providers import http

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NAT64 = ipaddress.ip_network("64:ff9b::/96")
OLD_STYLE = ipaddress.ip_network("::/96")  # IPv4 written as IPv6, unused since 2006
ANSWER_BYTES = 64 * 1024  # of an answer of somebody's server, what is read at most


@dataclass(eq=False)
class ForeignAddress(Refused):
    """An address that is not to be called: nothing was asked there."""


class PublicOnly(HTTPConnection):
    """Connects to an address that was found public, and to no other."""

    _dns_host: str

    def _new_conn(self) -> Any:
        name, failure = self._dns_host, None
        try:
            for address in public_addresses(self, name, self.port):
                self._dns_host = address
                try:
                    return super()._new_conn()
                except (NewConnectionError, ConnectTimeoutError) as error:
                    failure = error
        finally:
            self._dns_host = name
        raise failure or NewConnectionError(self, "the name has no address")


class _Connection(PublicOnly, http.SecureConnection):
    pass


class _Pool(http.SecurePool):
    ConnectionCls = _Connection


class _Adapter(http.Adapter):
    pools = {"https": _Pool}


def public_addresses(conn: HTTPConnection, host: str, port: int) -> Iterator[str]:
    """The addresses of ``host``, all of them public; ForeignAddress when one is not."""
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)]
    except (socket.gaierror, UnicodeError) as error:
        unknown = error if isinstance(error, socket.gaierror) else socket.gaierror(str(error))
        raise NameResolutionError(host, conn, unknown) from error
    if not all(map(is_public, found)):
        raise ForeignAddress("the host has an address that is not public", ErrorKind.CONTENT)
    return iter(dict.fromkeys(found))


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet; an IPv4 address inside IPv6 is judged as what it is."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return all(one.is_global and not one.is_multicast for one in (found, *_within(found)))


def _within(found: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address stands for: mapped, 6to4, Teredo, NAT64."""
    if isinstance(found, ipaddress.IPv4Address):
        return []
    inner: list[Address | None] = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    if found in NAT64 or found in OLD_STYLE:
        inner.append(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF))
    return [one for one in inner if one is not None]


def check(url: str) -> Url:
    """The parts of an address that may be called: https, a host, no name and password in it; else ForeignAddress.

    For forms; whether the host is public is seen at each call.
    """
    try:
        address = parse_url(url)
    except LocationParseError:
        raise ForeignAddress("the address cannot be read", ErrorKind.CONTENT) from None
    if address.scheme != "https" or not address.host or address.auth is not None:
        raise ForeignAddress("the address is not https://host/…", ErrorKind.CONTENT)
    return address


def post(url: str, body: bytes, headers: Mapping[str, str], *, trusts_all: bool = False) -> int:
    """Sends ``body`` to somebody's server; answers its HTTP status. Redirects are not followed.

    ``trusts_all``: plain http and private addresses too, for a copy on a laptop that calls its neighbour.
    ForeignAddress: nothing was asked. Unreachable and OutcomeUnknown as for every call (whatsapp.providers.http).
    """
    address = parse_url(url) if trusts_all else check(url)
    made = http.session() if trusts_all else session()
    limits = (http.CONNECT_SECONDS, http.READ_SECONDS)
    try:
        response = made.post(
            address.url, data=body, headers=dict(headers), timeout=limits, allow_redirects=False, stream=True
        )
        with closing(response):
            response.raw.read(ANSWER_BYTES)
            return response.status_code
    except requests.RequestException as error:
        raise http.meaning(error) from None


@functools.cache
def session() -> requests.Session:
    """This process's session for addresses that other people typed in."""
    return http.make_session(_Adapter(pool_maxsize=http.POOL_SIZE, max_retries=0))


os.register_at_fork(after_in_child=session.cache_clear)
