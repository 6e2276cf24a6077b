"""Buttons of utility and marketing templates."""

import re
from typing import Any
from urllib.parse import urlparse

from .refusal import refused, wrong_type
from .texts import check_label, read, said

ALLOWED = {
    "QUICK_REPLY": 10, "URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "FLOW": 1, "CATALOG": 1, "MPM": 1, "SPM": 1,
    "VOICE_CALL": 1, "REQUEST_CONTACT_INFO": 1,
}  # fmt: skip
WITHOUT_LABEL = ("COPY_CODE", "SPM", "REQUEST_CONTACT_INFO")
SELLING = ("CATALOG", "MPM", "SPM")
FORMAT = 2388039


def check_buttons(part: dict[str, Any] | None, category: str, *, most: int = 10) -> None:
    if part is None:
        return
    rows = part.get("buttons")
    if rows is not None and (not isinstance(rows, list) or any(not isinstance(row, dict) for row in rows)):
        raise wrong_type("buttons", "an array of JSON objects")
    if not rows:
        raise refused("The buttons component has no buttons.", FORMAT)
    if len(rows) > most:
        raise refused(f"There can be {most} buttons at most.", FORMAT)
    kinds = [_kind(row, category) for row in rows]
    for kind in kinds:
        if kinds.count(kind) > ALLOWED[kind]:
            raise refused(f"Too many buttons of type {kind}.", FORMAT)
    _check_groups(kinds)
    for kind, row in zip(kinds, rows, strict=True):
        _check_button(kind, row)


def _kind(row: dict[str, Any], category: str) -> str:
    kind = str(row.get("type", "")).upper()
    if kind == "OTP":
        raise refused("OTP buttons are only for authentication templates.", FORMAT)
    if kind not in ALLOWED:
        raise wrong_type("buttons['type']", f"one of {{{', '.join(ALLOWED)}}}")
    if kind in SELLING and category != "MARKETING":
        raise refused(f"Buttons of type {kind} are only for marketing templates.", FORMAT)
    return kind


def _check_groups(kinds: list[str]) -> None:
    """Quick replies are one group: before the others or after them."""
    letters = "".join("q" if kind == "QUICK_REPLY" else "o" for kind in kinds)
    if not re.match(r"^(q*o*|o*q*)\Z", letters):
        raise refused("Quick replies and other buttons must be organized into two groups.", FORMAT)


def _check_button(kind: str, row: dict[str, Any]) -> None:
    for key in ("url", "phone_number", "flow_id", "flow_name", "flow_json", "text"):
        if row.get(key) is not None and not isinstance(row[key], str):
            raise wrong_type(f"buttons['{key}']", "a string")
    if kind not in WITHOUT_LABEL:
        text = read(row, "button", 25, FORMAT)
        if "{{" in text:
            raise refused("Buttons can't have variables in their text.", FORMAT)
        check_label(text, FORMAT)
    if kind in DETAILS:
        DETAILS[kind](row)


def _check_url(row: dict[str, Any]) -> None:
    url = read(row, "button", 2000, FORMAT, "url")
    base = url[: -len("{{1}}")] if url.endswith("{{1}}") else url
    if "{{" in base or "}}" in base:
        raise refused("A URL supports one variable, at its end.", FORMAT)
    try:
        parsed = urlparse(base)
        host = (parsed.hostname or "").strip(".")
    except ValueError:
        raise refused("The URL is not valid.", FORMAT) from None
    if parsed.scheme not in ("http", "https") or "." not in host or any(one.isspace() for one in base):
        raise refused("The URL is not valid.", FORMAT)
    example = row.get("example")
    if base != url and not (isinstance(example, list) and len(example) == 1 and said(example[0])):
        raise refused("A URL with a variable needs an example.", FORMAT)


def _check_phone(row: dict[str, Any]) -> None:
    phone = read(row, "button", 20, FORMAT, "phone_number")
    digits = re.sub(r"[\s().-]", "", phone).removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 15 and digits[0] != "0"):
        raise refused("The phone number is not valid.", FORMAT)


def _check_code(row: dict[str, Any]) -> None:
    example = row.get("example")
    code = example[0] if isinstance(example, list) and len(example) == 1 else example
    if not said(code) or len(str(code)) > 15:
        raise refused("A copy code button needs an example of at most 15 characters.", FORMAT)


def _check_flow(row: dict[str, Any]) -> None:
    given = [key for key in ("flow_id", "flow_name", "flow_json") if said(row.get(key))]
    if len(given) != 1:
        raise refused("A flow button needs one of flow_id, flow_name and flow_json.", FORMAT)
    action = row.get("flow_action")
    if isinstance(action, str) and action.lower() not in ("", "navigate", "data_exchange"):
        raise wrong_type("buttons['flow_action']", "one of {navigate, data_exchange}")


DETAILS = {"URL": _check_url, "PHONE_NUMBER": _check_phone, "COPY_CODE": _check_code, "FLOW": _check_flow}
