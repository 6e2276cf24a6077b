"""`/{waba_id}`, its phone numbers, and which app gets its webhooks."""

import secrets
from dataclasses import replace
from typing import Any

from ..errors import GraphError
from ..post import challenge
from ..rows import accounts, insights
from ..rows.accounts import Account
from ..web import Response, as_json
from . import numbers
from .call import Call
from .paging import page, select

DEFAULT = ("id", "name", "currency", "timezone_id", "message_template_namespace")
NUMBER_DEFAULT = (*numbers.DEFAULT, "status", "name_status")
NODE_TYPE = "WhatsAppBusinessAccount"
APP_NAME = "Recado (simulador)"
LONGEST_OVERRIDE = 200


def describe(call: Call) -> Response:
    counted = insights.are_enabled(call.store, call.waba_id)
    verified = accounts.is_verified(call.store, call.waba_id)
    told = _fields(call.account, counted=counted, verified=verified)
    return as_json(select(call.request, told, DEFAULT, NODE_TYPE))


def _fields(account: Account, *, counted: bool, verified: bool) -> dict[str, Any]:
    owner = {"id": account.business_id, "name": account.name}
    return {
        "id": account.waba_id,
        "name": account.name,
        "currency": "BRL",
        "timezone_id": "25",
        "message_template_namespace": f"{account.waba_id[:8]}_0000_4000_8000_{account.waba_id[-12:]}",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified" if verified else "not_verified",
        "country": "BR",
        "ownership_type": "CLIENT_OWNED",
        "status": "ACTIVE",
        "owner_business_info": owner,
        "owner_business": owner,
        "on_behalf_of_business_info": None,
        "primary_business_location": "BR",
        "marketing_messages_lite_api_status": "INELIGIBLE",
        "is_enabled_for_insights": counted,
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [{"entity_type": "WABA", "id": account.waba_id, "can_send_message": "AVAILABLE"}],
        },
    }


def phone_numbers(call: Call) -> Response:
    found = [
        select(call.request, numbers.fields(call, number), NUMBER_DEFAULT, numbers.NODE_TYPE)
        for number in accounts.numbers_of(call.store, call.waba_id)
    ]
    return as_json(page(call.request, found))


def subscribed_apps(call: Call) -> Response:
    account, app_id = call.account, call.simulator.config.app_id
    if not account.subscribed:
        return as_json({"data": []})
    app = {"id": app_id, "name": APP_NAME, "link": f"https://www.facebook.com/games/?app_id={app_id}"}
    override = {"override_callback_uri": account.override_uri} if account.override_uri else {}
    return as_json({"data": [{"whatsapp_business_api_data": app} | override]})


def subscribe(call: Call) -> Response:
    """Plain: webhooks go to the app's address. With `override_callback_uri`: to that one, once it has answered."""
    body = call.request.json()
    uri = str(body.get("override_callback_uri") or "")
    if uri:
        _check_override(uri, str(body.get("verify_token") or ""))
    _save(call, replace(call.account, subscribed=True, override_uri=uri))
    return as_json({"success": True})


def unsubscribe(call: Call) -> Response:
    _save(call, replace(call.account, subscribed=False, override_uri=""))
    return as_json({"success": True})


def _check_override(uri: str, verify_token: str) -> None:
    if len(uri) > LONGEST_OVERRIDE or not uri.startswith(("http://", "https://")):
        raise GraphError(100, f"override_callback_uri must be a URL of at most {LONGEST_OVERRIDE} characters")
    if not challenge(uri, verify_token, str(secrets.randbelow(10**9))):
        raise GraphError(2200, message="(#2200) Callback verification failed: the challenge did not come back")


def _save(call: Call, account: Account) -> None:
    with call.store.write() as database:
        accounts.save_account(database, account)
