"""What changed between two versions of a template, part by part and word by word."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard import template_words
from templates_mgmt import preview
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import buttons_of, cards_of

SAME, TAKEN, PUT = "same", "taken", "put"
WORDS = re.compile(r"\s+|\S+")
PARTS: dict[str, Promise] = {
    "category": _("Category"),
    "HEADER": _("Header"),
    "LIMITED_TIME_OFFER": _("Offer"),
    "BODY": _("Text"),
    "FOOTER": _("Footer"),
    "BUTTONS": _("Buttons"),
    "CAROUSEL": _("Cards"),
}

Components = Iterable[Mapping[str, Any]]


@dataclass(frozen=True)
class Change:
    """A part that is other than before; ``pieces`` are of SAME, TAKEN and PUT words, in reading order."""

    part: str | Promise
    pieces: tuple[tuple[str, str], ...]


def changes(old: Components, new: Components, old_category: str = "", new_category: str = "") -> list[Change]:
    """The parts that differ, in the order in which a phone shows them."""
    before, after = _parts(old, old_category), _parts(new, new_category)
    kinds = [*PARTS, *sorted((before.keys() | after.keys()) - PARTS.keys())]
    pairs = ((kind, before.get(kind, ""), after.get(kind, "")) for kind in kinds)
    return [Change(PARTS.get(kind, kind), tuple(_pieces(was, now))) for kind, was, now in pairs if was != now]


def _parts(components: Components, category: str) -> dict[str, str]:
    told = {"category": str(template_words.category_word(category))} if category else {}
    for part in components:
        if isinstance(part, Mapping):
            kind = str(part.get("type", "")).upper()
            told[kind] = _told(kind, part)
    return told


def _told(kind: str, part: Mapping[str, Any]) -> str:
    """What a customer reads or sees of it; Meta's own words where it writes them."""
    bubble = preview.bubble([part], {}, category=MessageTemplate.Category.AUTHENTICATION)
    match kind:
        case "HEADER":
            shown = _header(bubble)
        case "LIMITED_TIME_OFFER":
            shown = _offer(bubble)
        case "BODY":
            shown = bubble.body
        case "FOOTER":
            shown = bubble.footer
        case "BUTTONS":
            shown = "\n".join(map(_button, buttons_of([part])))
        case "CAROUSEL":
            shown = "\n\n".join(_card(number, card) for number, card in enumerate(cards_of([part]), 1))
        case _:
            shown = json.dumps({name: value for name, value in part.items() if name != "type"}, ensure_ascii=False)
    return shown


def _header(bubble: preview.Bubble) -> str:
    if bubble.header is None:
        return ""
    return bubble.header.text or str(template_words.header_word(bubble.header.format))


def _offer(bubble: preview.Bubble) -> str:
    return "\n".join(filter(None, (bubble.offer, gettext("Counts down until it ends") if bubble.expires else "")))


def _card(number: int, parts: list[Mapping[str, Any]]) -> str:
    named = gettext("Card %(number)s") % {"number": number}
    return "\n".join(filter(None, (f"{named}:", *_parts(parts, "").values())))


def _button(button: Mapping[str, Any]) -> str:
    leads = button.get("url") or button.get("phone_number") or ""
    word = template_words.button_word(str(button.get("type", "")).upper())
    return " ".join(filter(None, (f"{word}:", str(button.get("text") or ""), str(leads))))


def _pieces(was: str, now: str) -> Iterable[tuple[str, str]]:
    """Whole words, so that a change can be read."""
    old, new = WORDS.findall(was), WORDS.findall(now)
    for verb, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if verb == "equal":
            yield SAME, "".join(old[i:j])
            continue
        if j > i:
            yield TAKEN, "".join(old[i:j])
        if m > k:
            yield PUT, "".join(new[k:m])
