"""Pressing a button by its title, on the message answered or on the last one that has it; of several with one title,
as cards have them, the one with the payload.
"""

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
    title, payload = str(body["title"]), body.get("payload")
    offered: list[str] = []
    for message in _candidates(simulator, customer, number, body):
        replies = _replies(json.loads(message["bubble"]))
        named = [reply for name, reply in replies if name == title]
        if named:
            chosen = next((reply for reply in named if payload and payload == _payload(reply)), named[0])
            return chosen | {"context": {"from": number.digits, "id": message["wamid"]}}
        offered += (name for name, _reply in replies)
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


def _replies(bubble: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """What the phone would send, each with its title."""
    replies: list[tuple[str, dict[str, Any]]] = []
    for button in (button for part in (bubble, *bubble.get("cards", ())) for button in part.get("buttons") or []):
        if button["type"] == "reply":
            told = {"payload": button["payload"], "text": button["text"]}
            replies.append((button["text"], {"type": "button", "button": told}))
        elif button["type"] == "quick":
            told = {"id": button["id"], "title": button["text"]}
            replies.append((button["text"], _interactive("button_reply", told)))
    for section in (bubble.get("list") or {}).get("sections") or []:
        replies += [(row["title"], _interactive("list_reply", row)) for row in section["rows"]]
    return replies


def _payload(reply: dict[str, Any]) -> Any:
    return (reply.get("button") or {}).get("payload")


def _interactive(kind: str, reply: dict[str, Any]) -> dict[str, Any]:
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}}
