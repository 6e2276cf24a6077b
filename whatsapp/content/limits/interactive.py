"""Limits of interactive messages."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from whatsapp.content import values
from whatsapp.content.limits.lengths import (
    BUTTON_ID_LIMIT,
    BUTTON_TITLE_LIMIT,
    SECTION_TITLE_LIMIT,
    SECTIONS_LIMIT,
    Problems,
    count,
    file_of,
    length,
    link,
    product_sections,
    repeated,
    reply_buttons,
)

INTERACTIVE_BODY_LIMIT = 1024
LIST_BODY_LIMIT = 4096
HEADER_LIMIT = 60
FOOTER_LIMIT = 60
BUTTONS_LIMIT = 3
ROWS_LIMIT = 10
ROW_ID_LIMIT = 200
ROW_TITLE_LIMIT = 24
ROW_DESCRIPTION_LIMIT = 72
FLOW_CTA_LIMIT = 30
LEAST_CARDS, MOST_CARDS = 2, 10
CARD_BODY_LIMIT = 160
CARD_LINE_BREAKS = 2
CALL_MINUTES_LIMIT = 43_200
HEADER_KINDS = ("image", "video", "document")
CARD_KINDS = ("image", "video")
EMOJI = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")

ACTION, PARAMETERS = "interactive.action", "interactive.action.parameters"
WITHOUT_BODY = (values.Product, values.CallPermissionRequest)


def interactive(content: values.Interactive) -> Problems:
    return _frame(content) | ACTIONS[type(content)](content)


def _frame(content: values.Interactive) -> Problems:
    """What stands around the action, where the form has it."""
    limit = LIST_BODY_LIMIT if isinstance(content, values.ListMessage) else INTERACTIVE_BODY_LIMIT
    required = not isinstance(content, WITHOUT_BODY)
    problems = {
        "interactive.body.text": length(content.body, limit, required=required),
        "interactive.footer.text": length(getattr(content, "footer", ""), FOOTER_LIMIT, required=False),
    }
    header = getattr(content, "header", "")
    if isinstance(header, values.File):
        return problems | file_of("interactive.header", header, HEADER_KINDS)
    required = isinstance(content, values.ProductList)
    return problems | {"interactive.header.text": length(header, HEADER_LIMIT, required=required)}


def _buttons(content: values.Buttons) -> Problems:
    return reply_buttons(f"{ACTION}.buttons", content.buttons, BUTTONS_LIMIT)


def _list(content: values.ListMessage) -> Problems:
    rows = [row for section in content.sections for row in section.rows]
    problems = {
        f"{ACTION}.button": length(content.button, BUTTON_TITLE_LIMIT),
        f"{ACTION}.sections": count(len(content.sections), 1, SECTIONS_LIMIT) or _row_set(rows),
    }
    for i, section in enumerate(content.sections):
        problems |= _section(f"{ACTION}.sections.{i}", section, is_only=len(content.sections) == 1)
    return problems


def _row_set(rows: Sequence[values.Row]) -> str:
    too_many = count(len(rows), 1, ROWS_LIMIT)
    return too_many or (_("Two choices have the same id.") if repeated([row.id for row in rows]) else "")


def _section(path: str, section: values.Section, *, is_only: bool) -> Problems:
    problems = {f"{path}.title": length(section.title, SECTION_TITLE_LIMIT, required=not is_only)}
    for i, row in enumerate(section.rows):
        problems[f"{path}.rows.{i}.id"] = length(row.id, ROW_ID_LIMIT)
        problems[f"{path}.rows.{i}.title"] = length(row.title, ROW_TITLE_LIMIT)
        problems[f"{path}.rows.{i}.description"] = length(row.description, ROW_DESCRIPTION_LIMIT, required=False)
    return problems


def _cta_url(content: values.CtaUrl) -> Problems:
    return {
        f"{PARAMETERS}.display_text": length(content.display_text, BUTTON_TITLE_LIMIT),
        f"{PARAMETERS}.url": link(content.url),
    }


def _flow(content: values.Flow) -> Problems:
    no_emoji = _("No emoji here.") if EMOJI.search(content.cta) else ""
    named = bool(content.flow_id) != bool(content.flow_name)
    return {
        f"{PARAMETERS}.flow_cta": length(content.cta, FLOW_CTA_LIMIT) or no_emoji,
        f"{PARAMETERS}.flow_id": "" if named else _("Name the flow by its id or by its name, not by both."),
        f"{PARAMETERS}.mode": one_of(content.mode, ("published", "draft")),
        f"{PARAMETERS}.flow_action": one_of(content.action, ("navigate", "data_exchange")),
        f"{PARAMETERS}.flow_action_payload": _flow_payload(content),
    }


def _flow_payload(content: values.Flow) -> str:
    if content.data == {}:
        return _("Leave the data out, or put something into it.")
    if content.action == "data_exchange" and (content.screen or content.data):
        return _("Only the action navigate takes a first screen.")
    return _("Name the screen that the data is for.") if content.data and not content.screen else ""


def one_of(value: str, allowed: Sequence[str]) -> str:
    return "" if value in allowed else _("Use one of these types: %(types)s.") % {"types": ", ".join(allowed)}


def _product(content: values.Product) -> Problems:
    return {
        f"{ACTION}.catalog_id": length(content.catalog_id),
        f"{ACTION}.product_retailer_id": length(content.product_id),
    }


def _product_list(content: values.ProductList) -> Problems:
    sections = product_sections(f"{ACTION}.sections", content.sections)
    return {f"{ACTION}.catalog_id": length(content.catalog_id), **sections}


def _catalog(content: values.Catalog) -> Problems:
    thumbnail = length(content.thumbnail_product_id, required=False)
    return {f"{PARAMETERS}.thumbnail_product_retailer_id": thumbnail}


def _voice_call(content: values.VoiceCall) -> Problems:
    minutes = content.ttl_minutes
    return {
        f"{PARAMETERS}.display_text": length(content.display_text, BUTTON_TITLE_LIMIT, required=False),
        f"{PARAMETERS}.ttl_minutes": "" if minutes is None else count(minutes, 1, CALL_MINUTES_LIMIT),
        f"{PARAMETERS}.payload": length(content.payload, BUTTON_ID_LIMIT, required=False),
    }


def _nothing(_content: Any) -> Problems:
    return {}


def _carousel(content: values.Carousel) -> Problems:
    path = f"{ACTION}.cards"
    if content.cards and content.products:
        return {path: _("All cards are of one kind: pictures, videos or products.")}
    problems = {path: count(len(content.cards or content.products), LEAST_CARDS, MOST_CARDS) or _card_set(content)}
    for i, card in enumerate(content.cards):
        problems |= _card(f"{path}.{i}", card)
    for i, product in enumerate(content.products):
        problems[f"{path}.{i}.action.catalog_id"] = length(product.catalog_id)
        problems[f"{path}.{i}.action.product_retailer_id"] = length(product.product_id)
    return problems


def _card_set(content: values.Carousel) -> str:
    if len({card.header.kind for card in content.cards}) > 1:
        return _("All cards are of one kind: pictures, videos or products.")
    alike = len({(bool(card.url), len(card.buttons)) for card in content.cards}) <= 1
    return "" if alike else _("All cards have the same kind and number of buttons.")


def _card(path: str, card: values.Card) -> Problems:
    lines = "" if card.body.count("\n") <= CARD_LINE_BREAKS else _("At most two line breaks.")
    problems = file_of(f"{path}.header", card.header, CARD_KINDS)
    problems[f"{path}.body.text"] = length(card.body, CARD_BODY_LIMIT, required=False) or lines
    if bool(card.url) == bool(card.buttons):
        return problems | {f"{path}.action": _("A card has a link or buttons, not both.")}
    if card.buttons:
        return problems | reply_buttons(f"{path}.action.buttons", card.buttons, BUTTONS_LIMIT)
    return problems | {
        f"{path}.action.parameters.display_text": length(card.display_text, BUTTON_TITLE_LIMIT),
        f"{path}.action.parameters.url": link(card.url),
    }


ACTIONS: dict[type, Callable[[Any], Problems]] = {
    values.Buttons: _buttons,
    values.ListMessage: _list,
    values.CtaUrl: _cta_url,
    values.Flow: _flow,
    values.Product: _product,
    values.ProductList: _product_list,
    values.Catalog: _catalog,
    values.LocationRequest: _nothing,
    values.ContactRequest: _nothing,
    values.CallPermissionRequest: _nothing,
    values.VoiceCall: _voice_call,
    values.Carousel: _carousel,
}
