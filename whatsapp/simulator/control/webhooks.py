"""`POST /sim/webhooks {"field", "value", "entry_id"?}`: any webhook of Meta's, wrapped, signed, delivered.

`POST /sim/webhooks/verify` does the handshake that Meta does when a callback address is saved.
"""

import secrets
import time
from typing import Any

from .. import outbox
from ..outbox import Update
from ..post import challenge
from ..rows import accounts
from ..rows.accounts import Account
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json

# Account-level fields carry the entry's time; these do not.
WITHOUT_TIME = frozenset({"messages", "history", "smb_app_state_sync", "smb_message_echoes", "message_echoes", "calls"})


def send(simulator: Simulator, request: Request) -> Response:
    if request.segments[2:] == ["verify"]:
        return _verify(simulator)
    body = request.json()
    field, value = body.get("field"), body.get("value")
    if not isinstance(field, str) or not field or not isinstance(value, dict):
        raise BadRequest("give `field` (a text) and `value` (an object)")
    account, now = _account(simulator, value, str(body.get("entry_id") or "")), time.time()
    update = Update(
        field,
        value,
        now,
        phone_number_id=str((value.get("metadata") or {}).get("phone_number_id", "")),
        entry_time=None if field in WITHOUT_TIME else int(now),
        entry_id=str(body.get("entry_id") or account.waba_id),
    )
    with simulator.store.write() as database:
        outbox.queue(database, account, [update])
    simulator.outbox.wake()
    return as_json({"queued": account.subscribed, "entry_id": update.entry_id}, 202)


def _account(simulator: Simulator, value: dict[str, Any], entry_id: str) -> Account:
    """The WABA concerned: the one named, that of the value's number, or the first."""
    number_id = str((value.get("metadata") or {}).get("phone_number_id", ""))
    number = accounts.find_number(simulator.store, number_id)
    named = accounts.find_account(simulator.store, entry_id or (number.waba_id if number else ""))
    account = named or next(iter(accounts.all_accounts(simulator.store)), None)
    if account is None:
        raise BadRequest("there is no account yet: POST /sim/accounts first", 409)
    return account


def _verify(simulator: Simulator) -> Response:
    config = simulator.config
    verified = challenge(config.webhook_url, config.verify_token, str(secrets.randbelow(10**9)))
    return as_json({"verified": verified, "webhook_url": config.webhook_url}, 200 if verified else 502)
