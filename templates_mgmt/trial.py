"""A template as a message that somebody sends to try it: with values of their own in place of a customer's."""

from collections.abc import Mapping

from templates_mgmt import preview
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import buttons_of, placeholders
from whatsapp.content import ButtonParameter, Parameter, Template, variable_text
from whatsapp.content.values import File

FILE_HEADERS = frozenset({"IMAGE", "VIDEO", "DOCUMENT"})
OTHER_HEADERS = frozenset({"LOCATION", "GIF", "PRODUCT"})
PAYLOAD = "template_trial"  # what its quick replies carry: nobody's appointment
CODE = "1"


def needs_file(template: MessageTemplate) -> str:
    """What kind of file each message carries (``image``, ``video``, ``document``), empty where none."""
    format_ = header_format(template)
    return format_.lower() if format_ in FILE_HEADERS else ""


def may_be_tried(template: MessageTemplate) -> bool:
    """Not where a message takes more than texts and one file: a place, products, cards."""
    kinds = {str(part.get("type", "")).upper() for part in template.components}
    return header_format(template) not in OTHER_HEADERS and not kinds & {"CAROUSEL", "LIMITED_TIME_OFFER"}


def header_format(template: MessageTemplate) -> str:
    """As Meta spells it; empty without a header."""
    header = next((part for part in template.components if str(part.get("type", "")).upper() == "HEADER"), None)
    return str(header.get("format") or "TEXT").upper() if header else ""


def content(template: MessageTemplate, values: Mapping[str, str], file: File | None = None) -> Template:
    """The message. ``values`` are by placeholder key (one without value keeps its sample, else its own name), ``file``
    is the header's.
    """
    filled = _filled(template, values)
    return Template(
        name=template.name,
        language=template.language,
        header=file if file is not None else _parameters(template, filled, "header"),
        body=(Parameter(filled[CODE]),) if _is_code(template) else _parameters(template, filled, "body"),
        buttons=_buttons(template, filled),
        category=template.category,
        preview=preview.text(template, filled),
    )


def _filled(template: MessageTemplate, values: Mapping[str, str]) -> dict[str, str]:
    samples = {slot.key: slot.name for slot in placeholders(template.components)}
    samples |= {CODE: preview.SAMPLE_CODE} if _is_code(template) else {}
    samples |= {key: value for key, value in preview.examples(template.components).items() if value}
    return {key: variable_text(values.get(key, "")) or sample for key, sample in samples.items()}


def _parameters(template: MessageTemplate, filled: Mapping[str, str], part: str) -> tuple[Parameter, ...]:
    named = template.parameter_format == "NAMED"
    slots = (slot for slot in placeholders(template.components) if slot.part == part)
    return tuple(Parameter(filled[slot.key], slot.name if named else "") for slot in slots)


def _buttons(template: MessageTemplate, filled: Mapping[str, str]) -> tuple[ButtonParameter, ...]:
    if _is_code(template):
        return (ButtonParameter(0, "url", filled[CODE]),)
    found = (_button(i, str(button.get("type", "")).upper(), filled) for i, button in _of(template))
    return tuple(button for button in found if button is not None)


def _of(template: MessageTemplate) -> list[tuple[int, Mapping[str, object]]]:
    return list(enumerate(buttons_of(template.components)))


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
