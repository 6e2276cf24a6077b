"""Theirs to ours: what the Graph API answers. Missing and unknown values are kept as they came, never an exception."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from whatsapp.errors import WIDER_THAN_A_NUMBER, ErrorKind, Refused, Scope
from whatsapp.providers.base import Accepted, AppWebhook, NumberFacts, Subscription, TemplateFacts, TokenFacts
from whatsapp.providers.meta.error_codes import classify
from whatsapp.providers.usage import Area, Usage
from whatsapp.providers.values import integer, mapping, objects, storable, text

HELD = {"held_for_quality_assessment": "assessment", "paused": "paused"}
THROUGHPUT = {"STANDARD": 80, "HIGH": 1000}  # messages a second
COEXISTENCE_THROUGHPUT = 20
TEXT_LIMIT = 500  # of an error's text
HIDDEN = "[hidden]"
MINUTE = 60.0
LONGEST_WAIT = 86_400.0  # seconds that a Retry-After is believed
SHARES = ("call_count", "total_cputime", "total_time")  # percent
MANAGEMENT = "whatsapp_business_management"
CALLBACK_LEVELS = {"number": "phone_number", "account": "whatsapp_business_account", "app": "application"}


def read_accepted(data: Mapping[str, Any]) -> Accepted | None:
    """The send's answer; None when it names no message."""
    message, contact = _first(data.get("messages")), _first(data.get("contacts"))
    if not text(message.get("id")):
        return None
    return Accepted(
        provider_message_id=text(message["id"]),
        wa_id=text(contact.get("wa_id")).strip(),
        user_id=text(contact.get("user_id")),
        held=HELD.get(text(message.get("message_status")), ""),
    )


def read_refusal(data: Any, *, http_status: int, headers: Mapping[str, str], secret: str) -> Refused | None:
    """Graph's error body as an exception; None when this is no error body of Graph's.

    ``secret`` is cut out of every text: Meta repeats a malformed token in its message.
    """
    error = mapping(mapping(data).get("error"))
    code = error.get("code")
    if isinstance(code, bool) or not isinstance(code, int):
        return None
    subcode = integer(error.get("error_subcode")) or None
    details = _clean(mapping(error.get("error_data")).get("details"), secret)
    kind, scope = classify(code, subcode, details)
    if kind is ErrorKind.UNKNOWN and error.get("is_transient") is True:
        kind = ErrorKind.TRANSIENT
    return Refused(
        message=_clean(error.get("message"), secret) or f"code {code}",
        kind=kind,
        scope=scope,
        code=code,
        subcode=subcode,
        details=details or _clean(error.get("error_user_msg"), secret),
        fbtrace_id=text(error.get("fbtrace_id")),
        http_status=http_status,
        retry_after=_retry_after(headers, scope) if kind is ErrorKind.RATE_LIMITED else None,
    )


def read_usage(headers: Mapping[str, str]) -> tuple[Usage, ...]:
    """What ``X-App-Usage`` and ``X-Business-Use-Case-Usage`` tell of each limit."""
    app = mapping(_decode(headers.get("X-App-Usage")))
    found = [_usage(Area.APP, "", app)] if app else []
    for subject, blocks in mapping(_decode(headers.get("X-Business-Use-Case-Usage"))).items():
        found += [_usage(_area(block), text(subject, 40), block) for block in objects(blocks)]
    return tuple(found)


def _area(block: Mapping[str, Any]) -> Area:
    return Area.MANAGEMENT if block.get("type") == MANAGEMENT else Area.MESSAGES


def _usage(area: Area, subject: str, block: Mapping[str, Any]) -> Usage:
    minutes = _float(block.get("estimated_time_to_regain_access"))
    return Usage(area, subject, max(_float(block.get(share)) for share in SHARES), minutes * MINUTE or None)


