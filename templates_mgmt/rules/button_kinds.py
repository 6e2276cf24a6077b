"""What each kind of button needs: an address, a phone, a code, a form."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from templates_mgmt.rules import words
from templates_mgmt.rules.draft import Draft, Part
from templates_mgmt.rules.problems import Problem

URL_LIMIT, PHONE_LIMIT, CODE_LIMIT = 2000, 20, 15
VARIABLE = "{{1}}"
PHONE = re.compile(r"\+?[1-9][0-9]{7,14}", re.ASCII)
BETWEEN_DIGITS = re.compile(r"[\s().-]")
FLOW_REFERENCES = ("flow_id", "flow_name", "flow_json")
FLOW_ACTIONS = ("", "NAVIGATE", "DATA_EXCHANGE")


def addresses(draft: Draft) -> Iterator[Problem]:
    for button in _of_kind(draft, "URL"):
        url = button.text("url")
        yield from words.presence(button, URL_LIMIT, "url")
        if url.strip():
            yield from _address(button, url)


def _address(button: Part, url: str) -> Iterator[Problem]:
    """A web address, whose one variable may stand at its end."""
    fixed, variable, rest = url.partition(VARIABLE)
    if not is_address(fixed):
        yield Problem("url_form", button.field("url"))
    elif rest or "{{" in fixed or "}}" in fixed:
        yield Problem("url_variable", button.field("url"))
    elif variable and not _is_one_text(button.data.get("example")):
        yield Problem("url_example", button.field("example"))


def is_address(text: str) -> bool:
    """``https://`` or ``http://``, a host with a dot, and nothing that an address cannot have."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    named = "." in host.strip(".") and parts.scheme in {"http", "https"}
    return named and not any(character.isspace() for character in text)


def phones(draft: Draft) -> Iterator[Problem]:
    for button in _of_kind(draft, "PHONE_NUMBER"):
        phone = button.text("phone_number")
        yield from words.presence(button, PHONE_LIMIT, "phone_number")
        if phone.strip() and not PHONE.fullmatch(BETWEEN_DIGITS.sub("", phone)):
            yield Problem("phone_form", button.field("phone_number"))


def codes(draft: Draft) -> Iterator[Problem]:
    """The example of a coupon's code: a text, or a list of one, as Meta gives it back."""
    for button in _of_kind(draft, "COPY_CODE"):
        example = button.data.get("example")
        code = example[0] if isinstance(example, list) and len(example) == 1 else example
        if not words.says_something(code):
            yield Problem("code_example", button.field("example"))
        elif len(str(code)) > CODE_LIMIT:
            yield Problem("too_long", button.field("example"), {"limit": CODE_LIMIT, "length": len(str(code))})


def flows(draft: Draft) -> Iterator[Problem]:
    for button in _of_kind(draft, "FLOW"):
        told = [name for name in FLOW_REFERENCES if button.text(name).strip()]
        if len(told) != 1:
            yield Problem("flow_reference", button.field("flow_id"))
        if button.word("flow_action") not in FLOW_ACTIONS:
            yield Problem("flow_action", button.field("flow_action"))


def _is_one_text(example: Any) -> bool:
    return isinstance(example, list) and len(example) == 1 and words.says_something(example[0])


def _of_kind(draft: Draft, kind: str) -> list[Part]:
    return [button for parts in draft.written for button in parts.buttons if button.word() == kind]
