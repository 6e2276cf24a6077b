"""Whether a company's automation may be switched on: upper apps say what is still missing, the settings ask here."""

from collections.abc import Callable, Sequence
from typing import Any

Guard = Callable[[Any], Sequence[str]]  # a tenant -> what keeps it from being enabled, a sentence each
_guards: list[Guard] = []


def guard(asked: Guard) -> Guard:
    """Registers a function that is asked before a company's mode becomes ``enabled`` in production."""
    _guards.append(asked)
    return asked


def obstacles(tenant: Any) -> list[str]:
    """Everything that is missing, from every guard."""
    return [sentence for asked in _guards for sentence in asked(tenant)]
