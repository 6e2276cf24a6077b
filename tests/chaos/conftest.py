"""Copies of Recado for the tests of this folder; every one is stopped and its data thrown away."""

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.copies import Copy


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own account can reach, as pytest's are not."""
    made = Path(tempfile.mkdtemp(prefix="recado-chaos-"))
    made.chmod(0o711)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def make_copy(folder: Path) -> Iterator[Callable[..., Copy]]:
    """Makes copies, not started yet; the same name is the same data."""
    made: list[Copy] = []

    def make(name: str = "copy", port: int | None = None, **env: str) -> Copy:
        made.append(Copy(folder / name, port, **env))
        return made[-1]

    yield make
    for copy in made:
        for process in copy.processes():
            os.kill(process.pid, signal.SIGKILL)


@pytest.fixture(scope="module")
def running(make_copy: Callable[..., Copy]) -> Iterator[Copy]:
    """One copy for all tests of a module; a test that breaks it leaves it ready again."""
    copy = make_copy().start().wait_ready()
    yield copy
    copy.stop()
