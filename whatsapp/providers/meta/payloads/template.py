"""Bodies of template messages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from whatsapp.content import ButtonParameter, File, Location, Parameter, Template, TemplateCard
from whatsapp.providers.meta.payloads.interactive import product_sections
from whatsapp.providers.meta.payloads.plain import file, filled, location

Component = dict[str, Any]


def template(content: Template) -> dict[str, Any]:
    """What stands under ``template``."""
    components = list(_components(content))
    body: dict[str, Any] = {"name": content.name, "language": {"code": content.language}}
    return body | {"components": components} if components else body


def _components(content: Template) -> Iterator[Component]:
    if content.header:
        yield {"type": "header", "parameters": _header(content.header)}
    if content.body:
        yield {"type": "body", "parameters": _variables(content.body)}
    if content.offer_ends_ms is not None:
        offer = {"expiration_time_ms": content.offer_ends_ms}
        parameter = {"type": "limited_time_offer", "limited_time_offer": offer}
        yield {"type": "limited_time_offer", "parameters": [parameter]}
    if content.cards:
        yield {"type": "carousel", "cards": [_card(i, card) for i, card in enumerate(content.cards)]}
    yield from map(_button, content.buttons)


def _header(header: tuple[Parameter, ...] | File | Location) -> list[dict[str, Any]]:
    if isinstance(header, File):
        return [{"type": header.kind, header.kind: file(header)}]
    if isinstance(header, Location):
        return [{"type": "location", "location": location(header)}]
    return _variables(header)


def _variables(parameters: Sequence[Parameter]) -> list[dict[str, Any]]:
    return [
        {"type": "text", **filled({"parameter_name": parameter.name}), "text": parameter.text}
        for parameter in parameters
    ]


def _card(index: int, card: TemplateCard) -> dict[str, Any]:
    components: list[Component] = [{"type": "header", "parameters": [_card_header(card)]}]
    if card.body:
        components.append({"type": "body", "parameters": _variables(card.body)})
    return {"card_index": index, "components": components + [_button(button) for button in card.buttons]}


def _card_header(card: TemplateCard) -> dict[str, Any]:
    if isinstance(card.header, File):
        return _header(card.header)[0]
    product = {"product_retailer_id": card.header.product_id, "catalog_id": card.header.catalog_id}
    return {"type": "product", "product": product}


def _button(button: ButtonParameter) -> Component:
    parameters = BUTTONS[button.sub_type](button)
    return {"type": "button", "sub_type": button.sub_type, "index": str(button.index), "parameters": parameters}


def _value(kind: str) -> Callable[[ButtonParameter], list[dict[str, Any]]]:
    return lambda button: [{"type": kind, kind: button.value}]


def _flow(button: ButtonParameter) -> list[dict[str, Any]]:
    action = filled({"flow_token": button.value, "flow_action_data": dict(button.data or {})})
    return [{"type": "action", "action": action}]


def _products(button: ButtonParameter) -> list[dict[str, Any]]:
    thumbnail = filled({"thumbnail_product_retailer_id": button.value})
    sections = {"sections": product_sections(button.sections)} if button.sections else {}
    return [{"type": "action", "action": thumbnail | sections}]


def _voice_call(button: ButtonParameter) -> list[dict[str, Any]]:
    given = filled({"ttl_minutes": button.ttl_minutes, "payload": button.value})
    return [{"type": kind, kind: value} for kind, value in given.items()]


BUTTONS: Mapping[str, Callable[[ButtonParameter], list[dict[str, Any]]]] = {
    "quick_reply": _value("payload"),
    "url": _value("text"),
    "copy_code": _value("coupon_code"),
    "flow": _flow,
    "catalog": _products,
    "mpm": _products,
    "voice_call": _voice_call,
}
