"""A supervisor over toy programs, and what it said."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.dev.processes import Program
from config.dev.supervisor import Supervisor


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path, said):
    supervisor = Supervisor(tmp_path / "logs", tmp_path / "pids", lambda who, text: said.append(f"{who}: {text}"))
    yield supervisor
    supervisor.stop_all([])


@pytest.fixture
def toy(tmp_path) -> Callable[..., Program]:
    """Makes a program out of Python source."""

    def make(source: str, name: str = "toy", **options) -> Program:
        return Program(name, [sys.executable, "-c", source], Path(tmp_path), {"PYTHONUNBUFFERED": "1"}, **options)

    return make
