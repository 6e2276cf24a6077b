"""Runs a command as its user does: what it prints, or the line it fails with."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command


@pytest.fixture
def run(db: None) -> Callable[..., Any]:
    """The command's ``--json`` answer."""

    def run(*args: str) -> Any:
        out = io.StringIO()
        call_command(*args, "--json", stdout=out, stderr=io.StringIO())
        return json.loads(out.getvalue())

    return run


@pytest.fixture
def say(db: None) -> Callable[..., str]:
    """What the command tells people."""

    def say(*args: str) -> str:
        out = io.StringIO()
        call_command(*args, stdout=out, stderr=io.StringIO())
        return out.getvalue()

    return say
