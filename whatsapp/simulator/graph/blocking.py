"""`/{phone_number_id}/block_users`: people who may not write to a number, nor be written to by it."""

import sqlite3
from collections.abc import Callable
from typing import Any

from ..errors import GraphError
from ..rows import customers, messages
from ..rules import content, recipients
from ..web import Response, as_json
from .call import Call

FAILED = 139100
Change = Callable[[sqlite3.Connection, str, str], None]


def block(call: Call) -> Response:
    """Takes only who wrote to the number in the last 24 hours."""
    return _change(call, "added_users", customers.block, _check_wrote)


def unblock(call: Call) -> Response:
    return _change(call, "removed_users", customers.unblock, _check_blocked)


def listing(call: Call) -> Response:
    rows = [{"messaging_product": "whatsapp", "wa_id": wa_id} for wa_id in customers.blocked(call.store, call.node)]
    return as_json({"data": rows, "paging": {"cursors": {}}})


def _change(call: Call, done: str, change: Change, check: Callable[[Call, str], None]) -> Response:
    """What could be done is done; where one of them could not, the answer is an error that names both."""
    body = call.request.json()
    content.check_product(body)
    named = body.get("block_users")
    if not isinstance(named, list) or not named:
        raise GraphError(100, message="(#100) The parameter block_users is required.")
    taken: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    for user in named:
        told = {"input": str(user.get("user") or user.get("user_id") or "")}
        try:
            told["wa_id"] = _person(call, user)
            check(call, told["wa_id"])
            taken.append(told)
        except GraphError as error:
            failed.append(told | {"errors": [error.body()["error"]]})
    with call.store.write() as database:
        for told in taken:
            change(database, call.node, told["wa_id"])
    users = {done: taken} | ({"failed_users": failed} if failed else {})
    if failed:
        refusal = GraphError(FAILED, failed[0]["errors"][0]["message"])
        return as_json(refusal.body() | {"messaging_product": "whatsapp", "block_users": users}, refusal.http_status)
    return as_json({"messaging_product": "whatsapp", "block_users": users})


def _person(call: Call, user: dict[str, Any]) -> str:
    named = {"to": user.get("user"), "recipient": user.get("user_id")}
    return recipients.find(call.store, named, call.account, call.number)[0].wa_id


def _check_wrote(call: Call, wa_id: str) -> None:
    if not messages.is_window_open(call.store, call.node, wa_id, call.now):
        raise GraphError(131047)


def _check_blocked(call: Call, wa_id: str) -> None:
    if not customers.is_blocked(call.store, call.node, wa_id):
        raise GraphError(139101)
