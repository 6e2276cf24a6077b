"""The templates that a person may send in a conversation, and what each wants to be filled in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from notifications.wording import fold
from templates_mgmt import preview
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import Placeholder, buttons_of, placeholders, text_of
from whatsapp.models import Conversation
from whatsapp.providers.values import objects, text

MOST = 300  # templates that are looked at
SHOWN = 60
FILE_HEADERS = {"IMAGE": "image", "VIDEO": "video", "DOCUMENT": "document"}
BY_HAND = frozenset({"QUICK_REPLY", "URL", "PHONE_NUMBER", "COPY_CODE", "FLOW"})  # buttons that a person can fill
Category = MessageTemplate.Category


@dataclass(frozen=True)
class Choice:
    """A template of the list; ``obstacle`` says why it cannot be sent here, empty where it can."""

    template: MessageTemplate
    category: str
    words: str
    obstacle: str


@dataclass(frozen=True)
class Picker:
    choices: list[Choice]
    languages: list[str]
    categories: list[tuple[str, str]]
    total: int


@dataclass(frozen=True)
class Slot:
    """One thing to fill in. ``name`` is the form's field; ``place`` what Meta's limits call it."""

    name: str
    label: str
    example: str
    place: str
    key: str = ""


def picker(
    conversation: Conversation, *, q: str = "", language: str = "", category: str = "", refuses_marketing: bool = False
) -> Picker:
    """Approved ones of the number's account that fit, by name. One query."""
    rows = list(_sendable(conversation)[:MOST])
    found = [row for row in rows if _fits(row, fold(q), language, category)]
    return Picker(
        [Choice(row, category_word(row), _words(row), obstacle(row, refuses_marketing)) for row in found[:SHOWN]],
        sorted({row.language for row in rows}),
        [(row.category, category_word(row)) for row in {row.category: row for row in rows if row.category}.values()],
        len(rows),
    )


def find(conversation: Conversation, template_id: int) -> MessageTemplate | None:
    """None for what is not (any more) approved in the number's account."""
    row = _sendable(conversation).filter(pk=template_id).first()
    return row if row and row.is_sendable else None


def _sendable(conversation: Conversation) -> Any:
    rows = MessageTemplate.objects.for_tenant(conversation.tenant_id).filter(account=conversation.number.account_id)
    approved = rows.filter(status__in=MessageTemplate.SENDABLE, missing_since=None).exclude(components=[])
    return approved.order_by("name", "language")


def _fits(row: MessageTemplate, q: str, language: str, category: str) -> bool:
    if (language and row.language != language) or (category and row.category != category):
        return False
    return not q or q in fold(f"{row.name} {_words(row)}")


def _words(row: MessageTemplate) -> str:
    return text_of(row.components, "BODY")


def obstacle(template: MessageTemplate, refuses_marketing: bool) -> str:
    """Why a person cannot send it by hand, in a sentence; empty where nothing stands against it."""
    if template.category == Category.MARKETING and refuses_marketing:
        return _("The customer wants no marketing messages.")
    if template.category == Category.AUTHENTICATION:
        return _("Codes for signing in are sent by the company's system alone.")
    kinds = {text(part.get("type")).upper() for part in objects(template.components)}
    buttons = {text(button.get("type")).upper() for button in buttons_of(template.components)}
    if kinds & {"CAROUSEL", "LIMITED_TIME_OFFER"} or buttons - BY_HAND:
        return _("It has parts that can be filled by the company's system only (offers, cards, catalogue).")
    if header_format(template) not in {"", "TEXT", "LOCATION", *FILE_HEADERS}:
        return _("It has a header of a kind that cannot be filled here.")
    return ""


def category_word(template: MessageTemplate) -> str:
    known = template.category in Category.values
    return str(Category(template.category).label) if known else template.category


def header_format(template: MessageTemplate) -> str:
    """TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION; empty without a header."""
    header = _part(template, "HEADER")
    return text(header.get("format")).upper() or ("TEXT" if header else "")


def file_kind(template: MessageTemplate) -> str:
    """What file its header wants (image, video, document); empty for none."""
    return FILE_HEADERS.get(header_format(template), "")


def slots(template: MessageTemplate) -> list[Slot]:
    """Its variables in their order, and the codes of its buttons."""
    found = placeholders(template.components)
    examples = preview.examples(template.components)
    counted = {part: [slot for slot in found if slot.part == part] for part in ("header", "body", "button")}
    texts = [_slot(slot, i, examples) for part in ("header", "body") for i, slot in enumerate(counted[part])]
    return [*texts, *_button_slots(template, counted["button"], examples)]


def _slot(slot: Placeholder, i: int, examples: Mapping[str, str]) -> Slot:
    label = slot.name.replace("_", " ") if not slot.name.isdecimal() else _("Variable %(n)s") % {"n": slot.name}
    if slot.part == "header":
        label = _("Header: %(name)s") % {"name": label}
    return Slot(f"v-{slot.key}", label, examples.get(slot.key, ""), f"template.{slot.part}.{i}", slot.key)


def _button_slots(
    template: MessageTemplate, urls: Iterable[Placeholder], examples: Mapping[str, str]
) -> Iterable[Slot]:
    by_index = {slot.index: slot for slot in urls}
    filled = 0
    for i, button in enumerate(buttons_of(template.components)):
        word, kind, place = text(button.get("text")), text(button.get("type")).upper(), f"template.buttons.{filled}"
        if i in by_index:
            label, key = _("End of the address of “%(button)s”") % {"button": word}, by_index[i].key
            yield Slot(f"v-{key}", label, examples.get(key, ""), place, key)
        elif kind == "COPY_CODE":
            label = _("Code of “%(button)s”") % {"button": word}
            yield Slot(f"code-{i}", label, _first(button.get("example")), place)
        filled += i in by_index or kind in {"COPY_CODE", "FLOW"}


def _first(value: Any) -> str:
    return text(value[0]) if isinstance(value, list) and value else text(value)


def _part(template: MessageTemplate, kind: str) -> Mapping[str, Any]:
    return next((part for part in objects(template.components) if text(part.get("type")).upper() == kind), {})
