"""What changed between two versions of a template, part by part and word by word."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard import template_words
from templates_mgmt.structure import buttons_of, text_of

SAME, TAKEN, PUT = "same", "taken", "put"
WORDS = re.compile(r"\s+|\S+")
PARTS: dict[str, Promise] = {
    "category": _("Category"),
    "HEADER": _("Header"),
    "BODY": _("Text"),
    "FOOTER": _("Footer"),
    "BUTTONS": _("Buttons"),
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
    parts = [part for part in components if isinstance(part, Mapping)]
    told = {"category": str(template_words.category_word(category))} if category else {}
    for part in parts:
        kind = str(part.get("type", "")).upper()
        told[kind] = _told(kind, part, parts)
    return told


def _told(kind: str, part: Mapping[str, Any], parts: list[Mapping[str, Any]]) -> str:
    match kind:
        case "HEADER":
            format_ = str(part.get("format") or "TEXT").upper()
            return text_of(parts, kind) if format_ == "TEXT" else str(template_words.header_word(format_))
        case "BODY" | "FOOTER" if part.get("text"):
            return text_of(parts, kind)
        case "BUTTONS":
            return "\n".join(map(_button, buttons_of(parts)))
    return json.dumps({name: value for name, value in part.items() if name != "type"}, ensure_ascii=False)


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
