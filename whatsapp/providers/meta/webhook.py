"""Meta's webhooks, theirs to ours: what a stored slice tells, in words that every provider shares.

Nothing here raises for what Meta sent; what this version does not know is said by ``NotUnderstood``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from whatsapp.events import (
    Event,
    MessageReceived,
    NotUnderstood,
    Person,
    ProviderProblem,
    StatusChanged,
    TemplateStatusChanged,
)
from whatsapp.providers.meta.envelope import split
from whatsapp.providers.values import effective_time, integer, mapping, objects, storable, text, user_id, wa_id

__all__ = ["PARSER_VERSION", "parse", "split"]

PARSER_VERSION = 1


def parse(payload: Mapping[str, Any], received_at: datetime) -> Event | NotUnderstood:
    """What a stored slice tells; ``received_at`` stands in for a time that cannot be read."""
    match payload.get("field"), payload.get("item"):
        case "messages", "messages":
            return _message(payload, received_at)
        case "messages", "statuses":
            return _status(mapping(payload["data"]), received_at)
        case "messages", "errors":
            return NotUnderstood("value_error")
        case "message_template_status_update", "value":
            return _template_status(payload, received_at)
        case "messages" | "message_template_status_update", _:
            return NotUnderstood("unknown_item")
    return NotUnderstood("unknown_field")


def _message(payload: Mapping[str, Any], received_at: datetime) -> MessageReceived | NotUnderstood:
    data = mapping(payload["data"])
    message_id = text(data.get("id"), 200)
    if not message_id:
        return NotUnderstood("broken")
    if data.get("group_id"):  # a conversation of several people is no window and no answer of one of them
        return NotUnderstood("group_message")
    type_ = text(data.get("type"), 30) or "unknown"
    at, clock_doubtful = effective_time(data.get("timestamp"), received_at)
    content = _content(type_, data)
    return MessageReceived(
        message_id=message_id,
        person=_person(data, payload.get("contacts")),
        type=type_,
        at=at,
        text=_readable(type_, content),
        reply_payload=_reply_payload(type_, mapping(content)),
        context_id=text(mapping(data.get("context")).get("id"), 200),
        content={part: storable(data[part]) for part in (type_, "context", "referral") if part in data},
        errors=_problems(data.get("errors")),
        clock_doubtful=clock_doubtful,
    )


def _content(type_: str, data: dict[str, Any]) -> Any:
    """The typed object; of an interactive reply or an edit, what is inside."""
    content = data.get(type_)
    if type_ == "interactive":
        return mapping(content).get(text(mapping(content).get("type")))
    if type_ == "edit":
        message = mapping(mapping(content).get("message"))
        return message.get(text(message.get("type")))
    return content


def _readable(type_: str, content: Any) -> str:
    """What a person reads of it: body, caption, the title of what was pressed, a name."""
    if type_ == "contacts":
        names = (text(mapping(card.get("name")).get("formatted_name")) for card in objects(content))
        return ", ".join(name for name in names if name)
    fields = ("body", "caption", "title", "text", "emoji", "filename", "name", "address")
    return next((found for name in fields if (found := text(mapping(content).get(name)))), "")


def _reply_payload(type_: str, content: dict[str, Any]) -> str:
    if type_ == "button":
        return text(content.get("payload"))
    return text(content.get("id")) if type_ == "interactive" else ""


def _person(data: dict[str, Any], contacts: Any) -> Person:
    """Who wrote it: the message's own ids first, then the contact that came along; a system message names its own."""
    contact = next(iter(objects(contacts)), {})
    system = mapping(data.get("system"))
    profile = mapping(contact.get("profile"))
    return Person(
        wa_id=wa_id(data.get("from"), contact.get("wa_id"), system.get("wa_id")),
        user_id=user_id(data.get("from_user_id"), contact.get("user_id"), data.get("from"), system.get("user_id")),
        parent_user_id=user_id(data.get("from_parent_user_id"), contact.get("parent_user_id")),
        username=text(profile.get("username"), 100).lstrip("@"),
        profile_name=text(profile.get("name"), 120),
    )


def _status(data: dict[str, Any], received_at: datetime) -> StatusChanged | NotUnderstood:
    message_id, status = text(data.get("id"), 200), text(data.get("status"), 20)
    if data.get("type") == "payment":  # the state of a payment, not of a delivery
        return NotUnderstood("payment_status")
    if not message_id or not status:
        return NotUnderstood("broken")
    pricing = data.get("pricing") or mapping(data.get("conversation")).get("pricing")
    participants = ("recipient_participant_id", "participant_recipient_id", "recipient_participant_user_id")
    return StatusChanged(
        message_id=message_id,
        status=status,
        at=effective_time(data.get("timestamp"), received_at)[0],
        recipient=text(data.get("recipient_id") or data.get("recipient_user_id"), 140),
        participant=next((found for name in participants if (found := text(data.get(name), 140))), ""),
        client_ref=text(data.get("biz_opaque_callback_data"), 80),
        errors=_problems(data.get("errors")),
        pricing=storable(mapping(pricing)),
    )


def _problems(errors: Any) -> tuple[ProviderProblem, ...]:
    return tuple(
        ProviderProblem(
            code=integer(error.get("code")),
            title=text(error.get("title") or error.get("message"), 300),
            details=text(mapping(error.get("error_data")).get("details") or error.get("details"), 1000),
        )
        for error in objects(errors)
    )


def _template_status(payload: Mapping[str, Any], received_at: datetime) -> TemplateStatusChanged | NotUnderstood:
    data = mapping(payload["data"])
    status, name = text(data.get("event"), 30), text(data.get("message_template_name"), 512)
    if not status or not name:  # the documentation prints quality updates under this field
        return NotUnderstood("broken" if "new_quality_score" not in data else "unknown_item")
    reason = text(data.get("reason"), 200)
    return TemplateStatusChanged(
        template_id=text(data.get("message_template_id"), 40),
        name=name,
        language=text(data.get("message_template_language"), 15).replace("-", "_"),
        status=status.upper(),
        at=effective_time(payload.get("entry_time"), received_at)[0],
        reason="" if reason == "NONE" else reason,
        category=text(data.get("message_template_category"), 20).upper(),
    )
