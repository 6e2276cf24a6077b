"""What other people typed in leads to the public internet, and nowhere else."""

import itertools
import socket
import threading
from contextlib import contextmanager

import pytest

from whatsapp.errors import Unreachable
from whatsapp.providers import public
from whatsapp.providers.public import ForeignAddress, is_public

PUBLIC = "157.240.12.35"


@contextmanager
def listener(family=socket.AF_INET, host="127.0.0.1"):
    """A server of the private network that remembers whoever knocks."""
    knocks = []

    def accept(server):
        while True:
            try:
                knocks.append(server.accept()[1])
            except OSError:
                return

    with socket.create_server((host, 0), family=family) as server:
        threading.Thread(target=accept, args=[server], daemon=True).start()
        yield server.getsockname()[1], knocks


def resolve_to(monkeypatch, *answers):
    """A name server that says one thing after the other, and repeats its last answer."""
    said = itertools.chain(answers, itertools.repeat(answers[-1]))

    def answer(_host, port, *_rest, **_names):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in next(said)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *((one, True) for one in (PUBLIC, "2a03:2880:f10d::1", "64:ff9b::9df0:c23")),
        *((one, False) for one in ("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.9", "169.254.169.254", "0.0.0.0")),  # noqa: S104
        *((one, False) for one in ("::1", "::", "fe80::1%eth0", "fd00::1", "100.64.0.1", "224.0.0.1", "ff02::1")),
        *((one, False) for one in ("::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2002:7f00:1::")),
    ],
)  # fmt: skip
def test_public_addresses_are_told_from_private_ones(address, public):
    assert is_public(address) is public


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
def test_a_server_inside_is_not_even_knocked_at(host):
    with listener() as (port, knocks), pytest.raises((ForeignAddress, Unreachable)):
        public.post(f"https://{host}:{port}/", b"{}", {})
    assert knocks == []


def test_nor_by_ipv6():
    with listener(socket.AF_INET6, "::1") as (port, knocks), pytest.raises(ForeignAddress):
        public.post(f"https://[::1]:{port}/", b"{}", {})
    assert knocks == []


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    with listener() as (port, knocks):
        resolve_to(monkeypatch, [PUBLIC, "127.0.0.1"])
        with pytest.raises(ForeignAddress):
            public.post(f"https://tenant.example:{port}/", b"{}", {})
    assert knocks == []


def test_a_name_that_changes_its_mind_is_connected_where_it_was_looked_at(monkeypatch):
    """Rebinding: public when asked first, private when asked again. It is asked once."""
    asked = []

    def refuse(address, *_rest, **_names):
        asked.append(address[0])
        raise ConnectionRefusedError

    with listener() as (port, knocks):
        resolve_to(monkeypatch, [PUBLIC], ["127.0.0.1"])
        monkeypatch.setattr("urllib3.util.connection.create_connection", refuse)
        with pytest.raises(Unreachable):
            public.post(f"https://tenant.example:{port}/", b"{}", {})
    assert (asked, knocks) == ([PUBLIC], [])


@pytest.mark.parametrize(
    "url",
    ["http://tenant.example/", "https://a:b@tenant.example/", "ftp://tenant.example/", "file:///etc/passwd", "//x", "",
     "https://[broken/", "gopher://127.0.0.1:6379/_FLUSHALL", "https:///nothing"],
)  # fmt: skip
def test_what_is_no_plain_https_address_is_refused(url):
    with pytest.raises(ForeignAddress):
        public.post(url, b"{}", {})


def test_a_name_that_nobody_knows_is_unreachable(monkeypatch):
    def unknown(*_args, **_names):
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable):
        public.post("https://nobody.invalid/", b"{}", {})


def test_a_redirect_is_an_answer_and_leads_nowhere():
    def redirect(server):
        connection = server.accept()[0]
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=redirect, args=[server], daemon=True).start()
        address = f"http://127.0.0.1:{server.getsockname()[1]}/"
        assert public.post(address, b"{}", {}, trusts_all=True) == 302
