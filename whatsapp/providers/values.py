"""Broken values are data: what every provider's parser uses to read wire values without ever raising."""

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Any

EARLIEST = datetime(2009, 1, 1, tzinfo=UTC)  # the year WhatsApp began
CLOCK_TOLERANCE = timedelta(minutes=5)
DEEPEST = 40  # levels of nesting that are kept in rows; the event itself keeps all
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL's text and jsonb refuse them
USER_ID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,130}")
WA_ID = re.compile(r"[0-9]{1,20}")


def effective_time(raw: Any, received_at: datetime) -> tuple[datetime, bool]:
    """Unix seconds as a time, and whether the clock is doubtful.

    Never later than five minutes after it was received, never before 2009. What cannot be read becomes
    ``received_at``, marked doubtful.
    """
    try:
        told = datetime.fromtimestamp(int(text(raw, 20)), tz=UTC)
    except (ValueError, OverflowError, OSError):
        return received_at, True
    return max(EARLIEST, min(told, received_at + CLOCK_TOLERANCE)), False


def text(value: Any, limit: int | None = None) -> str:
    """A storable string: empty for what is neither text nor number, cut to ``limit``."""
    if isinstance(value, str):
        is_plain = value.isascii() and "\x00" not in value
        return (value if is_plain else UNSTORABLE.sub("\ufffd", value))[:limit]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return _digits(value)[:limit] if is_number else ""


def integer(value: Any) -> int:
    """A whole number that a database's integer takes; 0 for anything else."""
    try:
        number = int(text(value, 12))
    except ValueError:
        return 0
    return number if abs(number) < 2**31 else 0


def mapping(value: Any) -> dict[str, Any]:
    """``value`` if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects(value: Any) -> list[dict[str, Any]]:
    """The objects of a list; empty for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def wa_id(*candidates: Any) -> str:
    """The first candidate that is a phone's digits (a user id may stand in its place)."""
    return next((found for found in map(text, candidates) if WA_ID.fullmatch(found)), "")


def user_id(*candidates: Any) -> str:
    """The first candidate shaped like a business-scoped user id."""
    return next((found for found in map(text, candidates) if USER_ID.fullmatch(found)), "")


def storable(value: Any, depth: int = DEEPEST) -> Any:
    """``value`` as PostgreSQL's jsonb takes it: no NUL, lone surrogate, infinity or bottomless nesting."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, dict):
        return {text(key): storable(item, depth - 1) for key, item in value.items()} if depth else "…"
    if isinstance(value, list):
        return [storable(item, depth - 1) for item in value] if depth else "…"
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _digits(value: float) -> str:
    try:
        return str(value)
    except ValueError:  # more digits than Python writes
        return ""
