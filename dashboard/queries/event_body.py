"""A webhook as it came, for people to read: pretty, cut where it is long, and without what opens doors."""

import json
import re
from dataclasses import dataclass
from typing import Any

from whatsapp.models import WebhookEvent

LONGEST = 60_000  # characters shown
DOTS = "••••"
SECRET_NAME = re.compile(r"token|secret|password|signature|api_?key|authorization|ciphertext", re.IGNORECASE)
SECRET_SHAPE = re.compile(r"(Bearer\s+|access_token=|\bEAA|\bSIM[-_])[\w.\-|%]{6,}")
ADDRESS_AT_META = re.compile(r"(https://[\w.-]*(?:fbsbx\.com|fbcdn\.net|whatsapp\.net)/[^\s\"?]*)\?[^\s\"]*")


@dataclass(frozen=True)
class Body:
    """``is_raw``: not understood, so shown as its bytes read. ``is_cut``: there is more of it."""

    text: str
    is_raw: bool = False
    is_cut: bool = False


def readable(event: WebhookEvent) -> Body:
    """The event's slice as indented JSON, else the whole body as it came."""
    if event.body is not None:
        return _cut(_veiled(bytes(event.body).decode("utf-8", "replace")), is_raw=True)
    try:
        value = json.loads(event.payload) if event.payload else None
    except (ValueError, RecursionError):
        return _cut(_veiled(event.payload), is_raw=True)
    return _cut("" if value is None else _pretty(value), is_raw=False)


def _pretty(value: Any) -> str:
    try:
        return json.dumps(guarded(value), ensure_ascii=False, indent=2)
    except RecursionError:
        return ""


def guarded(value: Any, name: str = "") -> Any:
    """``value`` with the last characters alone of what a name or a shape tells to be a secret."""
    if isinstance(value, dict):
        return {key: guarded(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [guarded(item, name) for item in value]
    if isinstance(value, str):
        return f"{DOTS}{value[-4:]}" if SECRET_NAME.search(name) and value else _veiled(value)
    return value


def _veiled(text: str) -> str:
    """Lone surrogates, which no page can carry, become question marks."""
    text = text.encode("utf-8", "replace").decode()
    return ADDRESS_AT_META.sub(rf"\1?{DOTS}", SECRET_SHAPE.sub(DOTS, text))


def _cut(text: str, *, is_raw: bool) -> Body:
    return Body(text[:LONGEST], is_raw, len(text) > LONGEST)
