"""Bodies of interactive messages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from whatsapp.content import values
from whatsapp.providers.meta.payloads.plain import file, filled

FLOW_VERSION = "3"


def interactive(content: values.Interactive) -> dict[str, Any]:
    """What stands under ``interactive``."""
    header, footer = getattr(content, "header", ""), getattr(content, "footer", "")
    return {
        "type": content.form,
        **({"header": header_of(header)} if header else {}),
        **({"body": {"text": content.body}} if content.body else {}),
        **({"footer": {"text": footer}} if footer else {}),
        "action": ACTIONS[type(content)](content),
    }


def header_of(header: str | values.File) -> dict[str, Any]:
    if isinstance(header, str):
        return {"type": "text", "text": header}
    return {"type": header.kind, header.kind: file(header)}


def _buttons(content: values.Buttons) -> dict[str, Any]:
    return {"buttons": [{"type": "reply", "reply": _reply(button)} for button in content.buttons]}


def _reply(button: values.ReplyButton) -> dict[str, str]:
    return {"id": button.id, "title": button.title}


def _list(content: values.ListMessage) -> dict[str, Any]:
    sections = [
        {**filled({"title": section.title}), "rows": [_row(row) for row in section.rows]}
        for section in content.sections
    ]
    return {"button": content.button, "sections": sections}


def _row(row: values.Row) -> dict[str, str]:
    return {"id": row.id, "title": row.title, **filled({"description": row.description})}


def _cta_url(content: values.CtaUrl | values.Card) -> dict[str, Any]:
    return {"name": "cta_url", "parameters": {"display_text": content.display_text, "url": content.url}}


def _flow(content: values.Flow) -> dict[str, Any]:
    named = filled({"flow_id": content.flow_id, "flow_name": content.flow_name, "flow_token": content.token})
    first = filled({"screen": content.screen, "data": dict(content.data or {})})
    parameters = {
        "flow_message_version": FLOW_VERSION,
        **named,
        "flow_cta": content.cta,
        "mode": content.mode,
        "flow_action": content.action,
        **({"flow_action_payload": first} if first else {}),
    }
    return {"name": "flow", "parameters": parameters}


def _product(content: values.Product) -> dict[str, str]:
    return {"catalog_id": content.catalog_id, "product_retailer_id": content.product_id}


def _product_list(content: values.ProductList) -> dict[str, Any]:
    return {"catalog_id": content.catalog_id, "sections": product_sections(content.sections)}


def product_sections(sections: Sequence[values.ProductSection]) -> list[dict[str, Any]]:
    return [
        {
            **filled({"title": section.title}),
            "product_items": [{"product_retailer_id": product} for product in section.product_ids],
        }
        for section in sections
    ]


def _catalog(content: values.Catalog) -> dict[str, Any]:
    thumbnail = filled({"thumbnail_product_retailer_id": content.thumbnail_product_id})
    return {"name": "catalog_message", **({"parameters": thumbnail} if thumbnail else {})}


def _voice_call(content: values.VoiceCall) -> dict[str, Any]:
    parameters = filled(
        {"display_text": content.display_text, "ttl_minutes": content.ttl_minutes, "payload": content.payload}
    )
    return {"name": "voice_call", **({"parameters": parameters} if parameters else {})}


def _carousel(content: values.Carousel) -> dict[str, Any]:
    cards = [_card(card) for card in content.cards]
    cards += [{"type": "product", "action": _product(product)} for product in content.products]
    return {"cards": [{"card_index": i, **card} for i, card in enumerate(cards)]}


def _card(card: values.Card) -> dict[str, Any]:
    return {
        "type": "cta_url",
        "header": header_of(card.header),
        **({"body": {"text": card.body}} if card.body else {}),
        "action": _cta_url(card) if card.url else {"buttons": [_quick_reply(button) for button in card.buttons]},
    }


def _quick_reply(button: values.ReplyButton) -> dict[str, Any]:
    return {"type": "quick_reply", "quick_reply": _reply(button)}


def _named(name: str) -> Callable[[Any], dict[str, str]]:
    return lambda _content: {"name": name}


ACTIONS: Mapping[type, Callable[[Any], dict[str, Any]]] = {
    values.Buttons: _buttons,
    values.ListMessage: _list,
    values.CtaUrl: _cta_url,
    values.Flow: _flow,
    values.Product: _product,
    values.ProductList: _product_list,
    values.Catalog: _catalog,
    values.LocationRequest: _named("send_location"),
    values.ContactRequest: _named("request_contact_info"),
    values.CallPermissionRequest: _named("call_permission_request"),
    values.VoiceCall: _voice_call,
    values.Carousel: _carousel,
}
