"""The parameters of a template send, held against the template as it was approved; and the text they make."""

import re
from dataclasses import dataclass, field, replace
from typing import Any

from ..errors import GraphError
from ..rows import one_time
from ..rows.templates import VARIABLE, Template, variables
from .content import check_media, check_place
from .shape import absent, invalid, need_object, need_objects, need_text

FORBIDDEN = re.compile(r"[\n\r\t]| {5,}")
TEXT_TYPES = ("text", "currency", "date_time")
BODY_LENGTH = 1024
CODE_LENGTH = 15


@dataclass(frozen=True, slots=True)
class Components:
    """The send's components by place: parameters of header and body, and of each button by its index."""

    header: list[dict[str, Any]] = field(default_factory=list)
    body: list[dict[str, Any]] = field(default_factory=list)
    buttons: dict[int, dict[str, Any]] = field(default_factory=dict)
    cards: list[dict[str, Any]] = field(default_factory=list)
    offer: list[dict[str, Any]] = field(default_factory=list)


def check_request(body: dict[str, Any]) -> tuple[str, str]:
    """The name and the language code of the template asked for."""
    template = need_object(body, "template")
    name = need_text(template, "name", "template")
    language = need_object(template, "language", "template")
    if language.get("policy", "deterministic") != "deterministic":
        raise invalid("language.policy must be deterministic")
    return name, need_text(language, "code", "template.language")


def check_status(template: Template | None, name: str, language: str) -> Template:
    """Only an approved template can be sent; one under review or rejected does not exist for a send."""
    status = template.status if template else ""
    if status == "PAUSED":
        raise GraphError(132015, f"template name ({name}) is paused due to low quality")
    if status == "DISABLED":
        raise GraphError(132016, f"template name ({name}) is disabled")
    if template is None or status != "APPROVED":
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    return template


def check(template: Template, body: dict[str, Any]) -> Components:
    """The send's components, after every check that Meta makes on them."""
    if one_time.is_carrier(template) and body.get("to") is None:
        raise GraphError(131062)
    components = parse(body["template"].get("components") or [])
    _check_parameters(template, components)
    _check_code(template, components)
    _check_offer(template, components.offer)
    _check_cards(template, components.cards)
    return components


def _check_parameters(template: Template, components: Components) -> None:
    _check_header(template, components.header)
    _check_texts("body", template, template.component("BODY").get("text", ""), components.body)
    hydrated = fill(template.component("BODY").get("text", ""), components.body, is_named=template.is_named)
    if len(hydrated) > BODY_LENGTH:
        raise GraphError(132005, "body: Translated text too long")
    _check_buttons(template, components.buttons)


def _check_code(template: Template, components: Components) -> None:
    """The code stands in the body and, the same, in the button that copies it."""
    if not one_time.is_carrier(template):
        return
    told = [*components.body, *(one for part in components.buttons.values() for one in part["parameters"])]
    codes = [str(parameter.get("text", "")) for parameter in told]
    if any(len(code) > CODE_LENGTH for code in codes):
        raise GraphError(132005, f"body: a code has at most {CODE_LENGTH} characters")
    if len(set(codes)) > 1:
        raise invalid("components: the code of the body and the one of the button differ")


def _check_offer(template: Template, parameters: list[dict[str, Any]]) -> None:
    if not template.component("LIMITED_TIME_OFFER"):
        if parameters:
            raise invalid("components: the template has no limited time offer")
        return
    told = [need_object(one, "limited_time_offer", "parameters") for one in parameters]
    if len(told) != 1 or not isinstance(told[0].get("expiration_time_ms"), int):
        raise absent("limited_time_offer: expiration_time_ms is mandatory")


def _check_cards(template: Template, cards: list[dict[str, Any]]) -> None:
    """Each card is held against its own part of the template, as if it were a small one."""
    approved = template.component("CAROUSEL").get("cards") or []
    if len(cards) != len(approved):
        raise GraphError(132012, f"carousel: expected {len(approved)} cards, received {len(cards)}")
    for index, (card, part) in enumerate(zip(cards, approved, strict=True)):
        if card.get("card_index") != index:
            raise invalid("carousel: card_index must count from 0")
        _check_parameters(replace(template, components=part["components"]), parse(card.get("components") or []))


def fill(text: str, parameters: list[dict[str, Any]], *, is_named: bool) -> str:
    """A text with its variables replaced."""
    names = variables(text)
    keys = [parameter.get("parameter_name") for parameter in parameters] if is_named else names
    values = dict(zip(keys, map(_shown, parameters), strict=False))
    return VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)


def _shown(parameter: dict[str, Any]) -> str:
    kind = parameter.get("type", "text")
    if kind == "text":
        return str(parameter.get("text", ""))
    return str((parameter.get(kind) or {}).get("fallback_value", ""))


def parse(raw: Any) -> Components:
    """What a send, or one of its cards, gives."""
    if not isinstance(raw, list) or not all(isinstance(part, dict) for part in raw):
        raise GraphError(100, message="(#100) Param template['components'] must be an array of JSON objects.")
    components = Components()
    for part in raw:
        kind = str(part.get("type", "")).lower()
        parameters = _parameters(part)
        if kind == "header":
            components.header.extend(parameters)
        elif kind == "body":
            components.body.extend(parameters)
        elif kind == "button":
            components.buttons[_index(part)] = part | {"parameters": parameters}
        elif kind == "carousel":
            components.cards.extend(need_objects(part, "cards", "components", most=10))
        elif kind == "limited_time_offer":
            components.offer.extend(parameters)
        elif kind != "footer":
            raise invalid(f"components: type {part.get('type')} is not a component")
    return components


