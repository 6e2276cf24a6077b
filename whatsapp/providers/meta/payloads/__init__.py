"""Ours to theirs: the exact bodies of Meta's Cloud API."""

from typing import Any

from django.utils.translation import gettext as _

from whatsapp.content import Content, Interactive, Reaction, Template, check, check_recipient
from whatsapp.errors import InvalidContent
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta.payloads.interactive import interactive
from whatsapp.providers.meta.payloads.plain import plain
from whatsapp.providers.meta.payloads.template import template


def message(outgoing: Outgoing) -> dict[str, Any]:
    """The body of ``POST /<phone number id>/messages``; InvalidContent outside Meta's limits."""
    content = outgoing.content
    check(content)
    check_recipient(content, has_phone=bool(outgoing.to.phone))
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **address(outgoing.to),
        "type": content.type,
        content.type: _typed(content),
        "biz_opaque_callback_data": outgoing.client_ref,
    }
    if outgoing.reply_to and not isinstance(content, Reaction):  # a reaction names its message itself
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


def block(person: Recipient) -> dict[str, Any]:
    """The body that names whom to block, or to let in again."""
    named = {"user": person.phone} if person.phone else {"user_id": person.user_id}
    return {"messaging_product": "whatsapp", "block_users": [named]}


def _typed(content: Content) -> Any:
    if isinstance(content, Template):
        return template(content)
    return interactive(content) if isinstance(content, Interactive) else plain(content)
