"""How much of its call limits a provider says is used. Pure: whoever wants to know listens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Area(StrEnum):
    """Which calls a limit counts."""

    APP = "app"  # all calls of the app
    MESSAGES = "messages"  # of one account or portfolio
    MANAGEMENT = "management"  # likewise: reading numbers and templates


@dataclass(frozen=True)
class Usage:
    """One limit as an answer told it: ``percent`` of it is used; calls are allowed again in ``regain_seconds``.

    ``subject`` is the account's or the portfolio's id at the provider, empty for the app.
    """

    area: Area
    subject: str
    percent: float
    regain_seconds: float | None = None


Listener = Callable[[Sequence[Usage]], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """``listener`` hears of every answer that tells of usage. It runs in the caller's thread and must not raise."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(told: Sequence[Usage]) -> None:
    """Called by a provider with what one answer told."""
    for listener in _listeners if told else ():
        listener(told)
