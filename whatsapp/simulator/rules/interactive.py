"""Interactive messages: buttons, lists, links, flows, catalogues, requests; each with Meta's limits."""

from collections.abc import Callable
from typing import Any

from .shape import absent, invalid, may_text, need_object, need_objects, need_text, one_of

HEADER_TYPES = ("text", "image", "video", "document")
LONG_BODY = {"list": 4096}
NO_BODY = ("product", "call_permission_request", "order_status")
NO_HEADER = ("product", "carousel")


def check(interactive: dict[str, Any]) -> None:
    kind = one_of(interactive.get("type"), tuple(ACTIONS), "interactive['type']")
    if interactive.get("body") is not None or kind not in NO_BODY:
        need_text(need_object(interactive, "body", "interactive"), "text", "body", most=LONG_BODY.get(kind, 1024))
    if interactive.get("footer") is not None:
        need_text(need_object(interactive, "footer", "interactive"), "text", "footer", most=60)
    if interactive.get("header") is not None or kind == "product_list":
        _check_header(need_object(interactive, "header", "interactive"), kind)
    ACTIONS[kind](need_object(interactive, "action", "interactive"))


def _check_header(header: dict[str, Any], kind: str) -> None:
    if kind in NO_HEADER:
        raise invalid(f"header is not allowed for interactive type {kind}")
    allowed = ("text",) if kind in ("list", "product_list") else HEADER_TYPES
    form = one_of(header.get("type"), allowed, "interactive['header']['type']")
    if form == "text":
        need_text(header, "text", "header", most=60)
    else:
        _check_link_or_id(need_object(header, form, "header"), form)


def _check_link_or_id(media: dict[str, Any], form: str) -> None:
    if not media.get("id") and not media.get("link"):
        raise absent(f"Either the id or the link of {form} is mandatory")


def _check_buttons(action: dict[str, Any]) -> None:
    replies = []
    for button in need_objects(action, "buttons", "action", most=3):
        one_of(button.get("type"), ("reply",), "buttons['type']")
        reply = need_object(button, "reply", "buttons")
        need_text(reply, "id", what="Button id", most=256)
        need_text(reply, "title", what="Button title", most=20)
        replies.append(reply)
    _check_unique([reply["title"] for reply in replies], "button title")
    _check_unique([reply["id"] for reply in replies], "button id")


def _check_list(action: dict[str, Any]) -> None:
    need_text(action, "button", what="Button text", most=20)
    sections = need_objects(action, "sections", "action", most=10)
    rows = []
    for section in sections:
        if len(sections) > 1 or section.get("title"):
            need_text(section, "title", what="Section title", most=24)
        rows += need_objects(section, "rows", "sections", most=10)
    if len(rows) > 10:
        raise invalid(f"Total row count exceeds max allowed row count of 10, got {len(rows)}")
    for row in rows:
        need_text(row, "id", what="Row id", most=200)
        need_text(row, "title", what="Row title", most=24)
        may_text(row, "description", "row", most=72)
    _check_unique([row["id"] for row in rows], "row id")


def _check_unique(values: list[str], what: str) -> None:
    repeated = next((value for value in values if values.count(value) > 1), None)
    if repeated is not None:
        raise invalid(f"Duplicated {what} found: {repeated}")


def _check_cta_url(action: dict[str, Any]) -> None:
    parameters = _named(action, "cta_url")
    need_text(parameters, "display_text", what="CTA display text", most=20)
    if not need_text(parameters, "url", "parameters").startswith(("http://", "https://")):
        raise invalid("parameters.url is not a valid URL")


def _check_flow(action: dict[str, Any]) -> None:
    parameters = _named(action, "flow")
    one_of(str(parameters.get("flow_message_version")), ("3",), "flow_message_version")
    need_text(parameters, "flow_cta", "parameters", most=30)
    if bool(parameters.get("flow_id")) == bool(parameters.get("flow_name")):
        raise invalid("Exactly one of flow_id and flow_name is needed")
    payload = parameters.get("flow_action_payload")
    if isinstance(payload, dict) and payload.get("data") == {}:
        raise invalid("flow_action_payload.data must not be empty")


def _check_product(action: dict[str, Any]) -> None:
    need_text(action, "catalog_id", "action")
    need_text(action, "product_retailer_id", "action")


def _check_product_list(action: dict[str, Any]) -> None:
    need_text(action, "catalog_id", "action")
    products: list[Any] = []
    for section in need_objects(action, "sections", "action", most=10):
        products += need_objects(section, "product_items", "sections", most=30)
    if len(products) > 30:
        raise invalid(f"Total product count exceeds max allowed product count of 30, got {len(products)}")


def _check_carousel(action: dict[str, Any]) -> None:
    cards = need_objects(action, "cards", "action", most=10)
    if len(cards) < 2:
        raise invalid("A carousel has at least 2 cards")
    if [card.get("card_index") for card in cards] != list(range(len(cards))):
        raise invalid("cards.card_index must count from 0")
    kinds = {_check_card(card) for card in cards}
    if len(kinds) > 1:
        raise invalid("All cards of a carousel must have the same header type and the same buttons")


def _check_card(card: dict[str, Any]) -> tuple[str, int]:
    """What all cards have in common: the kind of the header (or `product`) and the number of buttons."""
    action = need_object(card, "action", "cards")
    if one_of(card.get("type"), ("cta_url", "product"), "cards['type']") == "product":
        _check_product(action)
        return "product", 0
    header = need_object(card, "header", "cards")
    form = one_of(header.get("type"), ("image", "video"), "cards['header']['type']")
    _check_link_or_id(need_object(header, form, "header"), form)
    if card.get("body") is not None:
        text = need_text(need_object(card, "body", "cards"), "text", "body", most=160)
        if text.count("\n") > 2:
            raise invalid("The body of a card has at most 2 line breaks")
    if "buttons" not in action:
        _check_cta_url(action)
        return form, 0
    buttons = need_objects(action, "buttons", "action", most=3)
    for button in buttons:
        one_of(button.get("type"), ("quick_reply",), "buttons['type']")
        reply = need_object(button, "quick_reply", "buttons")
        need_text(reply, "id", what="Button id", most=256)
        need_text(reply, "title", what="Button title", most=20)
    return form, len(buttons)


def _named(action: dict[str, Any], name: str) -> dict[str, Any]:
    _check_name(action, name)
    return need_object(action, "parameters", "action")


def _only_name(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda action: _check_name(action, name)


def _check_name(action: dict[str, Any], name: str) -> None:
    one_of(action.get("name"), (name,), "action['name']")


ACTIONS: dict[str, Callable[[dict[str, Any]], None]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_cta_url,
    "flow": _check_flow,
    "product": _check_product,
    "product_list": _check_product_list,
    "catalog_message": _only_name("catalog_message"),
    "location_request_message": _only_name("send_location"),
    "address_message": _only_name("address_message"),
    "call_permission_request": _only_name("call_permission_request"),
    "voice_call": _only_name("voice_call"),
    "request_contact_info": _only_name("request_contact_info"),
    "carousel": _check_carousel,
    "order_details": _only_name("review_and_pay"),
    "order_status": _only_name("review_order"),
}
