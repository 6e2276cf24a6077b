"""The small checks that all types share: each answers a translated sentence, or an empty one."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from whatsapp.content import fields
from whatsapp.content.values import File, ProductSection, ReplyButton

Problems = dict[str, str]  # path -> sentence, empty where nothing is wrong

BUTTON_TITLE_LIMIT = 20
BUTTON_ID_LIMIT = 256
CAPTION_LIMIT = 1024
LINK_LIMIT = 2048
FILE_NAME_LIMIT = 240
SECTIONS_LIMIT = 10
SECTION_TITLE_LIMIT = 24
PRODUCTS_LIMIT = 30
DEEPEST = 20  # levels of nesting
UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
LINK = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
WITHOUT_CAPTION = frozenset({"audio", "sticker"})


def length(value: str, limit: int | None = None, *, required: bool = True) -> str:
    """Something written, within ``limit`` characters, that every part of the way can carry."""
    if required and not value.strip():
        return _("Write something here.")
    if limit is not None and len(value) > limit:
        return _("At most %(limit)d characters; this has %(length)d.") % {"limit": limit, "length": len(value)}
    return _("This holds a character that cannot be sent.") if UNSENDABLE.search(value) else ""


def unsendable(value: Any, path: str, depth: int = DEEPEST) -> Problems:
    """Where inside ``value``, which may hold JSON of the tenant's own, stands what no part of the way can carry."""
    if not depth:
        return {path: _("This is nested too deep.")}
    if isinstance(value, str):
        return {path: _("This holds a character that cannot be sent.")} if UNSENDABLE.search(value) else {}
    found: Problems = {}
    if isinstance(value, Mapping):
        for name in value:
            found |= unsendable(str(name), path, depth)
    for name, item in _inside(value):
        if item and not isinstance(item, bool | int | float):
            found |= unsendable(item, f"{path}.{name}", depth - 1)
    return found


def _inside(value: Any) -> list[tuple[str, Any]]:
    if (names := fields.names(type(value))) is not None:
        return [(name, getattr(value, name)) for name in names]
    if isinstance(value, Mapping):
        return [(str(name), item) for name, item in value.items()]
    return [(str(i), item) for i, item in enumerate(value)] if isinstance(value, list | tuple) else []


def link(value: str) -> str:
    return length(value, LINK_LIMIT) or ("" if LINK.fullmatch(value) else _("A link begins with http:// or https://."))


def count(number: int, least: int, most: int) -> str:
    if least <= number <= most:
        return ""
    return _("Between %(least)d and %(most)d of them; these are %(number)d.") % {
        "least": least,
        "most": most,
        "number": number,
    }


def repeated(values: Sequence[str]) -> bool:
    return len(set(values)) != len(values)


def file(path: str, value: File) -> Problems:
    """A file's source and what stands beside it; ``path`` is the object's, for example ``image``."""
    problems = {
        path: "" if bool(value.id) != bool(value.link) else _("Name the file by its id or by its link, not by both."),
        f"{path}.id": length(value.id, required=False),
        f"{path}.link": link(value.link) if value.link else "",
        f"{path}.caption": length(value.caption, CAPTION_LIMIT, required=False),
        f"{path}.filename": length(value.filename, FILE_NAME_LIMIT, required=False),
    }
    if value.caption and value.kind in WITHOUT_CAPTION:
        problems[f"{path}.caption"] = _("This kind of file takes no caption.")
    if value.filename and value.kind != "document":
        problems[f"{path}.filename"] = _("Only a document takes a file name.")
    if value.voice and value.kind != "audio":
        problems[f"{path}.voice"] = _("Only an audio can be a voice message.")
    return problems


def file_of(path: str, value: File, kinds: Sequence[str]) -> Problems:
    """A file that illustrates something else: of one of ``kinds``, and without a caption."""
    if value.kind not in kinds:
        return {f"{path}.type": _("Use one of these types: %(types)s.") % {"types": ", ".join(kinds)}}
    problems = file(f"{path}.{value.kind}", value)
    if value.caption:
        problems[f"{path}.{value.kind}.caption"] = _("A file in this place takes no caption.")
    return problems


def reply_buttons(path: str, buttons: Sequence[ReplyButton], most: int) -> Problems:
    problems = {path: _button_set(buttons, most)}
    for i, button in enumerate(buttons):
        problems[f"{path}.{i}.reply.title"] = length(button.title, BUTTON_TITLE_LIMIT)
        problems[f"{path}.{i}.reply.id"] = length(button.id, BUTTON_ID_LIMIT)
    return problems


def _button_set(buttons: Sequence[ReplyButton], most: int) -> str:
    if not 1 <= len(buttons) <= most:
        return _("Use one to three buttons.") if most == 3 else count(len(buttons), 1, most)
    if repeated([button.title.strip() for button in buttons]):
        return _("Two buttons have the same title.")
    return _("Two buttons have the same id.") if repeated([button.id for button in buttons]) else ""


def product_sections(path: str, sections: Sequence[ProductSection]) -> Problems:
    """Meta's limits for a list of products, the same in a message and in a template."""
    products = sum(len(section.product_ids) for section in sections)
    problems = {path: count(len(sections), 1, SECTIONS_LIMIT) or count(products, 1, PRODUCTS_LIMIT)}
    for i, section in enumerate(sections):
        problems[f"{path}.{i}.title"] = length(section.title, SECTION_TITLE_LIMIT, required=len(sections) > 1)
        empty = not section.product_ids or not all(name.strip() for name in section.product_ids)
        problems[f"{path}.{i}.product_items"] = _("Name at least one product.") if empty else ""
    return problems
