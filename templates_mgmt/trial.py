"""A template as a message that somebody sends to try it: with values of their own in place of a customer's."""

from collections.abc import Mapping
from typing import Any

from templates_mgmt import preview
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import (
    FILE_HEADERS,
    Components,
    buttons_of,
    card_key,
    card_placeholders,
    cards_of,
    header_format,
    kinds_of_parts,
    of_card,
    placeholders,
)
from whatsapp.content import ButtonParameter, Parameter, Template, TemplateCard, variable_text
from whatsapp.content.values import File

OTHER_HEADERS = frozenset({"LOCATION", "GIF", "PRODUCT"})
PAYLOAD = "template_trial"  # what its quick replies carry: nobody's appointment
CODE = "1"
HEADER = "header"


def files(template: MessageTemplate) -> dict[str, str]:
    """By slot, which kind of file each message carries: ``header`` or ``card.0.header`` -> ``image`` …"""
    found = {HEADER: header_format(template.components)}
    found |= {card_key(i, HEADER): header_format(card) for i, card in enumerate(cards_of(template.components))}
    return {slot: format_.lower() for slot, format_ in found.items() if format_ in FILE_HEADERS}


def may_be_tried(template: MessageTemplate) -> bool:
    """Not where a message takes more than texts and files: a place, products, the end of an offer."""
    headers = {header_format(parts) for parts in (template.components, *cards_of(template.components))}
    return not headers & OTHER_HEADERS and "LIMITED_TIME_OFFER" not in kinds_of_parts(template.components)


def content(template: MessageTemplate, values: Mapping[str, str], given: Mapping[str, File]) -> Template:
    """The message. ``values`` are by placeholder key (one without value keeps its sample, else its own name), ``given``
    are the files of ``files``.
    """
    filled = _filled(template, values)
    header = given.get(HEADER)
    return Template(
        name=template.name,
        language=template.language,
        header=header if header is not None else _parameters(template, template.components, filled, HEADER),
        body=(Parameter(filled[CODE]),) if _is_code(template) else _body(template, template.components, filled),
        buttons=_buttons(template, filled),
        cards=tuple(
            _card(template, card, of_card(filled, i), given[card_key(i, HEADER)])
            for i, card in enumerate(cards_of(template.components))
        ),
        category=template.category,
        preview=preview.text(template, filled),
    )


def _filled(template: MessageTemplate, values: Mapping[str, str]) -> dict[str, str]:
    slots = [*placeholders(template.components), *card_placeholders(template.components)]
    samples = {slot.key: slot.name for slot in slots}
    samples |= {CODE: preview.SAMPLE_CODE} if _is_code(template) else {}
    samples |= {key: value for key, value in preview.examples(template.components).items() if value}
    return {key: variable_text(values.get(key, "")) or sample for key, sample in samples.items()}


def _card(template: MessageTemplate, parts: Components, filled: Mapping[str, str], file: File) -> TemplateCard:
    return TemplateCard(file, _body(template, parts, filled), _by_kind(parts, filled))


def _body(template: MessageTemplate, parts: Components, filled: Mapping[str, str]) -> tuple[Parameter, ...]:
    return _parameters(template, parts, filled, "body")


def _parameters(
    template: MessageTemplate, parts: Components, filled: Mapping[str, str], part: str
) -> tuple[Parameter, ...]:
    named = template.parameter_format == "NAMED"
    slots = (slot for slot in placeholders(parts) if slot.part == part)
    return tuple(Parameter(filled[slot.key], slot.name if named else "") for slot in slots)


def _buttons(template: MessageTemplate, filled: Mapping[str, str]) -> tuple[ButtonParameter, ...]:
    if _is_code(template):
        return (ButtonParameter(0, "url", filled[CODE]),)
    return _by_kind(template.components, filled)


def _by_kind(parts: Components, filled: Mapping[str, Any]) -> tuple[ButtonParameter, ...]:
    rows = enumerate(buttons_of(parts))
    found = (_button(i, str(button.get("type", "")).upper(), filled) for i, button in rows)
    return tuple(button for button in found if button is not None)


def _button(index: int, kind: str, filled: Mapping[str, str]) -> ButtonParameter | None:
    match kind:
        case "QUICK_REPLY":
            return ButtonParameter(index, "quick_reply", PAYLOAD)
        case "COPY_CODE":
            return ButtonParameter(index, "copy_code", preview.SAMPLE_CODE)
        case "FLOW":
            return ButtonParameter(index, "flow", PAYLOAD)
        case "URL" if f"button.{index}" in filled:
            return ButtonParameter(index, "url", filled[f"button.{index}"])
    return None


def _is_code(template: MessageTemplate) -> bool:
    return template.category == MessageTemplate.Category.AUTHENTICATION
