"""Pressing a button by its title, on the message answered or on the last one that has it."""

import json
import sqlite3
from typing import Any

from ..rows import messages
from ..rows.accounts import Number
from ..rows.customers import Customer
from ..simulator import Simulator
from ..web import BadRequest


def press(simulator: Simulator, customer: Customer, number: Number, body: dict[str, Any]) -> dict[str, Any]:
    """`type: button` for a template's quick reply, `interactive` for a button or a row of a free-form message."""
    title = str(body["title"])
    offered: list[str] = []
    for message in _candidates(simulator, customer, number, body):
        replies = _replies(json.loads(message["bubble"]))
        if title in replies:
            return replies[title] | {"context": {"from": number.digits, "id": message["wamid"]}}
        offered += replies
    raise BadRequest(
        f"no message with a button {title!r}; there are: {', '.join(dict.fromkeys(offered)) or 'none'}", 404
    )


def _candidates(simulator: Simulator, customer: Customer, number: Number, body: dict[str, Any]) -> list[sqlite3.Row]:
    if not (wamid := body.get("reply_to")):
        return messages.sent_to(simulator.store, customer.wa_id, number.phone_number_id)
    message = messages.find(simulator.store, str(wamid), "out")
    if message is None or message["customer"] != customer.wa_id:
        raise BadRequest(f"no message {wamid} was sent to {customer.wa_id}", 404)
    return [message]


def _replies(bubble: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What the phone would send, by title."""
    replies: dict[str, dict[str, Any]] = {}
    for button in bubble.get("buttons") or []:
        if button["type"] == "reply":
            replies[button["text"]] = {
                "type": "button",
                "button": {"payload": button["payload"], "text": button["text"]},
            }
        elif button["type"] == "quick":
            replies[button["text"]] = _interactive("button_reply", {"id": button["id"], "title": button["text"]})
    for section in (bubble.get("list") or {}).get("sections") or []:
        for row in section["rows"]:
            replies[row["title"]] = _interactive("list_reply", row)
    return replies


def _interactive(kind: str, reply: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}}
