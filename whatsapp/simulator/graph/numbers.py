"""`/{phone_number_id}`: what Meta tells of a business number."""

from dataclasses import replace
from typing import Any

from ..errors import GraphError
from ..rows import accounts, signup
from ..rows.accounts import Number
from ..web import Response, as_json
from .call import Call
from .paging import select

DEFAULT = ("verified_name", "code_verification_status", "display_phone_number", "quality_rating", "platform_type",
           "throughput", "webhook_configuration", "id")  # fmt: skip
NODE_TYPE = "WhatsAppBusinessPreVerifiedPhoneNumber"
HIGH_THROUGHPUT = 1000
PENDING = "PENDING"  # of a number that nobody registered yet
REGISTRATIONS, SPAN_SECONDS = 10, 72 * 3600


def describe(call: Call) -> Response:
    return as_json(select(call.request, fields(call, call.number), DEFAULT, NODE_TYPE))


def fields(call: Call, number: Number) -> dict[str, Any]:
    """Every field that can be asked of a number."""
    account = call.account
    urls = {"application": call.simulator.outbox.url}
    if account.override_uri:
        urls["whatsapp_business_account"] = account.override_uri
    return {
        "id": number.phone_number_id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "status": number.status,
        "quality_rating": number.quality_rating,
        "quality_score": {"score": number.quality_rating},
        "name_status": "APPROVED",
        "new_name_status": "NONE",
        "code_verification_status": "VERIFIED",
        "platform_type": "CLOUD_API" if number.status == "CONNECTED" else "NOT_APPLICABLE",
        "host_platform": "CLOUD_API",
        "throughput": {"level": "HIGH" if number.throughput >= HIGH_THROUGHPUT else "STANDARD"},
        "is_official_business_account": False,
        "is_on_biz_app": signup.is_on_phone_app(call.store, number.phone_number_id),
        "is_pin_enabled": True,
        "is_preverified_number": False,
        "account_mode": "LIVE",
        "unified_cert_status": "APPROVED",
        "country_code": "BR" if number.digits.startswith("55") else "US",
        "country_dial_code": "55" if number.digits.startswith("55") else "1",
        "webhook_configuration": urls,
        "last_onboarded_time": "2026-01-05T12:00:00+0000",
        "messaging_limit_tier": number.messaging_limit,
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "search_visibility": "VISIBLE",
        "username": None,
        "certificate": None,
        "health_status": health(call, number),
    }


def health(call: Call, number: Number) -> dict[str, Any]:
    can_send = "AVAILABLE" if number.status == "CONNECTED" else "BLOCKED"
    owners = [
        ("PHONE_NUMBER", number.phone_number_id, can_send),
        ("WABA", call.account.waba_id, "AVAILABLE"),
        ("BUSINESS", call.account.business_id, "AVAILABLE"),
        ("APP", call.simulator.config.app_id, "AVAILABLE"),
    ]
    entities = [{"entity_type": kind, "id": node, "can_send_message": can} for kind, node, can in owners]
    return {"can_send_message": can_send, "entities": entities}


def register(call: Call) -> Response:
    """Takes the number into the Cloud API. A PIN that was set before must be given again."""
    number, pin = call.number, str(call.request.json().get("pin") or "")
    if not (pin.isdigit() and len(pin) == 6):
        raise GraphError(100, "pin must be a 6-digit number", message="(#100) Param pin must be 6 digits")
    if signup.is_on_phone_app(call.store, number.phone_number_id):
        raise GraphError(133000, "The number is in use in the WhatsApp Business app and must not be registered")
    if signup.registrations(call.store, number.phone_number_id, call.now - SPAN_SECONDS) >= REGISTRATIONS:
        raise GraphError(133016)
    if signup.pin_of(call.store, number.phone_number_id) not in ("", pin):
        raise GraphError(133005)
    with call.store.write() as database:
        signup.save_registration(database, number.phone_number_id, pin, call.now)
        if number.status == PENDING:
            accounts.save_number(database, replace(number, status="CONNECTED"))
    return as_json({"success": True})
