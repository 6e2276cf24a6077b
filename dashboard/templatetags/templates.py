"""How templates are written on pages: their state, and their words as the customer's phone shows them."""

import re
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from dashboard import template_words
from dashboard.editor.telling import Told, slot_id
from dashboard.templatetags.recado import chip, icon
from dashboard.whatsapp_text import to_html
from templates_mgmt.models import MessageTemplate
from templates_mgmt.preview import Button

register = template.Library()
register.filter(slot_id)
LISTED = re.compile(r"^[*-] (?=\S)", re.MULTILINE)
TAG_OR_VARIABLE = re.compile(r"(<[^>]*>)|({{\s*\w+\s*}})")
OTHER_BUTTON = "smart_button"
RESHAPES = mark_safe('hx-target="#editor" hx-select="#editor" hx-swap="outerHTML" hx-encoding="multipart/form-data"')


@register.simple_tag
def template_chip(row: MessageTemplate) -> SafeString:
    return chip(template_words.look(template_words.status_of(row)))


@register.filter
def as_phone(text: str) -> SafeString:
    """Words as the phone shows them: WhatsApp's marks, points of lists, and variables without a value marked."""
    html = to_html(LISTED.sub("• ", text))
    return mark_safe(TAG_OR_VARIABLE.sub(_marked, html))  # noqa: S308 - escaped by to_html, only our own tag is added


def _marked(found: re.Match[str]) -> str:
    return found[1] or f"<mark>{found[2]}</mark>"


@register.simple_tag
def button_icon(button: Button) -> SafeString:
    return kind_icon(button.kind)


@register.simple_tag
def kind_icon(kind: str) -> SafeString:
    """Of a kind of button."""
    known = template_words.BUTTONS.get(kind)
    return icon(known[1] if known else template_words.OTHER_BUTTONS.get(kind, OTHER_BUTTON))


@register.filter
def category_word(category: str) -> str | Promise:
    return template_words.category_word(category)


@register.filter
def language_word(language: str) -> str | Promise:
    return template_words.language_word(language)


@register.filter
def header_word(format_: str) -> str | Promise:
    return template_words.header_word(format_)


@register.simple_tag
def header_icon(format_: str) -> SafeString:
    return icon(template_words.HEADER_ICONS.get(format_, "attach_file"))


@register.filter
def rejection_word(reason: str) -> str | Promise:
    return template_words.rejection(reason)


@register.filter
def button_word(kind: str) -> str | Promise:
    return template_words.button_word(kind)


@register.simple_tag
def joined(separator: str, *parts: str | int) -> str:
    """A name or an id of a field, out of what it is of: ``cards.0.buttons.1``."""
    return separator.join(map(str, parts))


@register.inclusion_tag("dashboard/templates/told.html")
def told_at(told: Told, *place: str | int, oob: bool = False) -> dict[str, Any]:
    """The sentences of a field of the editor, and how many of its characters are used."""
    slot = ".".join(map(str, place))
    length, limit = told.lengths.get(slot, (0, 0))
    sentences = told.sentences.get(slot, [])
    return {"id": slot_id(slot), "sentences": sentences, "length": length, "limit": limit, "oob": oob}


@register.simple_tag(takes_context=True)
def reshapes(context: Mapping[str, Any], act: str = "show") -> SafeString:
    """Attributes of an input whose change alters which fields the form has."""
    told = '{} hx-post="{}" hx-trigger="change" hx-vals=\'{{"do": "{}"}}\''
    return format_html(told, RESHAPES, context["action"], act)


@register.simple_tag(takes_context=True)
def reshapes_by_press(context: Mapping[str, Any]) -> SafeString:
    """Attributes of a button that alters which fields the form has; its own value says how."""
    return format_html('{} hx-post="{}"', RESHAPES, context["action"])
