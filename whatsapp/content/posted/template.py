"""Posted templates: components with their parameters."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from whatsapp.content.posted.interactive import product_section
from whatsapp.content.posted.plain import file, location
from whatsapp.content.posted.reader import Posted
from whatsapp.content.values import (
    ButtonParameter,
    File,
    Location,
    Parameter,
    ProductCard,
    Template,
    TemplateCard,
)

FILE_HEADERS = ("image", "video", "document")


def template(posted: Posted) -> Template:
    found = posted.object("template")
    language = found.value.get("language")
    parts: dict[str, Any] = {}
    for component in found.objects("components"):
        component.choice("type", COMPONENTS)(component, parts)
    return Template(
        name=found.text("name", required=True),
        language=language if isinstance(language, str) else found.object("language").text("code", required=True),
        header=parts.get("header", ()),
        body=parts.get("body", ()),
        buttons=parts.get("buttons", ()),
        offer_ends_ms=parts.get("offer_ends_ms"),
        cards=parts.get("cards", ()),
    )


Parts = dict[str, Any]  # the template's fields that were read so far


def _header(component: Posted, parts: Parts) -> None:
    """Variables of a text, or one file or place."""
    parameters = list(component.objects("parameters"))
    if len(parameters) == 1 and parameters[0].text("type").lower() in HEADERS:
        parts["header"] = parameters[0].choice("type", HEADERS)(parameters[0])
    else:
        parts["header"] = tuple(map(_variable, parameters))


def _file(kind: str) -> Callable[[Posted], File]:
    return lambda parameter: file(parameter, kind)


def _body(component: Posted, parts: Parts) -> None:
    parts["body"] = parts.get("body", ()) + component.each("parameters", _variable)


def _variable(parameter: Posted) -> Parameter:
    parameter.choice("type", {"text": "text"})
    return Parameter(parameter.text("text", required=True), parameter.text("parameter_name"))


def _button(component: Posted, parts: Parts) -> None:
    index = str(component.value.get("index", ""))
    if not (index.isascii() and index.isdigit() and len(index) == 1):
        raise component.refuse("index", _("A button's index is from 0 to 9."))
    sub_type = component.text("sub_type", required=True).lower()
    read = component.choice("sub_type", BUTTONS)
    parameters = list(component.objects("parameters"))
    if len(parameters) != 1 and sub_type != "voice_call":
        raise component.refuse("parameters", _("A button takes one parameter."))
    parts["buttons"] = (*parts.get("buttons", ()), ButtonParameter(int(index), sub_type, **read(parameters)))


Given = list[Posted]


def _text_value(key: str) -> Callable[[Given], dict[str, Any]]:
    return lambda parameters: {"value": parameters[0].text(key, required=True)}


def _flow(parameters: Given) -> dict[str, Any]:
    action = parameters[0].optional("action") or Posted({}, parameters[0].at("action"))
    return {"value": action.text("flow_token"), "data": action.data("flow_action_data")}


def _products(parameters: Given) -> dict[str, Any]:
    action = parameters[0].object("action")
    sections = action.each("sections", product_section)
    return {"value": action.text("thumbnail_product_retailer_id"), "sections": sections}


def _voice_call(parameters: Given) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for parameter in parameters:
        kind = parameter.choice("type", {"payload": "value", "ttl_minutes": "ttl_minutes"})
        given[kind] = parameter.text("payload") if kind == "value" else parameter.whole("ttl_minutes")
    return given


def _offer(component: Posted, parts: Parts) -> None:
    parameters = list(component.objects("parameters"))
    if len(parameters) != 1:
        raise component.refuse("parameters", _("An offer takes one parameter."))
    parts["offer_ends_ms"] = parameters[0].object("limited_time_offer").whole("expiration_time_ms")


def _carousel(component: Posted, parts: Parts) -> None:
    cards = sorted(component.objects("cards"), key=lambda card: card.whole("card_index") or 0)
    parts["cards"] = tuple(map(_card, cards))


def _card(card: Posted) -> TemplateCard:
    parts: Parts = {}
    for component in card.objects("components"):
        component.choice("type", CARD_COMPONENTS)(component, parts)
    if "header" not in parts:
        raise card.refuse("components", _("A card has a picture, a video or a product on top."))
    return TemplateCard(parts["header"], parts.get("body", ()), parts.get("buttons", ()))


def _card_header(component: Posted, parts: Parts) -> None:
    for parameter in component.objects("parameters"):
        parts["header"] = parameter.choice("type", CARD_HEADERS)(parameter)


def _product(parameter: Posted) -> ProductCard:
    product = parameter.object("product")
    return ProductCard(product.text("catalog_id", required=True), product.text("product_retailer_id", required=True))


HEADERS: dict[str, Callable[[Posted], File | Location]] = {
    **{kind: _file(kind) for kind in FILE_HEADERS},
    "location": location,
}
CARD_HEADERS: dict[str, Callable[[Posted], File | ProductCard]] = {
    "image": _file("image"),
    "video": _file("video"),
    "product": _product,
}
BUTTONS: dict[str, Callable[[Given], dict[str, Any]]] = {
    "quick_reply": _text_value("payload"),
    "url": _text_value("text"),
    "copy_code": _text_value("coupon_code"),
    "flow": _flow,
    "catalog": _products,
    "mpm": _products,
    "voice_call": _voice_call,
}
Read = Callable[[Posted, Parts], None]
CARD_COMPONENTS: dict[str, Read] = {"header": _card_header, "body": _body, "button": _button}
COMPONENTS: dict[str, Read] = {
    "header": _header,
    "body": _body,
    "button": _button,
    "limited_time_offer": _offer,
    "carousel": _carousel,
}
