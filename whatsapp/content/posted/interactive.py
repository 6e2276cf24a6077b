"""Posted interactive messages."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from whatsapp.content import values
from whatsapp.content.posted.plain import file
from whatsapp.content.posted.reader import Posted

HEADERS = {kind: kind for kind in ("text", "image", "video", "document")}
TEXT_ALONE = {"text": "text"}
CARD_HEADERS = {"image": "image", "video": "video"}
FLOW_VERSION = "3"


def interactive(posted: Posted) -> values.Interactive:
    message = posted.object("interactive")
    return message.choice("type", FORMS)(message)


def _body(message: Posted) -> str:
    return message.object("body").text("text", required=True)


def _footer(message: Posted) -> str:
    return message.inside("footer", "text")


def _header(message: Posted) -> str | values.File:
    header = message.optional("header")
    if header is None:
        return ""
    kind = header.choice("type", HEADERS) if header.has("type") else "text"
    return header.text("text", required=True) if kind == "text" else file(header, kind)


def _text_header(message: Posted) -> str:
    header = message.optional("header")
    if header is not None and header.has("type"):
        header.choice("type", TEXT_ALONE)
    return header.text("text", required=True) if header else ""


def _buttons(message: Posted) -> values.Buttons:
    buttons = message.object("action").each("buttons", reply_button)
    return values.Buttons(_body(message), buttons, _header(message), _footer(message))


def reply_button(posted: Posted) -> values.ReplyButton:
    if posted.has("type"):
        posted.choice("type", {"reply": "reply"})
    return _reply(posted.object("reply"))


def _reply(reply: Posted) -> values.ReplyButton:
    return values.ReplyButton(reply.text("id", required=True), reply.text("title", required=True))


def _list(message: Posted) -> values.ListMessage:
    action = message.object("action")
    return values.ListMessage(
        body=_body(message),
        button=action.text("button", required=True),
        sections=action.each("sections", _section),
        header=_text_header(message),
        footer=_footer(message),
    )


def _section(posted: Posted) -> values.Section:
    return values.Section(posted.each("rows", _row), posted.text("title"))


def _row(posted: Posted) -> values.Row:
    return values.Row(posted.text("id", required=True), posted.text("title", required=True), posted.text("description"))


def _cta_url(message: Posted) -> values.CtaUrl:
    told = message.object("action").object("parameters")
    return values.CtaUrl(
        body=_body(message),
        display_text=told.text("display_text", required=True),
        url=told.text("url", required=True),
        header=_header(message),
        footer=_footer(message),
    )


def _flow(message: Posted) -> values.Flow:
    told = message.object("action").object("parameters")
    if str(told.value.get("flow_message_version", FLOW_VERSION)) != FLOW_VERSION:
        raise told.refuse("flow_message_version", _("Use one of these types: %(types)s.") % {"types": FLOW_VERSION})
    first = told.optional("flow_action_payload")
    return values.Flow(
        body=_body(message),
        cta=told.text("flow_cta", required=True),
        flow_id=told.text("flow_id"),
        flow_name=told.text("flow_name"),
        token=told.text("flow_token"),
        mode=told.text("mode") or "published",
        action=told.text("flow_action") or "navigate",
        screen=first.text("screen") if first else "",
        data=first.data("data") if first else None,
        header=_header(message),
        footer=_footer(message),
    )


def _product(message: Posted) -> values.Product:
    if message.has("header"):
        raise message.refuse("header", _("This type of message takes no header."))
    action, body = message.object("action"), message.inside("body", "text")
    catalog_id, product_id = (action.text(name, required=True) for name in ("catalog_id", "product_retailer_id"))
    return values.Product(catalog_id, product_id, body, _footer(message))


def _product_list(message: Posted) -> values.ProductList:
    action = message.object("action")
    return values.ProductList(
        header=_text_header(message),
        body=_body(message),
        catalog_id=action.text("catalog_id", required=True),
        sections=action.each("sections", product_section),
        footer=_footer(message),
    )


def product_section(posted: Posted) -> values.ProductSection:
    products = posted.each("product_items", lambda item: item.text("product_retailer_id", required=True))
    return values.ProductSection(products, posted.text("title"))


def _catalog(message: Posted) -> values.Catalog:
    thumbnail = message.object("action").inside("parameters", "thumbnail_product_retailer_id")
    return values.Catalog(_body(message), thumbnail, _footer(message))


def _voice_call(message: Posted) -> values.VoiceCall:
    told = message.object("action").optional("parameters") or Posted({}, message.at("action.parameters"))
    return values.VoiceCall(_body(message), told.text("display_text"), told.whole("ttl_minutes"), told.text("payload"))


def _carousel(message: Posted) -> values.Carousel:
    cards = list(message.object("action").objects("cards"))
    are_products = bool(cards) and all(card.text("type") == "product" for card in cards)
    if are_products:
        return values.Carousel(_body(message), products=tuple(_product_card(card) for card in cards))
    return values.Carousel(_body(message), cards=tuple(_card(card) for card in cards))


def _product_card(card: Posted) -> values.Product:
    action = card.object("action")
    return values.Product(action.text("catalog_id", required=True), action.text("product_retailer_id", required=True))


def _card(card: Posted) -> values.Card:
    card.choice("type", {"cta_url": "cta_url"})
    header, action = card.object("header"), card.object("action")
    told = action.optional("parameters")
    return values.Card(
        header=file(header, header.choice("type", CARD_HEADERS)),
        body=card.inside("body", "text"),
        display_text=told.text("display_text", required=True) if told else "",
        url=told.text("url", required=True) if told else "",
        buttons=action.each("buttons", _card_button),
    )


def _card_button(posted: Posted) -> values.ReplyButton:
    posted.choice("type", {"quick_reply": "quick_reply"})
    return _reply(posted.object("quick_reply"))


FORMS: dict[str, Callable[[Posted], values.Interactive]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _cta_url,
    "flow": _flow,
    "product": _product,
    "product_list": _product_list,
    "catalog_message": _catalog,
    "location_request_message": lambda message: values.LocationRequest(_body(message)),
    "request_contact_info": lambda message: values.ContactRequest(_body(message)),
    "call_permission_request": lambda message: values.CallPermissionRequest(message.inside("body", "text")),
    "voice_call": _voice_call,
    "carousel": _carousel,
}
