"""Bodies and signatures of webhooks, byte for byte as Meta makes them."""

import hashlib
import hmac
import json
from typing import Any

MERGED = ("contacts", "messages", "statuses", "errors")


def dump(envelope: dict[str, Any]) -> bytes:
    """Non-ASCII as \\u escapes and slashes as \\/: who verifies a re-serialised body will notice."""
    return json.dumps(envelope, separators=(",", ":")).replace("/", "\\/").encode("ascii")


def headers(body: bytes, app_secret: str) -> dict[str, str]:
    key = app_secret.encode()
    return {
        "Content-Type": "application/json",
        "User-Agent": "facebookexternalua",
        "X-Hub-Signature": "sha1=" + hmac.new(key, body, hashlib.sha1).hexdigest(),
        "X-Hub-Signature-256": "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest(),
    }


def envelope(updates: list[tuple[str, int | None, str, dict[str, Any]]]) -> dict[str, Any]:
    """One body of several updates (entry id, entry time, field, value).

    Updates of one WABA share an entry; those of field `messages` of one number share a change, as Meta batches them.
    """
    entries: dict[tuple[str, int | None], dict[str, Any]] = {}
    for entry_id, entry_time, field, value in updates:
        empty: dict[str, Any] = {"id": entry_id} | ({"time": entry_time} if entry_time else {}) | {"changes": []}
        changes = entries.setdefault((entry_id, entry_time), empty)["changes"]
        shared = _shared_change(changes, field, value)
        if shared is None:
            changes.append({"value": value, "field": field})
        else:
            _merge(shared["value"], value)
    return {"object": "whatsapp_business_account", "entry": list(entries.values())}


def _shared_change(changes: list[dict[str, Any]], field: str, value: dict[str, Any]) -> dict[str, Any] | None:
    metadata = value.get("metadata")
    if field != "messages" or not metadata:
        return None
    matching = (c for c in changes if c["field"] == field and c["value"].get("metadata") == metadata)
    return next(matching, None)


def _merge(into: dict[str, Any], value: dict[str, Any]) -> None:
    for key in MERGED:
        known = into.get(key, [])
        if fresh := [item for item in value.get(key, []) if item not in known]:
            into[key] = known + fresh
