"""`/sim/phone-app/<phone_number_id>`: the WhatsApp Business app on the business's own phone (coexistence).

POST …            {"shared"?: true, "hours_ago"?: 0}: the app shares the number with the API, since then, or leaves it
POST …/messages   {"to", "text"} · {"to", "type", …} · {"to", "edit": wamid, "text"} · {"to", "revoke": wamid}
POST …/contacts   {"action"?: "add" | "remove", "contacts"?: [{"phone", "name"}]}; without: the people of its past
POST …/history    {"messages"?, "chunks"?, "people"?, "files"?, "shuffled"?, "repeated"?, "declined"?, "now"?}:
                  what its history holds. Told when Meta is asked for it, or with "now" at once, asked or not
"""

import time
from dataclasses import fields, replace
from typing import Any

from .. import ids, outbox, phone_app, rendering
from ..rows import accounts, customers, messages, phone_apps, signup
from ..rows.accounts import Account, Number
from ..rows.customers import Customer
from ..rows.messages import Accepted
from ..rows.phone_apps import Past
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json
from . import inbound_media

HOUR = 3600.0
MOST_MESSAGES = 50_000


def answer(simulator: Simulator, request: Request) -> Response:
    segments = request.segments[2:]
    act = ACTS.get("/".join(segments[1:]))
    number = accounts.find_number(simulator.store, segments[0]) if segments else None
    account = accounts.find_account(simulator.store, number.waba_id) if number else None
    if act is None or number is None or account is None:
        raise BadRequest(f"no such route or number: {request.path}", 404)
    if act is not share and phone_apps.onboarded_at(simulator.store, number.phone_number_id) is None:
        raise BadRequest("the number is not shared with a phone app", 409)
    return act(simulator, account, number, request.json())


def share(simulator: Simulator, account: Account, number: Number, body: dict[str, Any]) -> Response:
    since = time.time() - float(body.get("hours_ago") or 0) * HOUR
    is_shared = bool(body.get("shared", True))
    with simulator.store.write() as database:
        if is_shared:
            signup.save_phone_app(database, number.phone_number_id, since)
        else:
            phone_apps.leave(database, number.phone_number_id)
    return as_json({"phone_number_id": number.phone_number_id, "shared": is_shared})


def write(simulator: Simulator, account: Account, number: Number, body: dict[str, Any]) -> Response:
    """The business writes, edits or deletes in its app; the API hears an echo."""
    now, customer = time.time(), _customer(simulator, body)
    item = _item(simulator, account, number, customer, body)
    with simulator.store.write() as database:
        if item["type"] in {"edit", "revoke"}:
            messages.change(database, item)
        else:
            customers.remember(database, customer, account.business_id)
            messages.save_accepted(database, _accepted(number, customer, item, now), [])
        outbox.queue(database, account, [phone_app.echo(account, number, customer, item, now)])
    simulator.outbox.wake()
    return as_json({"wamid": item["id"], "message": item}, 201)


def tell_book(simulator: Simulator, account: Account, number: Number, body: dict[str, Any]) -> Response:
    action = str(body.get("action") or "add")
    if action not in {"add", "remove"}:
        raise BadRequest("`action` is add or remove")
    given = [
        Customer("".join(filter(str.isdigit, str(one.get("phone") or ""))), str(one.get("name") or "Sem nome"))
        for one in body.get("contacts") or []
    ]
    people = given or phone_app.people_of(number, phone_apps.past_of(simulator.store, number.phone_number_id))
    return _tell(simulator, account, [phone_app.book(number, people, action, time.time())])


def tell_history(simulator: Simulator, account: Account, number: Number, body: dict[str, Any]) -> Response:
    names = {field.name for field in fields(Past)}
    known = phone_apps.past_of(simulator.store, number.phone_number_id)
    past = replace(known, **{name: part for name, part in body.items() if name in names})
    if not 0 <= past.messages <= MOST_MESSAGES or past.chunks < 1:
        raise BadRequest(f"`messages` is at most {MOST_MESSAGES}, `chunks` at least 1")
    with simulator.store.write() as database:
        phone_apps.save_past(database, number.phone_number_id, past)
    if not body.get("now"):
        return as_json({"queued": 0}, 202)
    return _tell(simulator, account, inbound_media.with_history(simulator, account, number, past, time.time()))


def _tell(simulator: Simulator, account: Account, updates: list[outbox.Update]) -> Response:
    with simulator.store.write() as database:
        outbox.queue(database, account, updates)
    simulator.outbox.wake()
    return as_json({"queued": len(updates) if account.subscribed else 0}, 202)


def _customer(simulator: Simulator, body: dict[str, Any]) -> Customer:
    digits = "".join(filter(str.isdigit, str(body.get("to") or "")))
    if not 8 <= len(digits) <= 15:
        raise BadRequest("`to` is a phone number with its country code")
    return customers.find(simulator.store, digits)


def _item(
    simulator: Simulator, account: Account, number: Number, customer: Customer, body: dict[str, Any]
) -> dict[str, Any]:
    return {
        "from": number.digits,
        "to": customer.wa_id,
        "to_user_id": ids.user_id(account.business_id, customer.wa_id),
        "id": ids.outbound_wamid(customer.wa_id),
        "timestamp": str(int(body.get("timestamp") or time.time())),
        **_content(simulator, number, body),
    }


def _content(simulator: Simulator, number: Number, body: dict[str, Any]) -> dict[str, Any]:
    text = {"type": "text", "text": {"body": str(body.get("text") or "")}}
    if target := body.get("revoke"):
        return {"type": "revoke", "revoke": {"original_message_id": str(target)}}
    if target := body.get("edit"):
        return {"type": "edit", "edit": {"original_message_id": str(target), "message": text}}
    kind = str(body.get("type") or "text")
    if kind == "text":
        return text
    if kind in inbound_media.TYPES:
        return {"type": kind, kind: inbound_media.described(simulator, number, kind, dict(body.get(kind) or {}))}
    return {"type": kind, kind: body.get(kind) or {}}


def _accepted(number: Number, customer: Customer, item: dict[str, Any], now: float) -> Accepted:
    """`dialled` is empty: nobody sent it through the API."""
    return Accepted(
        wamid=item["id"],
        phone_number_id=number.phone_number_id,
        customer=customer.wa_id,
        dialled="",
        type=item["type"],
        body="{}",
        bubble=rendering.received_bubble(item) | {"app": True},
        opaque=None,
        at=now,
    )


ACTS = {"": share, "messages": write, "contacts": tell_book, "history": tell_history}
