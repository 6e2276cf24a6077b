"""Copies of Recado for the tests of this folder; every one is stopped and its data thrown away."""

from collections.abc import Callable, Iterator

import pytest

from tests.chaos.copies import Copy, throwaway


@pytest.fixture(scope="module")
def make_copy() -> Iterator[Callable[..., Copy]]:
    with throwaway() as make:
        yield make


@pytest.fixture(scope="module")
def running(make_copy: Callable[..., Copy]) -> Iterator[Copy]:
    """One copy for all tests of a module; a test that breaks it leaves it ready again."""
    copy = make_copy().start().wait_ready()
    yield copy
    copy.stop()
