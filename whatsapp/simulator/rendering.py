"""The bubble that the customer's phone shows: plain data, made when a message is accepted.

    {"kind", "header": {"type", "text" | "url"}, "text", "footer", "buttons": [{"type", "text", "payload"|"url"|"id"}],
     "cards": [{"header", "text", "buttons"}], "list": {"button", "sections"},
     "media": {"type", "url", "caption", "filename"}, "reply_to": wamid}

Buttons of type `reply` (templates) and `quick` (interactive) can be pressed; those of type `url` and `phone` lead out.
"""

from dataclasses import replace
from typing import Any

from .rows import one_time
from .rows.templates import Template
from .rules import template_sends
from .rules.content import MEDIA_TYPES
from .rules.template_sends import Components

LABELS = {
    "contacts": "Contato", "location": "Localização", "order": "Pedido", "system": "Aviso do WhatsApp",
    "unsupported": "Mensagem não suportada", "reaction": "Reação",
}  # fmt: skip


def template_bubble(template: Template, components: Components) -> dict[str, Any]:
    bubble: dict[str, Any] = {"kind": "template", "template": template.name} | _parts(template, components)
    bubble["footer"] = template.component("FOOTER").get("text", "")
    cards = zip(template.component("CAROUSEL").get("cards") or [], components.cards, strict=False)
    bubble["cards"] = [
        _parts(replace(template, components=part["components"]), template_sends.parse(card.get("components") or []))
        for part, card in cards
    ]
    return bubble


def _parts(template: Template, components: Components) -> dict[str, Any]:
    """The header, the text and the buttons of a template or of one of its cards."""
    bubble: dict[str, Any] = {}
    header = template.component("HEADER")
    form = str(header.get("format", "TEXT")).lower()
    if header and form == "text":
        text = template_sends.fill(header.get("text", ""), components.header, is_named=template.is_named)
        bubble["header"] = {"type": "text", "text": text}
    elif header and components.header:
        bubble["header"] = {"type": form} | _media(components.header[0].get(form) or {})
    body = template.component("BODY").get("text", "")
    bubble["text"] = template_sends.fill(body, components.body, is_named=template.is_named)
    bubble["buttons"] = [
        _template_button(button, components.buttons.get(index, {})) for index, button in enumerate(template.buttons)
    ]
    return bubble


def _template_button(button: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    kind, text = str(button.get("type", "")).upper(), button.get("text", "")
    first: dict[str, Any] = next(iter(part.get("parameters") or []), {})
    if kind == "URL" and str(button.get("url", "")).startswith(one_time.ADDRESS):
        return {"type": "other", "text": text}
    if kind == "URL":
        url = template_sends.fill(button.get("url", ""), [first] if first else [], is_named=False)
        return {"type": "url", "text": text, "url": url}
    if kind == "PHONE_NUMBER":
        return {"type": "phone", "text": text, "url": f"tel:{button.get('phone_number', '')}"}
    if kind == "QUICK_REPLY":
        return {"type": "reply", "text": text, "payload": first.get("payload", text)}
    return {"type": "other", "text": text or kind.title()}


def sent_bubble(body: dict[str, Any], kind: str) -> dict[str, Any]:
    """The bubble of a free-form message of the business."""
    bubble: dict[str, Any] = {"kind": kind, "reply_to": (body.get("context") or {}).get("message_id", "")}
    if kind == "interactive":
        return bubble | _interactive(body["interactive"])
    return bubble | _content(kind, body.get(kind))


def received_bubble(item: dict[str, Any]) -> dict[str, Any]:
    """The bubble of a customer's own message."""
    kind = str(item.get("type", ""))
    bubble: dict[str, Any] = {"kind": kind, "reply_to": (item.get("context") or {}).get("id", "")}
    content = item.get(kind)
    if kind == "button" and isinstance(content, dict):
        return bubble | {"text": content.get("text", "")}
    if kind == "interactive" and isinstance(content, dict):
        reply = content.get(content.get("type", "")) or {}
        return bubble | {"text": reply.get("title") or reply.get("body") or reply.get("name") or LABELS["unsupported"]}
    return bubble | _content(kind, content)


def _content(kind: str, content: Any) -> dict[str, Any]:
    if kind in MEDIA_TYPES and isinstance(content, dict):
        return {"media": {"type": kind} | _media(content), "text": content.get("caption", "")}
    if kind == "text" and isinstance(content, dict):
        return {"text": content.get("body", "")}
    if kind == "reaction" and isinstance(content, dict):
        return {"text": content.get("emoji", ""), "target": content.get("message_id", "")}
    if kind == "location" and isinstance(content, dict):
        place = content.get("name") or content.get("address") or f"{content['latitude']}, {content['longitude']}"
        return {"text": f"{LABELS['location']}: {place}"}
    return {"text": LABELS.get(kind, LABELS["unsupported"])}


def _media(media: dict[str, Any]) -> dict[str, Any]:
    url = media.get("link") or (f"/sim/media/{media['id']}" if media.get("id") else "")
    return {"url": url, "filename": media.get("filename", "")}


def _interactive(interactive: dict[str, Any]) -> dict[str, Any]:
    action = interactive.get("action") or {}
    bubble: dict[str, Any] = {
        "text": (interactive.get("body") or {}).get("text", ""),
        "footer": (interactive.get("footer") or {}).get("text", ""),
        "buttons": [_reply_button(button["reply"]) for button in action.get("buttons") or [] if "reply" in button],
    }
    if header := interactive.get("header"):
        form = header.get("type", "text")
        bubble["header"] = {"type": form, "text": header.get("text", "")} | (
            _media(header.get(form) or {}) if form != "text" else {}
        )
    if interactive["type"] == "list":
        bubble["list"] = {"button": action["button"], "sections": action["sections"]}
    if interactive["type"] == "cta_url":
        parameters = action["parameters"]
        bubble["buttons"] = [{"type": "url", "text": parameters["display_text"], "url": parameters["url"]}]
    return bubble


def _reply_button(reply: dict[str, Any]) -> dict[str, Any]:
    return {"type": "quick", "text": reply["title"], "id": reply["id"]}
