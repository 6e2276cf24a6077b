"""A template's words whoever spells them: as we write them for Meta, and as Meta gives them back.

Meta answers capitals for small letters, an address for an uploaded example, and a link for the button of a one-time
code, beside words of its own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from templates_mgmt.models import MessageTemplate

FIELDS = ("name", "language", "category", "parameter_format", "components", "message_send_ttl_seconds")
ONE_TIME_ADDRESS = "https://www.whatsapp.com/otp/"
ONE_TIME_FIELDS = ("text", "autofill_text", "supported_apps", "zero_tap_terms_accepted")
CAPITALS = ("type", "format", "otp_type")
ONE_TIME = "OTP"
META_WRITES = ("text", "example")  # of the body and the footer of one-time codes
LABELS = ("text", "autofill_text")
NOT_DIGITS = re.compile(r"\D")

Components = Sequence[Mapping[str, Any]]


def payload_of(template: MessageTemplate) -> dict[str, Any]:
    """The creation payload of the template as somebody would change it: its draft, else what Meta has."""
    told = {name: getattr(template, name) for name in FIELDS} | (template.draft or {})
    told["components"] = writable(told["components"])
    if told["message_send_ttl_seconds"] is None:
        del told["message_send_ttl_seconds"]
    return told


def same_words(one: Components, other: Components) -> bool:
    """Whether a customer would read the same; examples, which only reviewers read, do not count."""
    return _reduced_all(one) == _reduced_all(other)


def writable(components: Components) -> list[dict[str, Any]]:
    """Components as Meta gives them back in the form in which it takes them."""
    found = [_with_buttons(part) for part in components]
    if any(button.get("type") == ONE_TIME for part in found for button in _objects(part.get("buttons"))):
        return [{key: value for key, value in part.items() if key not in META_WRITES} for part in found]
    return found


def _with_buttons(part: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(part.get("buttons"), list):
        return dict(part)
    return {**part, "buttons": [_button(button) for button in _objects(part["buttons"])]}


def _button(button: Mapping[str, Any]) -> dict[str, Any]:
    url = str(button.get("url") or "")
    if not url.startswith(ONE_TIME_ADDRESS):
        kind = str(button.get("type", "")).upper()
        return {**button, "type": ONE_TIME} if kind == ONE_TIME else dict(button)
    kind = parse_qs(urlsplit(url).query).get("otp_type", ["COPY_CODE"])[0]
    return {"type": ONE_TIME, "otp_type": kind} | {name: button[name] for name in ONE_TIME_FIELDS if name in button}


def _objects(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _reduced_all(components: Components) -> list[Any]:
    return sorted((_reduced(part) for part in writable(components)), key=lambda part: str(part.get("type")))


def _reduced(value: Any) -> Any:
    """Without examples and empty values, Meta's words in capitals, phones as digits, no labels that it may give."""
    if isinstance(value, Mapping):
        kept = {key: _reduced(item) for key, item in value.items() if key != "example" and item not in (None, "")}
        kept |= {key: str(kept[key]).upper() for key in CAPITALS if key in kept}
        if "phone_number" in kept:
            kept["phone_number"] = NOT_DIGITS.sub("", str(kept["phone_number"]))
        if kept.get("type") == ONE_TIME:
            kept = {key: item for key, item in kept.items() if key not in LABELS}
        return kept
    return [_reduced(item) for item in value] if isinstance(value, list) else value
