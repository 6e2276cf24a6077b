"""`/{app_id}/subscriptions`: which fields of WhatsApp the app itself gets, and where. Only the app's own token may ask.

What is changed here lasts until the simulator stops: the address belongs to how it was started.
"""

import secrets
from typing import Any

from ..errors import GraphError, missing
from ..post import challenge
from ..web import Response, as_json
from .call import Call

OBJECT = "whatsapp_business_account"


def subscriptions(call: Call) -> Response:
    fields, version = sorted(call.simulator.app_fields), "v25.0"
    if not fields:
        return as_json({"data": []})
    row = {
        "object": OBJECT,
        "callback_url": call.simulator.outbox.url,
        "active": True,
        "fields": [{"name": name, "version": version} for name in fields],
    }
    return as_json({"data": [row]})


def subscribe(call: Call) -> Response:
    """Adds fields; the address is used once it has answered the handshake."""
    body = _of_whatsapp(call)
    url, fields = str(body.get("callback_url") or ""), _names(body.get("fields"))
    if not url or not fields:
        raise missing("fields" if url else "callback_url")
    if not challenge(url, str(body.get("verify_token") or ""), str(secrets.randbelow(10**9))):
        raise GraphError(2200, message="(#2200) Callback verification failed: the challenge did not come back")
    call.simulator.outbox.url = url
    call.simulator.app_fields |= fields
    return as_json({"success": True})


def unsubscribe(call: Call) -> Response:
    """Takes fields away; without `fields`, all of them."""
    fields = _names(_of_whatsapp(call).get("fields"))
    call.simulator.app_fields -= fields or call.simulator.app_fields
    return as_json({"success": True})


def _of_whatsapp(call: Call) -> dict[str, Any]:
    body = call.request.query | call.request.json()
    if body.get("object") != OBJECT:
        raise GraphError(100, message=f"(#100) Param object must be one of {{{OBJECT}}}")
    return body


def _names(value: Any) -> set[str]:
    names = value if isinstance(value, list) else str(value or "").split(",")
    return {name for one in names if (name := str(one).strip())}
