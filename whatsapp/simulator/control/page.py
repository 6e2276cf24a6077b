"""`GET /sim/`: the customer's phone, its two small files, and the state that it polls."""

import json
import mimetypes
import sqlite3
import time
from pathlib import Path
from typing import Any

from ..rows import accounts, customers, media, messages, phone_apps
from ..rows.accounts import Number
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json

FOLDER = Path(__file__).resolve().parent.parent / "page"
FILES = frozenset({"phone.css", "phone.js", "strip.js", "bubbles.js"})
POLICY = "default-src 'self'; img-src 'self' data: http: https:; style-src 'self'; frame-ancestors 'none'"
DEFAULT_PHONES = ("5511988887777", "5511977776666")


def index(simulator: Simulator, request: Request) -> Response:
    content = (FOLDER / "index.html").read_bytes()
    return Response(200, content, "text/html; charset=utf-8", {"Content-Security-Policy": POLICY})


def static(simulator: Simulator, request: Request) -> Response:
    name = "/".join(request.segments[2:])
    if name not in FILES:
        raise BadRequest(f"no such file: {name}", 404)
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    return Response(200, (FOLDER / name).read_bytes(), f"{kind}; charset=utf-8", {"Cache-Control": "no-cache"})


def media_file(simulator: Simulator, request: Request) -> Response:
    """A file as the phone shows it (the page has no token)."""
    file = media.find(simulator.store, "/".join(request.segments[2:]), time.time())
    if file is None:
        raise BadRequest("no such file", 404)
    return Response(200, file.content, file.mime_type, {"X-Content-Type-Options": "nosniff"})


def state(simulator: Simulator, request: Request) -> Response:
    """`?number=&phones=a,b`: all that the page shows. Without phones: who last had a message, then two usual ones."""
    numbers = [
        number
        for account in accounts.all_accounts(simulator.store)
        for number in accounts.numbers_of(simulator.store, account.waba_id)
    ]
    wanted = request.query.get("number")
    number = next((one for one in numbers if one.phone_number_id == wanted), numbers[0] if numbers else None)
    recent = messages.recent_customers(simulator.store, number.phone_number_id) if number else []
    phones = _phones(request, recent)
    return as_json(
        {
            "number": number.phone_number_id if number else None,
            "numbers": [_described(simulator, one) for one in numbers],
            "phones": [_phone(simulator, number, phone) for phone in phones],
            "recent": [_named(simulator, phone) for phone in recent],
            "faults": simulator.faults.listed(),
            "webhooks": simulator.outbox.waiting(),
            "console_url": simulator.config.console_url,
            "now": time.time(),
        }
    )


def _phones(request: Request, recent: list[str]) -> list[str]:
    asked = ["".join(filter(str.isdigit, part)) for part in request.query.get("phones", "").split(",")]
    return list(dict.fromkeys([*filter(None, asked), *recent, *DEFAULT_PHONES]))[:2]


def _described(simulator: Simulator, number: Number) -> dict[str, Any]:
    return {
        "id": number.phone_number_id,
        "name": number.verified_name,
        "display": number.display_phone_number,
        "phone_app": phone_apps.onboarded_at(simulator.store, number.phone_number_id) is not None,
    }


def _named(simulator: Simulator, phone: str) -> dict[str, str]:
    return {"phone": phone, "name": customers.find(simulator.store, phone).name}


def _phone(simulator: Simulator, number: Number | None, phone: str) -> dict[str, Any]:
    customer = customers.find(simulator.store, phone)
    shown: dict[str, Any] = {"phone": phone, "name": customer.name, "messages": [], "typing": False}
    if number is None:
        return shown
    key = (number.phone_number_id, customer.wa_id)
    rows = messages.chat(simulator.store, customer.wa_id, number.phone_number_id)
    shown["messages"] = [_message(row) for row in rows]
    shown["typing"] = simulator.typing.get(key, 0) > time.time()
    return shown


def _message(row: sqlite3.Row) -> dict[str, Any]:
    """`tick` is for the customer's own messages: sent, delivered (the webhook was answered 200), read."""
    tick = "read" if row["read_at"] else "delivered" if row["acknowledged_at"] else "sent"
    return {
        "wamid": row["wamid"],
        "mine": row["direction"] == "in",
        "at": row["at"],
        "tick": tick if row["direction"] == "in" else "",
        **json.loads(row["bubble"]),
    }
