"""What a page leaves in rings goes when its answer has gone out."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.core.signals import request_finished, request_started

from config import collector


class Ring:
    """Refers to itself: only the collector frees it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def swept() -> Iterator[None]:
    """As in a web process, and nothing is collected unless a request ends."""
    gc.collect()
    gc.disable()
    collector.sweep_after_requests()
    yield
    request_finished.disconnect(collector._sweep)
    gc.enable()


@pytest.fixture
def left(client) -> Iterator[list["weakref.ref[Ring]"]]:
    """Of each request, the ring that was made in it."""
    rings: list[weakref.ref[Ring]] = []

    def leave_one(**_signal: object) -> None:
        rings.append(weakref.ref(Ring()))

    request_started.connect(leave_one)
    yield rings
    request_started.disconnect(leave_one)


def test_rings_of_a_request_go_with_its_end(client, left):
    client.get("/healthz")
    assert [ring() for ring in left] == [None]


def test_what_outlived_a_sweep_goes_some_requests_later(client):
    ring = Ring()
    gc.collect(0)
    old = weakref.ref(ring)
    del ring
    client.get("/healthz")
    assert old() is not None
    for _ in range(collector.MIDDLE):
        client.get("/healthz")
    assert old() is None


def test_what_grew_old_goes_in_the_end(client, monkeypatch):
    monkeypatch.setattr(collector, "MIDDLE", 2)
    monkeypatch.setattr(collector, "OLD", 3)
    ring = Ring()
    gc.collect(1)
    old = weakref.ref(ring)
    del ring
    a_turn = collector.MIDDLE + 2
    for _ in range(a_turn * (collector.OLD - 1)):
        client.get("/healthz")
    assert old() is not None
    for _ in range(a_turn * 2):
        client.get("/healthz")
    assert old() is None
