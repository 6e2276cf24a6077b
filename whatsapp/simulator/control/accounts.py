"""`/sim/accounts`: WABAs with their numbers, token and templates; the same body twice changes nothing.

    {"waba_id"?, "name"?, "business_id"?, "contact_name"?, "token"?: "SIM…", "subscribed"?: true,
     "verified"?: true,
     "numbers": [{"phone_number_id"?, "display_phone_number", "verified_name"?, "throughput"?: 80,
                  "messaging_limit"?: "TIER_UNLIMITED", "status"?: "CONNECTED", "quality_rating"?: "GREEN"}],
     "templates"?: [{"name", "language", "category"?, "components", "status"?: "APPROVED", "parameter_format"?}]}

Ids that are not given are derived from the name and the number. Answers all ids and the newest token.
"""

import time
from typing import Any

from .. import ids, seeds
from ..rows import accounts, templates
from ..rows.accounts import Account, Number
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json

TOKEN_PREFIX = "SIM"


def listing(simulator: Simulator, request: Request) -> Response:
    return as_json([described(simulator, account.waba_id) for account in accounts.all_accounts(simulator.store)])


def save(simulator: Simulator, request: Request) -> Response:
    return as_json(described(simulator, make(simulator, request.json())))


def make(simulator: Simulator, body: dict[str, Any]) -> str:
    """Makes or updates the account of a body; its WABA id."""
    store, now = simulator.store, time.time()
    account, numbers = _account(simulator, body), _numbers(body)
    token = _token(simulator, body, account.waba_id)
    definitions = _missing_seeds(simulator, account, now) + _definitions(body)
    with store.write() as database:
        accounts.save_account(database, account)
        if "verified" in body:
            accounts.save_verification(database, account.waba_id, verified=bool(body["verified"]))
        for fields in numbers:
            accounts.save_number(database, Number(waba_id=account.waba_id, **fields))
        accounts.save_token(database, token, account.waba_id, now)
        for definition in definitions:
            templates.save(database, account.waba_id, definition, now)
    return account.waba_id


def _account(simulator: Simulator, body: dict[str, Any]) -> Account:
    """The account of the body over what is already known of it."""
    first: dict[str, Any] = next(iter(body.get("numbers") or []), {})
    name = str(body.get("name") or first.get("verified_name") or "")
    key = name or str(first.get("display_phone_number") or "")
    waba_id = str(body.get("waba_id") or (ids.derived("waba", key) if key else ""))
    if not waba_id.isdigit():
        raise BadRequest("`waba_id` is digits; without it a `name` or a number is needed")
    known = accounts.find_account(simulator.store, waba_id)
    business = known.business_id if known else ids.derived("business", waba_id)
    contact = known.contact_name if known else ""
    return Account(
        waba_id=waba_id,
        name=str(body.get("name") or (known.name if known else name) or "Conta de demonstração"),
        business_id=str(body.get("business_id") or business),
        contact_name=str(body.get("contact_name") or contact),
        subscribed=bool(body.get("subscribed", known.subscribed if known else True)),
        override_uri=known.override_uri if known else "",
    )


def _numbers(body: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = body.get("numbers") or []
    if not isinstance(numbers, list) or not all(isinstance(one, dict) for one in numbers):
        raise BadRequest("`numbers` is a list of objects")
    return [_number(one, str(body.get("name") or "")) for one in numbers]


def _number(given: dict[str, Any], account_name: str) -> dict[str, Any]:
    display = str(given.get("display_phone_number") or "")
    digits = "".join(filter(str.isdigit, display))
    identifier = str(given.get("phone_number_id") or ids.derived("number", digits))
    if not digits or not identifier.isdigit():
        raise BadRequest("a number needs a `display_phone_number`; its `phone_number_id` is digits")
    return {
        "phone_number_id": identifier,
        "display_phone_number": display if display.startswith("+") else f"+{display}",
        "digits": digits,
        "verified_name": str(given.get("verified_name") or account_name or display),
        "throughput": int(given.get("throughput") or 80),
        "messaging_limit": str(given.get("messaging_limit") or "TIER_UNLIMITED"),
        "status": str(given.get("status") or "CONNECTED"),
        "quality_rating": str(given.get("quality_rating") or "GREEN"),
    }


def _token(simulator: Simulator, body: dict[str, Any], waba_id: str) -> str:
    token = str(body.get("token") or accounts.newest_token(simulator.store, waba_id) or ids.token())
    if not token.startswith(TOKEN_PREFIX):
        raise BadRequest(f"a simulator's token begins {TOKEN_PREFIX}")
    return token


def _missing_seeds(simulator: Simulator, account: Account, now: float) -> list[dict[str, Any]]:
    """The usual templates that the account has not; all of them again when the contact's name has changed."""
    known = accounts.find_account(simulator.store, account.waba_id)
    renamed = known is None or known.contact_name != account.contact_name
    return [
        one
        for one in seeds.templates(account.contact_name)
        if renamed or not templates.named(simulator.store, account.waba_id, one["name"], one["language"], now)
    ]


def _definitions(body: dict[str, Any]) -> list[dict[str, Any]]:
    definitions = body.get("templates") or []
    complete = isinstance(definitions, list) and all(
        isinstance(one, dict) and one.get("name") and one.get("language") for one in definitions
    )
    if not complete:
        raise BadRequest("`templates` is a list of objects with `name`, `language` and `components`")
    return list(definitions)


def described(simulator: Simulator, waba_id: str) -> dict[str, Any]:
    store = simulator.store
    account = accounts.find_account(store, waba_id)
    if account is None:
        raise BadRequest(f"no account {waba_id}", 404)
    found = templates.of_account(store, waba_id, time.time())
    return {
        "waba_id": waba_id,
        "name": account.name,
        "business_id": account.business_id,
        "contact_name": account.contact_name,
        "subscribed": account.subscribed,
        "verified": accounts.is_verified(store, waba_id),
        "token": accounts.newest_token(store, waba_id),
        "numbers": [_described_number(number) for number in accounts.numbers_of(store, waba_id)],
        "templates": [{"id": t.id, "name": t.name, "language": t.language, "status": t.status} for t in found],
    }


def _described_number(number: Number) -> dict[str, Any]:
    return {
        "phone_number_id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "throughput": number.throughput,
        "messaging_limit": number.messaging_limit,
        "status": number.status,
        "quality_rating": number.quality_rating,
    }
