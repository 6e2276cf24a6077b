"""Faults on demand, on calls of the Graph API and on webhooks. They live in memory: a restarted simulator is healthy.

    messages, media, templates, token   error, http_500, timeout_before, timeout_after, reset_before, reset_after,
                                        slow; on messages also status_failed (accepted, then a failed status of `code`)
    code, debug_token                   the same, on one of the two calls that `token` stands for
    accounts, numbers, subscribe,       the same: reading a WABA and its numbers, reading a number, subscribing the app,
    register                            registering a number
    phone_app                           the same: asking for the phone app's address book or history
    uploads                             the same: example files of templates' headers
    webhook                             drop, duplicate, delay, reorder, batch

Several faults: in the order made, and at most one applies to a call or to a webhook's update.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from . import errors

CALLS = (
    *("messages", "media", "templates", "token"),
    *("code", "debug_token", "accounts", "numbers", "subscribe", "register", "phone_app", "uploads"),
)
ON_CALLS = ("error", "http_500", "timeout_before", "timeout_after", "reset_before", "reset_after", "slow")
ON_MESSAGES = (*ON_CALLS, "status_failed")
ON_WEBHOOKS = ("drop", "duplicate", "delay", "reorder", "batch")
DEFAULT_DELAY_MS = 2000

Answer = TypeVar("Answer")


class BadFault(ValueError):
    """The fault cannot be made; the text says why."""


class NoAnswer(Exception):
    """The caller is left waiting until it hangs up."""


class ConnectionReset(Exception):
    """The connection is cut off with a TCP reset."""


@dataclass
class Fault:
    on: str
    fault: str
    times: int | None = None
    probability: float = 1.0
    code: int = 131000
    delay_ms: int = DEFAULT_DELAY_MS
    to: str = ""
    id: int = 0
    applied: int = 0

    def is_for(self, on: str, phones: tuple[str, ...]) -> bool:
        return self.on == on and (not self.to or self.to in phones)

    @property
    def is_spent(self) -> bool:
        return self.times is not None and self.applied >= self.times


def parse(body: dict[str, Any]) -> Fault:
    """A fault from the body of `POST /sim/faults`; BadFault names what is wrong with it."""
    on, kind = str(body.get("on")), str(body.get("fault"))
    known = ON_WEBHOOKS if on == "webhook" else ON_MESSAGES if on == "messages" else ON_CALLS
    if on not in (*CALLS, "webhook"):
        raise BadFault(f"`on` is one of {', '.join((*CALLS, 'webhook'))}, not {on!r}")
    if kind not in known:
        raise BadFault(f"on {on} the fault is one of {', '.join(known)}, not {kind!r}")
    times = _number(body, "times", int, lowest=1)
    return Fault(
        on=on,
        fault=kind,
        times=times,
        probability=_number(body, "probability", float, lowest=0, highest=1, default=1.0),
        code=_number(body, "code", int, lowest=0, default=131026 if kind == "status_failed" else 131000),
        delay_ms=_number(body, "delay_ms", int, lowest=0, default=DEFAULT_DELAY_MS),
        to="".join(filter(str.isdigit, str(body.get("to") or ""))),
    )


def _number(
    body: dict[str, Any], key: str, kind: type, *, lowest: float, highest: float | None = None, default: Any = None
) -> Any:
    value = body.get(key)
    if value is None:
        return default
    try:
        number = kind(value)
    except (TypeError, ValueError):
        raise BadFault(f"`{key}` is a number, not {value!r}") from None
    if number < lowest or (highest is not None and number > highest):
        raise BadFault(f"`{key}` is at least {lowest}" + (f" and at most {highest}" if highest is not None else ""))
    return number


@dataclass
class Faults:
    _faults: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            fault.id = next(self._ids)
            self._faults.append(fault)
        return fault

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def take(self, on: str, *phones: str) -> Fault | None:
        """The fault that applies to this call or update, counted as applied; a spent one leaves the list."""
        with self._lock:
            for fault in self._faults:
                if fault.is_for(on, phones) and random.random() < fault.probability:  # noqa: S311
                    fault.applied += 1
                    self._faults = [one for one in self._faults if not one.is_spent]
                    return fault
        return None


def play(fault: Fault, call: Callable[[], Answer]) -> Answer:
    """Run a call under a fault: answer, refuse, or raise NoAnswer or ConnectionReset."""
    kind = fault.fault
    if kind == "error":
        raise errors.by_code(fault.code)
    if kind == "http_500":
        raise errors.GraphError(131000, status=500)
    if kind in ("timeout_after", "reset_after"):
        call()
    if kind.startswith("timeout"):
        raise NoAnswer
    if kind.startswith("reset"):
        raise ConnectionReset
    time.sleep(fault.delay_ms / 1000)
    return call()
