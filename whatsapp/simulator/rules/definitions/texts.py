"""The words of header, body and footer."""

import re
from typing import Any

from .refusal import refused, wrong_type

EMPHASIS = ("*", "_", "~", "```")
PLACE = re.compile(r"{{([^{}]*)}}")
TOUCHING = re.compile(r"}}\s*{{")
PICTOGRAMS = ((0x2600, 0x27BF), (0x2B00, 0x2BFF), (0x1F000, 0x1FAFF))


def check_header(header: dict[str, Any], *, is_named: bool) -> None:
    text = read(header, "header", 60, 2388047)
    check_label(text, 2388047)
    names = _placeholders(text, 2388047, is_named=is_named)
    if len(PLACE.findall(text)) > 1:
        raise refused("The header can have one variable at most.", 2388047)
    if names and not _has_examples(header, "header_text", names, is_named=is_named):
        raise refused("The header's variable needs an example.", 2388047)


def check_body(body: dict[str, Any], *, is_named: bool, most: int) -> None:
    text = read(body, "body", most, 2388072)
    names = _placeholders(text, 2388072, is_named=is_named)
    if names and not _has_examples(body, "body_text", names, is_named=is_named):
        raise refused("Examples are needed for every variable of the body.", 2388072)
    if TOUCHING.search(text):
        raise refused("Variables can't be next to each other.", 2388072)
    bare = text.strip()
    if bare.startswith("{{") or bare.endswith("}}"):
        raise refused("Variables can't be at the start or end of the template.", 2388299)
    _check_ratio(text)


def check_footer(footer: dict[str, Any] | None) -> None:
    if footer is None:
        return
    text = read(footer, "footer", 60, 2388073)
    if "{{" in text or "\n" in text:
        raise refused("The footer can't have variables or new lines.", 2388073)


def read(part: dict[str, Any], place: str, most: int, subcode: int, key: str = "text") -> str:
    """A text of at least one and at most `most` characters."""
    text = part.get(key)
    if text is not None and not isinstance(text, str):
        raise wrong_type(f"{place}['{key}']", "a string")
    if not (text or "").strip():
        raise refused(f"The {place} has no {key}.", subcode)
    if len(text or "") > most:
        raise refused(f"The {place}'s {key} is limited to {most} characters.", 2388040)
    return text or ""


def check_label(text: str, subcode: int) -> None:
    """One line without emphasis and pictograms, variables left out of account."""
    words = PLACE.sub("", text)
    if "\n" in words or "\r" in words:
        raise refused("New lines are not allowed here.", subcode)
    if any(mark in words for mark in EMPHASIS):
        raise refused("Formatting characters are not allowed here.", subcode)
    if any(low <= ord(character) <= high for character in words for low, high in PICTOGRAMS):
        raise refused("Emojis are not allowed here.", subcode)


def _placeholders(text: str, subcode: int, *, is_named: bool) -> list[str]:
    """The names in double braces, each once; the braces closed, the numbers without a gap."""
    names, rest = PLACE.findall(text), PLACE.sub("", text)
    if "{{" in rest or "}}" in rest:
        raise refused("Variable parameters have incorrect formatting.", subcode)
    distinct = list(dict.fromkeys(names))
    if is_named:
        if any(not re.match(r"^[a-z_][a-z0-9_]*\Z", name) for name in names):
            raise refused("Named parameters are lowercase characters, underscores and numbers.", subcode)
        if len(distinct) < len(names):
            raise refused("Named parameters must be unique.", subcode)
    elif any(f"{place}" not in distinct for place in range(1, len(distinct) + 1)):
        raise refused("Positional parameters are numbers that start from 1.", subcode)
    return distinct


def _check_ratio(text: str) -> None:
    variables = len(PLACE.findall(text))
    words = [word for word in PLACE.sub(" ", text).split() if any(one.isalnum() or one == "_" for one in word)]
    if variables and len(words) <= 2 * variables:
        raise refused("This template has too many variables for its length.", 2388293)


def _has_examples(part: dict[str, Any], key: str, names: list[str], *, is_named: bool) -> bool:
    example = part.get("example")
    if not isinstance(example, dict):
        return False
    if is_named:
        given = example.get(f"{key}_named_params")
        if not isinstance(given, list) or any(not isinstance(one, dict) for one in given):
            return False
        told = [str(one.get("param_name")) for one in given if said(one.get("example"))]
        return len(told) == len(names) and set(told) == set(names)
    given = example.get(key)
    if key == "body_text":
        if not isinstance(given, list) or len(given) != 1:
            return False
        given = given[0]
    return isinstance(given, list) and len(given) == len(names) and all(said(one) for one in given)


def said(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""
