"""`POST /sim/customers/<phone>/messages`: write to a business as the customer.

    {"type": "text", "text": "oi"} · {"type": "button", "title": "Confirmar", "reply_to"?: wamid} ·
    {"type": "image", "image": {"caption"?, "data"?: base64, "mime_type"?}} · any other inbound type with its object

Also: `to` (phone_number_id; default the number that last wrote to this customer, else the first), `timestamp` (seconds
or ISO 8601; in the past it ages the window), `name` (the profile's), `reply_to` or `context`, `referral`.
"""

import time
from typing import Any

from .. import clock, ids, outbox, rendering
from ..outbox import Update
from ..rows import accounts, customers, messages
from ..rows.accounts import Account, Number
from ..rows.customers import Customer
from ..rows.messages import Received
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json
from . import buttons, inbound_media

# These tell something without being words of the customer: they open no 24 h window.
OPENS_NO_WINDOW = frozenset({"reaction", "system", "edit", "revoke", "unsupported"})
CHANGES = frozenset({"edit", "revoke"})
CARRIED = ("context", "referral", "errors", "identity", "group_id")


def write(simulator: Simulator, request: Request) -> Response:
    segments = request.segments[2:]
    if len(segments) != 2 or segments[1] != "messages":
        raise BadRequest(f"no such route: {request.path}", 404)
    customer, body = _customer(simulator, segments[0], request.json()), request.json()
    number = _number(simulator, customer, body)
    account = accounts.find_account(simulator.store, number.waba_id)
    if account is None:
        raise BadRequest(f"number {number.phone_number_id} belongs to no account", 404)
    item = _item(simulator, customer, number, account, body)
    _receive(simulator, customer, number, account, item)
    return as_json({"wamid": item["id"], "phone_number_id": number.phone_number_id, "message": item}, 201)


def _customer(simulator: Simulator, phone: str, body: dict[str, Any]) -> Customer:
    digits = "".join(filter(str.isdigit, phone))
    if not 8 <= len(digits) <= 15:
        raise BadRequest(f"{phone} is not a phone number with its country code")
    known = customers.find(simulator.store, digits)
    return Customer(known.wa_id, str(body.get("name") or known.name))


def _number(simulator: Simulator, customer: Customer, body: dict[str, Any]) -> Number:
    """The number written to: as named, else of the message answered, else who last wrote, else the first."""
    if wanted := body.get("to"):
        number = accounts.find_number(simulator.store, str(wanted))
    elif answered := messages.find(simulator.store, str(body.get("reply_to") or ""), "out"):
        number = accounts.find_number(simulator.store, answered["phone_number_id"])
    elif last := messages.sent_to(simulator.store, customer.wa_id)[:1]:
        number = accounts.find_number(simulator.store, last[0]["phone_number_id"])
    else:
        number = accounts.first_number(simulator.store)
    if number is None:
        raise BadRequest(f"no business number {wanted}" if wanted else "there is no business number yet", 404)
    return number


def _item(
    simulator: Simulator, customer: Customer, number: Number, account: Account, body: dict[str, Any]
) -> dict[str, Any]:
    """The message as Meta would tell it."""
    item: dict[str, Any] = {
        "from": customer.wa_id,
        "from_user_id": ids.user_id(account.business_id, customer.wa_id),
        "id": ids.inbound_wamid(customer.wa_id),
        "timestamp": str(int(_moment(body))),
    }
    item |= {key: body[key] for key in CARRIED if key in body}
    if wamid := body.get("reply_to"):
        item["context"] = {"from": number.digits, "id": wamid}
    kind = body.get("type", "text")
    if not isinstance(kind, str):
        raise BadRequest("`type` is a text")
    if kind == "button" and "title" in body:
        return item | buttons.press(simulator, customer, number, body)
    return item | {"type": kind} | _content(simulator, number, kind, body)


def _content(simulator: Simulator, number: Number, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    content = body.get(kind)
    if kind == "text" and isinstance(content, str):
        return {"text": {"body": content}}
    if kind == "reaction" and isinstance(content, str):
        return {"reaction": {"message_id": body.get("reply_to", "")} | ({"emoji": content} if content else {})}
    if kind in inbound_media.TYPES and (content is None or isinstance(content, dict)):
        return {kind: inbound_media.described(simulator, number, kind, dict(content or {}))}
    if content is None and kind not in ("unsupported", "interactive"):
        raise BadRequest(f"a message of type {kind} needs its `{kind}` object")
    return {} if content is None else {kind: content}


def _moment(body: dict[str, Any]) -> float:
    try:
        return clock.parse(body["timestamp"]) if body.get("timestamp") else time.time()
    except ValueError:
        raise BadRequest("`timestamp` is seconds since 1970 or ISO 8601") from None


def _receive(simulator: Simulator, customer: Customer, number: Number, account: Account, item: dict[str, Any]) -> None:
    now = time.time()
    value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": number.metadata}
    if item["type"] != "system":
        value["contacts"] = [customer.contact(account.business_id)]
    value["messages"] = [item]
    received = Received(
        wamid=item["id"],
        phone_number_id=number.phone_number_id,
        customer=customer.wa_id,
        type=item["type"],
        item=item,
        bubble=rendering.received_bubble(item),
        opens_window=item["type"] not in OPENS_NO_WINDOW,
        at=_exact(item["timestamp"], now),
        stored_at=now,
    )
    is_kept_out = customers.is_blocked(simulator.store, number.phone_number_id, customer.wa_id)
    told = Update("messages", value, now, number.phone_number_id, customer.wa_id, item["id"])
    with simulator.store.write() as database:
        customers.remember(database, customer, account.business_id)
        if item["type"] in CHANGES:
            messages.change(database, item)
        else:
            messages.save_received(database, received)
        if not is_kept_out:
            outbox.queue(database, account, [told])
    simulator.outbox.wake()


def _exact(timestamp: str, now: float) -> float:
    """Whole seconds are all that Meta tells; a message of this moment keeps its place among the others."""
    return now if int(timestamp) == int(now) else float(timestamp)
