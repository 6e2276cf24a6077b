"""Ours to theirs: the exact bodies of Meta's Cloud API."""

from typing import Any

from django.utils.translation import gettext as _

from whatsapp.content import ButtonParameter, Buttons, Content, Parameter, Template, Text, check
from whatsapp.errors import InvalidContent
from whatsapp.providers.base import Outgoing, Recipient


def message(outgoing: Outgoing) -> dict[str, Any]:
    """The body of ``POST /<phone number id>/messages``; InvalidContent outside Meta's limits."""
    check(outgoing.content)
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address(outgoing.to),
        "type": outgoing.content.type,
        **_typed(outgoing.content),
        "biz_opaque_callback_data": outgoing.client_ref,
    }
    if outgoing.reply_to:
        body["context"] = {"message_id": outgoing.reply_to}
    return body


def address(to: Recipient) -> dict[str, str]:
    """A phone with its +, without which Meta may put the business's own country code before it; else the user id."""
    if to.phone:
        return {"to": f"+{to.phone.removeprefix('+')}"}
    if to.user_id:
        return {"recipient": to.user_id}
    raise InvalidContent({"to": _("Tell whom to write to.")})


def read_mark(message_id: str, *, typing: bool) -> dict[str, Any]:
    """The body that marks a customer's message as read, and may show that we type."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body


def _typed(content: Content) -> dict[str, Any]:
    match content:
        case Text():
            return {"text": {"body": content.body, "preview_url": content.preview_url}}
        case Buttons():
            return {"interactive": _interactive(content)}
    return {"template": _template(content)}


def _interactive(content: Buttons) -> dict[str, Any]:
    replies = [{"type": "reply", "reply": {"id": button.id, "title": button.title}} for button in content.buttons]
    body: dict[str, Any] = {"type": "button", "body": {"text": content.body}, "action": {"buttons": replies}}
    if content.header:
        body["header"] = {"type": "text", "text": content.header}
    if content.footer:
        body["footer"] = {"text": content.footer}
    return body


def _template(content: Template) -> dict[str, Any]:
    components = [
        {"type": part, "parameters": [_variable(parameter) for parameter in parameters]}
        for part, parameters in (("header", content.header), ("body", content.body))
        if parameters
    ]
    components += [_button(button) for button in content.buttons]
    body: dict[str, Any] = {"name": content.name, "language": {"code": content.language}}
    return body | {"components": components} if components else body


def _variable(parameter: Parameter) -> dict[str, str]:
    named = {"parameter_name": parameter.name} if parameter.name else {}
    return {"type": "text", **named, "text": parameter.text}


def _button(button: ButtonParameter) -> dict[str, Any]:
    key = "payload" if button.sub_type == "quick_reply" else "text"
    parameter = {"type": key, key: button.value}
    return {"type": "button", "sub_type": button.sub_type, "index": str(button.index), "parameters": [parameter]}
