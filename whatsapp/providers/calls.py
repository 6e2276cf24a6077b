"""What became of each call to a provider. Pure: whoever wants to know listens."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Call:
    """``edge`` is what was asked for, without ids; ``code`` the provider's error, the HTTP status, or why none came."""

    provider: str
    method: str
    edge: str
    code: str
    seconds: float


Listener = Callable[[Call], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """``listener`` hears of every call. It runs in the caller's thread and must not raise."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(call: Call) -> None:
    for listener in _listeners:
        listener(call)


def edge_of(path: str) -> str:
    """``1234/messages?x`` is ``messages``; of a path that ends in an id, ``object``."""
    last = path.partition("?")[0].rstrip("/").rpartition("/")[2]
    return last if last.replace("_", "").isalpha() else "object"
