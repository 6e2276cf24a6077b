"""Limits of what fills a template, and values made fit for it."""

import re

from django.utils.translation import gettext as _

from whatsapp.content.limits.lengths import (
    BUTTON_ID_LIMIT,
    UNSENDABLE,
    Problems,
    count,
    file_of,
    length,
    product_sections,
)
from whatsapp.content.limits.plain import location
from whatsapp.content.values import ButtonParameter, File, Location, Parameter, Template, TemplateCard

HEADER_LIMIT = 60
TEMPLATE_BODY_LIMIT = 1024
CODE_LIMIT = 15  # of a coupon, and of a code for signing in
URL_SUFFIX_LIMIT = 2000
TEMPLATE_BUTTONS_LIMIT = 10
CARDS_LIMIT = 10
CALL_MINUTES_LIMIT = 43_200
HEADER_KINDS = ("image", "video", "document")
CARD_KINDS = ("image", "video")

TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,4})?")
LINE_BREAKS = re.compile(r"[\n\r\t\x0b\x0c\x85\u2028\u2029]")
MANY_SPACES = re.compile(r" {5,}")

# Longest value of a button by its sub_type, and whether it needs one.
BUTTON_VALUES: dict[str, tuple[int, bool]] = {
    "quick_reply": (BUTTON_ID_LIMIT, True),
    "url": (URL_SUFFIX_LIMIT, True),
    "copy_code": (CODE_LIMIT, True),
    "flow": (BUTTON_ID_LIMIT, False),
    "catalog": (BUTTON_ID_LIMIT, False),
    "mpm": (BUTTON_ID_LIMIT, True),
    "voice_call": (BUTTON_ID_LIMIT, False),
}


def variable_text(value: str) -> str:
    """``value`` as a template variable may hold it: one line, no tab, at most four spaces in a row."""
    lines = (line.strip() for line in LINE_BREAKS.split(UNSENDABLE.sub("", value)))
    return MANY_SPACES.sub("    ", " ".join(filter(None, lines)))


def template(content: Template) -> Problems:
    body_limit = CODE_LIMIT if content.is_authentication else TEMPLATE_BODY_LIMIT
    return {
        "template.name": "" if TEMPLATE_NAME.fullmatch(content.name) else _("Name the template as Meta knows it."),
        "template.language": (
            "" if LANGUAGE.fullmatch(content.language) else _("Name the template's language, for example pt_BR.")
        ),
        **_header(content),
        **_parameters("template.body", content.body, body_limit),
        **_buttons("template.buttons", content.buttons, is_code=content.is_authentication),
        "template.limited_time_offer": _moment(content.offer_ends_ms),
        **_cards(content.cards),
    }


def _moment(milliseconds: int | None) -> str:
    return "" if milliseconds is None or milliseconds > 0 else _("A time in milliseconds.")


def _header(content: Template) -> Problems:
    if isinstance(content.header, File):
        return file_of("template.header", content.header, HEADER_KINDS)
    if isinstance(content.header, Location):
        return location("template.header.location", content.header)
    return _parameters("template.header", content.header, HEADER_LIMIT)


def _parameters(path: str, parameters: tuple[Parameter, ...], limit: int) -> Problems:
    named = [parameter.name for parameter in parameters if parameter.name]
    problems = {f"{path}.{i}": _variable(parameter.text, limit) for i, parameter in enumerate(parameters)}
    if named and (len(named) != len(parameters) or len(set(named)) != len(named)):
        problems[path] = _("Name all variables, each once, or none of them.")
    return problems


def _variable(value: str, limit: int) -> str:
    if not value.strip():
        return _("A variable of the template has no value.")
    if LINE_BREAKS.search(value) or MANY_SPACES.search(value):
        return _("A template's variable takes no line break, tab or five spaces in a row.")
    return length(value, limit)


def _buttons(path: str, buttons: tuple[ButtonParameter, ...], *, is_code: bool = False) -> Problems:
    problems = {path: "" if len(buttons) <= TEMPLATE_BUTTONS_LIMIT else _("Use at most ten buttons.")}
    if len({button.index for button in buttons}) != len(buttons):
        problems[path] = _("Two values are for the same button.")
    for i, button in enumerate(buttons):
        problems |= _button(f"{path}.{i}", button, is_code=is_code)
    return problems


def _button(path: str, button: ButtonParameter, *, is_code: bool) -> Problems:
    if not 0 <= button.index < TEMPLATE_BUTTONS_LIMIT:
        return {path: _("A button's index is from 0 to 9.")}
    if button.sub_type not in BUTTON_VALUES:
        return {path: _("Use one of these types: %(types)s.") % {"types": ", ".join(BUTTON_VALUES)}}
    limit, required = BUTTON_VALUES[button.sub_type]
    problems = {path: length(button.value, CODE_LIMIT if is_code else limit, required=required)}
    if button.sub_type == "mpm":
        problems |= product_sections(f"{path}.sections", button.sections)
    if button.data == {}:
        problems[f"{path}.data"] = _("Leave the data out, or put something into it.")
    if button.ttl_minutes is not None:
        problems[f"{path}.ttl_minutes"] = count(button.ttl_minutes, 1, CALL_MINUTES_LIMIT)
    return problems


def _cards(cards: tuple[TemplateCard, ...]) -> Problems:
    problems = {"template.cards": "" if len(cards) <= CARDS_LIMIT else count(len(cards), 1, CARDS_LIMIT)}
    if len({card.header.kind if isinstance(card.header, File) else "product" for card in cards}) > 1:
        problems["template.cards"] = _("All cards are of one kind: pictures, videos or products.")
    for i, card in enumerate(cards):
        problems |= _card(f"template.cards.{i}", card)
    return problems


def _card(path: str, card: TemplateCard) -> Problems:
    if isinstance(card.header, File):
        header = file_of(f"{path}.header", card.header, CARD_KINDS)
    else:
        header = {f"{path}.header.product": length(card.header.catalog_id) or length(card.header.product_id)}
    body = _parameters(f"{path}.body", card.body, TEMPLATE_BODY_LIMIT)
    return header | body | _buttons(f"{path}.buttons", card.buttons)