def _parameters(part: dict[str, Any]) -> list[dict[str, Any]]:
    parameters = part.get("parameters") or []
    if not isinstance(parameters, list) or not all(isinstance(one, dict) for one in parameters):
        raise GraphError(100, message="(#100) Param parameters must be an array of JSON objects.")
    return parameters


def _index(part: dict[str, Any]) -> int:
    try:
        return int(part["index"])
    except (KeyError, TypeError, ValueError):
        raise absent("components: index of a button is mandatory and a number") from None


def _check_header(template: Template, parameters: list[dict[str, Any]]) -> None:
    header = template.component("HEADER")
    form = str(header.get("format", "TEXT")).lower()
    if not header or form == "text":
        _check_texts("header", template, header.get("text", ""), parameters)
        return
    if len(parameters) != 1:
        raise GraphError(132012, f"header: Format mismatch, expected {form.upper()}, received UNKNOWN")
    given = str(parameters[0].get("type", "unknown"))
    if given != form:
        raise GraphError(132012, f"header: Format mismatch, expected {form.upper()}, received {given.upper()}")
    if form == "location":
        check_place(need_object(parameters[0], form, "header"))
    elif form == "product":
        need_text(need_object(parameters[0], form, "header"), "product_retailer_id", form)
    else:
        check_media(need_object(parameters[0], form, "header"), form)


def _check_texts(place: str, template: Template, text: str, parameters: list[dict[str, Any]]) -> None:
    expected = variables(text)
    for parameter in parameters:
        _check_text(place, parameter)
    names = [parameter.get("parameter_name") for parameter in parameters]
    if any(names) and not all(names):
        raise GraphError(100, f"{place}: parameters must be all named or all positional")
    if len(parameters) != len(expected):
        raise GraphError(
            132000,
            f"{place}: number of localizable_params ({len(parameters)}) does not match the expected number of "
            f"params ({len(expected)})",
        )
    if template.is_named and expected and sorted(str(name) for name in names) != sorted(expected):
        raise GraphError(100, f"{place}: Parameter name is missing or empty, expected {', '.join(expected)}")
    if not template.is_named and any(names):
        raise GraphError(132012, f"{place}: the template's parameters are positional, parameter_name is not allowed")


def _check_text(place: str, parameter: dict[str, Any]) -> None:
    if parameter.get("type") not in TEXT_TYPES:
        raise GraphError(132012, f"{place}: parameter type {parameter.get('type')} is not a text")
    if parameter["type"] != "text":
        return
    text = parameter.get("text")
    if not isinstance(text, str) or not text.strip():
        raise absent(f"{place}: Parameter of type text is missing text value")
    if FORBIDDEN.search(text):
        raise GraphError(132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces")


def _check_buttons(template: Template, given: dict[int, dict[str, Any]]) -> None:
    for index, part in given.items():
        if index not in range(len(template.buttons)):
            raise invalid(f"buttons: Button at index {index} does not exist")
        _check_button(index, template.buttons[index], part)
    for index, button in enumerate(template.buttons):
        if _needs_parameter(button) and index not in given:
            kind = str(button.get("type", "")).title()
            raise absent(f"buttons: Button at index {index} of type {kind} requires a parameter")


def _needs_parameter(button: dict[str, Any]) -> bool:
    kind = str(button.get("type", "")).upper()
    return kind in ("COPY_CODE", "OTP", "MPM") or (kind == "URL" and bool(variables(button.get("url", ""))))


def _check_button(index: int, button: dict[str, Any], part: dict[str, Any]) -> None:
    kind = str(button.get("type", "")).lower()
    expected = "url" if kind == "otp" else kind
    given = str(part.get("sub_type", "")).lower()
    if given != expected:
        raise GraphError(132012, f"buttons: Button at index {index} is of type {expected}, received {given or 'none'}")
    if kind == "url" and part["parameters"] and not _needs_parameter(button):
        raise GraphError(132018, f"buttons: Button at index {index} of type Url does not take a parameter")
    for parameter in part["parameters"]:
        if kind == "quick_reply":
            need_text(parameter, "payload", "buttons", most=256)
        elif expected == "url":
            need_text(parameter, "text", "buttons", most=15 if kind == "otp" else 2000)
        elif kind == "copy_code":
            need_text(parameter, "coupon_code", "buttons", most=15)
        elif kind in ("flow", "catalog", "mpm"):
            _check_action(kind, need_object(parameter, "action", "buttons"))


def _check_action(kind: str, action: dict[str, Any]) -> None:
    """What a button opens: a flow, a catalogue, a list of products."""
    if kind == "mpm":
        need_text(action, "thumbnail_product_retailer_id", "action")
        sections = need_objects(action, "sections", "action", most=10)
        if sum(len(need_objects(section, "product_items", "sections", most=30)) for section in sections) > 30:
            raise invalid("Total product count exceeds max allowed product count of 30")
    if kind == "flow" and action.get("flow_action_data") == {}:
        raise invalid("flow_action_data must not be empty")
