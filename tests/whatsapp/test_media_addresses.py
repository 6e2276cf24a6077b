"""Where a token may go, and which addresses are never called."""

import socket
import threading

import pytest

from tests.whatsapp.media_files import MetaFiles
from whatsapp.errors import Refused
from whatsapp.providers import files
from whatsapp.providers.meta.media import is_file_host
from whatsapp.providers.public import ForeignAddress

BASE = "http://127.0.0.1:8999"


def pieces(url: str, base_url: str = BASE, token: str = "SIM-secret-token") -> bytes:
    return b"".join(files.stream(url, token=token, base_url=base_url, is_file_host=is_file_host))


@pytest.mark.parametrize(
    "host", ["lookaside.fbsbx.com", "scontent.xx.fbcdn.net", "mmg.whatsapp.net", "media-gru1-1.cdn.whatsapp.net"]
)
def test_hosts_of_meta_serve_files(host):
    assert is_file_host(host)


@pytest.mark.parametrize("host", ["", "evil.com", "fbsbx.com.evil.com", "notfbsbx.com", "whatsapp.net.", "localhost"])
def test_no_other_host_does(host):
    assert not is_file_host(host)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.com/x",
        "https://lookaside.fbsbx.com@evil.com/x",
        "https://evil.com\\@lookaside.fbsbx.com/x",
        "https://user:password@lookaside.fbsbx.com/x",
        "http://lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "http://127.0.0.1:8998/x",
        "https://127.0.0.1:8999/x",
        "file:///etc/passwd",
        "//lookaside.fbsbx.com/x",
        "https://[broken/x",
        "",
    ],
)
def test_an_address_that_is_not_the_providers_is_never_called(url, monkeypatch):
    monkeypatch.setattr(socket, "create_connection", lambda *_args, **_kw: pytest.fail("called"))
    with pytest.raises(ForeignAddress):
        pieces(url)


def test_a_host_of_meta_at_a_private_address_is_not_even_knocked_at(monkeypatch):
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        real = socket.getaddrinfo
        monkeypatch.setattr(
            socket, "getaddrinfo", lambda _host, _port, *rest, **names: real("127.0.0.1", port, *rest, **names)
        )
        accept = threading.Thread(target=lambda: heard.append(listener.accept()[0].recv(10)), daemon=True)
        accept.start()
        with pytest.raises(ForeignAddress, match="not public"):
            pieces("https://lookaside.fbsbx.com/x")
        accept.join(0.3)
    assert heard == []


def test_a_redirect_within_the_host_keeps_the_token():
    def serve(connection):
        is_first = len(server.requests) == 1
        connection.answer(*((b"", "302 Found", "Location: /second\r\n") if is_first else (b"bytes",)))

    with MetaFiles(serve=serve) as server:
        assert pieces(f"{server.url}/first", server.url) == b"bytes"
    assert all("authorization: bearer sim-secret-token" in request.lower() for request in server.requests)


def test_a_redirect_to_another_host_of_meta_gets_no_token(monkeypatch):
    """The other host is made one of Meta's for this test: what counts is that it is another origin."""
    monkeypatch.setattr(files, "_check", lambda url, _base, _hosts: files.parse_url(url))
    monkeypatch.setattr(files, "_public_session", files._own_session)
    with MetaFiles(b"bytes") as other:
        where = f"Location: {other.url}/second\r\n"
        with MetaFiles(serve=lambda connection: connection.answer(b"", "302 Found", where)) as first:
            assert pieces(f"{first.url}/first", first.url) == b"bytes"
        assert "authorization" not in other.headers(0)


def test_redirects_that_do_not_end_are_left():
    with MetaFiles(serve=lambda connection: connection.answer(b"", "302 Found", "Location: /again\r\n")) as server:
        with pytest.raises(Refused, match="do not end"):
            pieces(f"{server.url}/first", server.url)
        assert len(server.requests) == 4


def test_a_file_that_drips_ends_at_its_time_limit(monkeypatch):
    monkeypatch.setattr(files, "FILE_SECONDS", 0.5)
    stop = threading.Event()

    def drip(connection):
        connection.raw.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not stop.wait(0.05):
            connection.raw.sendall(b"x")

    with MetaFiles(serve=drip) as server:
        with pytest.raises(files.OutcomeUnknown):
            pieces(f"{server.url}/first", server.url)
        stop.set()
