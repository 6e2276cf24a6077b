"""Reading a template's components as Meta keeps them: which variables it has, where, and which buttons."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.utils.translation import gettext

T = TypeVar("T")
VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
FILE_HEADERS = frozenset({"IMAGE", "VIDEO", "DOCUMENT"})
IN_CARD = re.compile(r"card\.(\d+)\.(.+)")


@dataclass(frozen=True)
class Placeholder:
    """A variable of a template.

    ``key`` is what a mapping calls it: ``1`` or the name in the body, ``header.1`` in the header, ``button.0`` for the
    variable end of the address of the first button. A whole header that is given with the message (a file, a place) is
    ``header``; a coupon's code is its button's. What stands in a card of a carousel is called as it is there, with
    ``card.0.`` before.
    """

    key: str
    part: str  # "header" | "body" | "button" | "file" | "location" | "code"
    name: str  # as in the template's text; of a file its kind: "image", "video", "document"
    index: int = 0  # of the button


def slot_word(key: str) -> str:
    """A slot as people call it: ``{{1}}``, "header", "{{1}} of the header", "button 2", "card 1: button 2"."""
    if found := IN_CARD.fullmatch(key):
        return gettext("card %(place)d: %(slot)s") % {"place": int(found[1]) + 1, "slot": slot_word(found[2])}
    part, _dot, name = key.partition(".")
    if part == "button" and name.isdecimal():
        return gettext("button %(place)d") % {"place": int(name) + 1}
    if part != "header":
        return f"{{{{{key}}}}}"
    return gettext("%(variable)s of the header") % {"variable": f"{{{{{name}}}}}"} if name else gettext("header")


Components = Iterable[Mapping[str, Any]]


def normalize_language(language: str) -> str:
    """Meta's spelling: ``en-US``, ``en_us`` and ``en_US`` are one language."""
    first, *rest = re.split(r"[-_]", language.strip())
    return "_".join([first.lower(), *(part.upper() for part in rest)])


def text_of(components: Components, part: str) -> str:
    """The text of HEADER, BODY or FOOTER; empty where there is none."""
    return str(next((item.get("text") or "" for item in components if _is(item, part)), ""))


def buttons_of(components: Components) -> list[Mapping[str, Any]]:
    found = next((item.get("buttons") for item in components if _is(item, "BUTTONS")), None)
    return [button for button in found if isinstance(button, Mapping)] if isinstance(found, list) else []


def quick_reply_indexes(components: Components) -> list[int]:
    """Where among the buttons the quick replies stand, in order."""
    return [i for i, button in enumerate(buttons_of(components)) if _is(button, "QUICK_REPLY")]


def placeholders(components: Components) -> list[Placeholder]:
    """The variables in the order in which Meta takes their values, each once."""
    components = list(components)
    found = [Placeholder(f"header.{name}", "header", name) for name in _names(text_of(components, "HEADER"))]
    found += [Placeholder(name, "body", name) for name in _names(text_of(components, "BODY"))]
    for i, button in enumerate(buttons_of(components)):
        found += [Placeholder(f"button.{i}", "button", name, i) for name in _names(_url(button))[:1]]
    return found


def cards_of(components: Components) -> list[list[Mapping[str, Any]]]:
    """The components of each card of a carousel; none where there is no carousel."""
    cards = next((item.get("cards") for item in components if _is(item, "CAROUSEL")), None)
    told = [card.get("components") for card in cards if isinstance(card, Mapping)] if isinstance(cards, list) else []
    return [[part for part in one if isinstance(part, Mapping)] if isinstance(one, list) else [] for one in told]


def card_placeholders(components: Components) -> list[Placeholder]:
    """The variables of a carousel's cards."""
    cards = enumerate(cards_of(components))
    return [replace(slot, key=card_key(i, slot.key)) for i, parts in cards for slot in placeholders(parts)]


def card_key(card: int, key: str) -> str:
    """What a slot that a card calls ``key`` is called outside of it."""
    return f"card.{card}.{key}"


def of_card(values: Mapping[str, T], card: int) -> dict[str, T]:
    """Those of ``values`` that stand in the card, by what the card calls their slots."""
    start = card_key(card, "")
    return {key.removeprefix(start): value for key, value in values.items() if key.startswith(start)}


def fixed_address(components: Components, slot: Placeholder) -> str:
    """The part of a button's address that stands before its variable."""
    return VARIABLE.split(_url(buttons_of(components)[slot.index]))[0]


def slots(components: Components) -> list[Placeholder]:
    """Everything that a message of this template must be given: its variables, its file or place, its coupon's code."""
    components = list(components)
    kind = header_format(components)
    found = [Placeholder("header", "file", kind.lower())] if kind in FILE_HEADERS else []
    found += [Placeholder("header", "location", "location")] if kind == "LOCATION" else []
    codes = [i for i, button in enumerate(buttons_of(components)) if _is(button, "COPY_CODE")]
    return [*found, *placeholders(components), *(Placeholder(f"button.{i}", "code", "code", i) for i in codes)]


def header_format(components: Components) -> str:
    """TEXT, IMAGE, LOCATION … as Meta spells it; empty without a header."""
    header = next((item for item in components if _is(item, "HEADER")), None)
    return "" if header is None else str(header.get("format") or "TEXT").upper()


def kinds_of_parts(components: Components) -> set[str]:
    """The types of its components and buttons, as Meta spells them."""
    components = list(components)
    return {str(item.get("type", "")).upper() for item in (*components, *buttons_of(components))}


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its variables replaced; one without value stays as it is."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def _names(text: str) -> list[str]:
    """Each once: positional ones by number, named ones as they come."""
    names = list(dict.fromkeys(VARIABLE.findall(text)))
    return sorted(names, key=int) if all(name.isdecimal() for name in names) else names


def _url(button: Mapping[str, Any]) -> str:
    return str(button.get("url") or "")


def _is(item: Mapping[str, Any], kind: str) -> bool:
    return str(item.get("type", "")).upper() == kind
