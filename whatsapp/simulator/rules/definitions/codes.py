"""Authentication templates: Meta's own words, one button, and the apps that may take the code."""

import re
from typing import Any

from .refusal import refused, wrong_type
from .texts import check_label, read

FORMAT = 2388039


def check(parts: dict[str, dict[str, Any]]) -> None:
    for kind in ("HEADER", "CAROUSEL", "LIMITED_TIME_OFFER"):
        if kind in parts:
            raise refused(f"Authentication templates have no component of type {kind}.", FORMAT)
    body, footer = parts["BODY"], parts.get("FOOTER")
    for place, part in (("body", body), ("footer", footer or {})):
        if part.get("text") is not None and not isinstance(part["text"], str):
            raise wrong_type(f"{place}['text']", "a string")
        if part.get("text"):
            raise refused("The text of authentication templates is preset.", 2388072)
    if not isinstance(body.get("add_security_recommendation", False), bool):
        raise wrong_type("add_security_recommendation", "a boolean")
    if footer is not None:
        minutes = footer.get("code_expiration_minutes")
        if type(minutes) is not int or not 1 <= minutes <= 90:
            raise wrong_type("code_expiration_minutes", "between 1 and 90")
    _check_button(parts.get("BUTTONS", {}).get("buttons"))


def _check_button(rows: Any) -> None:
    if rows is not None and (not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows)):
        raise wrong_type("buttons", "an array of JSON objects")
    if not rows or len(rows) != 1 or str(rows[0].get("type", "")).upper() != "OTP":
        raise refused("Authentication templates have exactly one OTP button.", FORMAT)
    button = rows[0]
    kind = button.get("otp_type")
    if not isinstance(kind, str) or kind.upper() not in ("COPY_CODE", "ONE_TAP", "ZERO_TAP"):
        raise wrong_type("otp_type", "one of {COPY_CODE, ONE_TAP, ZERO_TAP}")
    for key in ("text", "autofill_text"):
        if button.get(key) is not None:
            label = read(button, "button", 25, FORMAT, key)
            if "{{" in label:
                raise refused("Buttons can't have variables in their text.", FORMAT)
            check_label(label, FORMAT)
    if kind.upper() != "COPY_CODE":
        _check_apps(button.get("supported_apps"))
    if kind.upper() == "ZERO_TAP" and button.get("zero_tap_terms_accepted") is not True:
        raise refused("The zero-tap terms must be accepted.", FORMAT)


def _check_apps(apps: Any) -> None:
    if not isinstance(apps, list) or not all(isinstance(app, dict) for app in apps):
        raise wrong_type("supported_apps", "an array of JSON objects")
    if not apps or len(apps) > 5:
        raise refused("There must be 1 to 5 supported apps.", FORMAT)
    for app in apps:
        package, signature = app.get("package_name"), app.get("signature_hash")
        segments = package.split(".") if isinstance(package, str) else []
        good = len(segments) > 1 and all(re.match(r"^[a-zA-Z][a-zA-Z0-9_]*\Z", one) for one in segments)
        if not good or len(str(package)) > 224:
            raise refused("The package name is not valid.", FORMAT)
        if not isinstance(signature, str) or not re.match(r"^[a-zA-Z0-9+/=]{11}\Z", signature):
            raise refused("The signature hash must have exactly 11 characters.", FORMAT)
