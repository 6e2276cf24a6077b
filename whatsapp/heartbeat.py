"""Which processes are alive: each leaves its mark in Valkey now and then, and the health page reads them.

A convenience: without Valkey nobody is missed, since the banner of the broker tells more.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from whatsapp import valkey

BEAT, WORKER, RELAY = "beat", "worker", "relay"
ROLES = (BEAT, WORKER, RELAY)  # a worker and beat are seen together: beat's task is run by a worker
MISSED_AFTER = timedelta(seconds=60)
FORGOTTEN_AFTER = timedelta(days=7)
KEY = "recado:seen"


def note(role: str, name: str, now: datetime) -> None:
    """``name`` (a host, or empty) of ``role`` is alive now."""
    valkey.attempt(lambda client: client.hset(KEY, f"{role}:{name}", now.isoformat()))


def seen(now: datetime) -> dict[str, dict[str, datetime]] | None:
    """By role and name: when it was last alive, within the last week. None while Valkey does not answer."""
    marks = valkey.attempt(lambda client: client.hgetall(KEY))
    if marks is None:
        return None
    found: dict[str, dict[str, datetime]] = {role: {} for role in ROLES}
    for key, at in _read(marks).items():
        role, _colon, name = key.partition(":")
        if role in found and at > now - FORGOTTEN_AFTER:
            found[role][name] = at
    return found


def missing(now: datetime) -> dict[str, datetime] | None:
    """Roles of which nobody was seen for a minute, though somebody was within the last week, and since when."""
    known = seen(now)
    if known is None:
        return None
    newest = {role: max(names.values()) for role, names in known.items() if names}
    return {role: at for role, at in newest.items() if at < now - MISSED_AFTER}


def _read(marks: Mapping[Any, Any]) -> dict[str, datetime]:
    return {key.decode(): datetime.fromisoformat(value.decode()) for key, value in marks.items()}
