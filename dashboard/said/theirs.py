"""What customers, and the business in its phone app, said: messages as the provider spells them."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.said import parts
from dashboard.said.parts import Label, Line, Said
from whatsapp.models import Message
from whatsapp.providers.values import mapping, objects, text

# What WhatsApp has and its API does not hand on, as Meta names it.
NOT_HANDED_ON: dict[str, Promise] = {
    "poll_creation": gettext_lazy("The customer sent a poll, which WhatsApp does not hand on."),
    "poll_update": gettext_lazy("The customer voted in a poll, which WhatsApp does not hand on."),
    "group_invite": gettext_lazy("The customer sent an invitation to a group, which WhatsApp does not hand on."),
    "edit": gettext_lazy("The customer edited a message; WhatsApp does not hand the new words on."),
    "pin": gettext_lazy("The customer pinned a message in the own app."),
    "media_placeholder": gettext_lazy("This message is not available here. Look for it in the app on your phone."),
}
PERMISSIONS: dict[str, Promise] = {
    "accept": gettext_lazy("The customer allows calls."),
    "reject": gettext_lazy("The customer does not allow calls."),
}


def read(row: Message, content: Mapping[str, Any]) -> Said:
    """``content`` has the typed object under the message's type, and its surroundings beside it."""
    said = READERS.get(row.type, _unknown)(row, content.get(row.type))
    return replace(said, labels=(*_surroundings(content), *said.labels))


def _surroundings(content: Mapping[str, Any]) -> tuple[Label, ...]:
    """Whence it came: an ad, a product, somebody else's message."""
    context, ad = mapping(content.get("context")), mapping(content.get("referral"))
    product = text(mapping(context.get("referred_product")).get("product_retailer_id"))
    labels = []
    if ad:
        labels.append(Label("ads_click", _("From an ad: %(ad)s") % {"ad": text(ad.get("headline")) or "?"}))
    if product:
        labels.append(Label("shopping_bag", _("About the product %(product)s") % {"product": product}))
    if context.get("frequently_forwarded") is True:
        labels.append(Label("keyboard_double_arrow_right", _("Forwarded many times")))
    elif context.get("forwarded") is True:
        labels.append(Label("forward", _("Forwarded")))
    return tuple(labels)


def _text(row: Message, _told: Any) -> Said:
    return Said(row.text)


def _file(row: Message, told: Any) -> Said:
    """Its caption; the file itself is a row of its own (Media)."""
    return Said(row.text if row.edited_at else text(mapping(told).get("caption")))


def _placeholder(_row: Message, _told: Any) -> Said:
    return Said(missing=_("A file of the history, which the app on the phone has not shared yet."))


def _location(row: Message, told: Any) -> Said:
    place = parts.place(told)
    return Said(place=place) if place else _unknown(row, told)


def _contacts(_row: Message, told: Any) -> Said:
    return Said(cards=parts.cards(told))


def _order(_row: Message, told: Any) -> Said:
    items = objects(mapping(told).get("product_items"))
    return Said(
        text(mapping(told).get("text")),
        labels=(Label("shopping_cart", _("Order")),),
        order=tuple(map(_line, items)),
        total=_total(items),
    )


def _line(item: Mapping[str, Any]) -> Line:
    price = money(item.get("item_price"), text(item.get("currency"), 3))
    return Line(text(item.get("product_retailer_id")) or "?", text(item.get("quantity"), 8) or "1", price)


def _total(items: list[dict[str, Any]]) -> str:
    """Of pieces of one currency, where every price can be read."""
    currencies = {text(item.get("currency"), 3) for item in items}
    try:
        total = sum(float(item.get("item_price") or "x") * float(item.get("quantity") or 1) for item in items)
    except (TypeError, ValueError, OverflowError):
        return ""
    return money(total, currencies.pop()) if len(currencies) == 1 else ""


def money(value: Any, currency: str) -> str:
    """``R$ 1.234,56``; other currencies by their code; what is no number as it came."""
    try:
        amount = f"{float(value):,.2f}".translate(str.maketrans(",.", ".,"))
    except (TypeError, ValueError, OverflowError):
        return text(value, 20)
    return f"R$ {amount}" if currency == "BRL" else f"{currency} {amount}".strip()


def _pressed(row: Message, _told: Any) -> Said:
    return Said(row.text, labels=(Label("touch_app", _("Pressed a button")),))


def _interactive(row: Message, told: Any) -> Said:
    kind = text(mapping(told).get("type"))
    inside = mapping(mapping(told).get(kind))
    match kind:
        case "button_reply":
            return _pressed(row, told)
        case "list_reply":
            chosen = Label("list", _("Chose from a list"))
            return Said(row.text, footer=text(inside.get("description")), labels=(chosen,))
        case "nfm_reply":
            return _flow_answers(inside)
        case "call_permission_reply":
            return Said(str(PERMISSIONS.get(text(inside.get("response")), "")) or _("An answer about calls."))
    return _unknown(row, told)


def _flow_answers(told: Mapping[str, Any]) -> Said:
    """What was filled in; the token is ours, and says nothing to a person."""
    try:
        answers = mapping(json.loads(text(told.get("response_json")) or "{}"))
    except (ValueError, RecursionError):
        answers = {}
    pairs = tuple((name.replace("_", " "), _plain(value)) for name, value in answers.items() if name != "flow_token")
    label = Label("assignment_turned_in", _("Filled in a form"))
    return Said(labels=(label,), answers=pairs, missing="" if pairs else _("The form came back without answers."))


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return text(value) or json.dumps(value, ensure_ascii=False)


def _unsupported(row: Message, told: Any) -> Said:
    kind = text(mapping(told).get("type"))
    words = NOT_HANDED_ON.get(kind) or _("The customer sent something that WhatsApp does not hand on. Ask what it was.")
    return Said(row.text, missing=str(words))


def _unknown(row: Message, _told: Any) -> Said:
    words = _("A message of the type “%(type)s”, which this version does not show. It is kept whole.")
    return Said(row.text, missing=words % {"type": row.type})


Reader = Callable[[Message, Any], Said]
READERS: dict[str, Reader] = {
    "text": _text,
    **dict.fromkeys(("image", "video", "audio", "document", "sticker"), _file),
    "media_placeholder": _placeholder,
    "location": _location,
    "contacts": _contacts,
    "order": _order,
    "button": _pressed,
    "interactive": _interactive,
    "unsupported": _unsupported,
    "system": _text,
}