def read_number(data: Mapping[str, Any]) -> NumberFacts:
    coexistence = told if isinstance(told := data.get("is_on_biz_app"), bool) else None
    level = THROUGHPUT.get(text(mapping(data.get("throughput")).get("level")))
    quality = text(data.get("quality_rating"))
    return NumberFacts(
        display_phone_number=text(data.get("display_phone_number")),
        verified_name=text(data.get("verified_name")),
        status=text(data.get("status")),
        quality_rating=quality if quality not in {"", "NA"} else "UNKNOWN",
        messaging_limit=text(data.get("whatsapp_business_manager_messaging_limit")),
        throughput=COEXISTENCE_THROUGHPUT if coexistence else level,
        coexistence=coexistence,
        name_status=text(data.get("name_status")),
        official=official if isinstance(official := data.get("is_official_business_account"), bool) else None,
    )


def read_token(data: Mapping[str, Any]) -> TokenFacts:
    """The answer of ``debug_token``; a time of 0 means that the token does not expire."""
    told = mapping(data.get("data"))
    seconds = integer(told.get("expires_at"))
    scopes = told.get("scopes")
    return TokenFacts(
        valid=told.get("is_valid") is True,
        expires_at=datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None,
        kind=text(told.get("type"), 30),
        scopes=tuple(text(scope, 60) for scope in scopes) if isinstance(scopes, list) else (),
        app_id=text(told.get("app_id"), 40),
        user_id=text(told.get("user_id"), 40),
    )


def read_subscription(apps: Iterable[Any], number: Mapping[str, Any]) -> Subscription:
    """The rows of ``subscribed_apps``, and the number's ``webhook_configuration``."""
    ids = (text(mapping(mapping(row).get("whatsapp_business_api_data")).get("id"), 40) for row in apps)
    told = mapping(number.get("webhook_configuration"))
    addresses = {level: text(told.get(name), 500) for level, name in CALLBACK_LEVELS.items()}
    return Subscription(tuple(filter(None, ids)), {level: url for level, url in addresses.items() if url})


def read_app_webhook(data: Mapping[str, Any]) -> AppWebhook:
    """The app's subscription to WhatsApp accounts; an app without one has none."""
    rows = objects(data.get("data"))
    row = next((row for row in rows if row.get("object") == "whatsapp_business_account"), {})
    fields = row.get("fields")
    names = (text(mapping(one).get("name") or one, 60) for one in fields) if isinstance(fields, list) else ()
    return AppWebhook(text(row.get("callback_url"), 500), row.get("active") is True, tuple(filter(None, names)))


def read_template(data: Mapping[str, Any]) -> TemplateFacts:
    """One row of the list; ValueError without the names that make it one."""
    name, language, status = (text(data.get(key)) for key in ("name", "language", "status"))
    if not (name and language and status):
        raise ValueError("a template without name, language or status")
    return TemplateFacts(
        template_id=text(data.get("id")),
        name=name,
        language=language,
        status=status,
        category=text(data.get("category")),
        rejected_reason=text(data.get("rejected_reason")),
        quality_score=text(mapping(data.get("quality_score")).get("score")),
        parameter_format=text(data.get("parameter_format")) or "POSITIONAL",
        components=tuple(storable(part) for part in objects(data.get("components"))),
        previous_category=text(data.get("previous_category")),
        coming_category=text(data.get("correct_category")),
    )


def _retry_after(headers: Mapping[str, str], scope: Scope) -> float | None:
    """Seconds. When the calls of an account are free again says nothing of how fast a number or a person may go."""
    usages = read_usage(headers) if scope in WIDER_THAN_A_NUMBER else ()
    waits = [usage.regain_seconds for usage in usages if usage.regain_seconds]
    return min(_float(headers.get("Retry-After")), LONGEST_WAIT) or max(waits, default=None)


def without(secret: str, refusal: Refused) -> Refused:
    """Meta repeats malformed values in its words."""
    refusal.message = refusal.message.replace(secret, HIDDEN)
    refusal.details = refusal.details.replace(secret, HIDDEN)
    return refusal


def _clean(value: Any, secret: str) -> str:
    return text(value).replace(secret, HIDDEN)[:TEXT_LIMIT]


def _first(value: Any) -> dict[str, Any]:
    return next(iter(objects(value)), {})


def _float(value: Any) -> float:
    try:
        return max(float(value), 0.0) if isinstance(value, str | int | float) else 0.0
    except ValueError:
        return 0.0


def _decode(value: str | None) -> Any:
    try:
        return json.loads(value or "null")
    except (ValueError, RecursionError):
        return None
