"""Messages of Meta's webhooks: what customers and the business's phone app say, and what they do to it later."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from whatsapp.events import (
    IdentityChanged,
    MessageEchoed,
    MessageEdited,
    MessageReceived,
    MessageRevoked,
    NotUnderstood,
    PaymentChanged,
    Person,
    ReactionChanged,
    Said,
    StatusChanged,
)
from whatsapp.events.accounts import CallChanged, Kept
from whatsapp.providers.meta.reading import Payload, contact_of, data_of, problems, receiver, sender
from whatsapp.providers.values import effective_time, mapping, objects, storable, text, user_id, wa_id

CHANGES = ("user_changed_number", "user_changed_user_id")
BESIDE = ("context", "referral", "identity", "group_id")  # kept with the typed object
OTHER_STATUSES = {"payment": PaymentChanged, "call": CallChanged}  # states of something else than a delivery
PARTICIPANTS = ("recipient_participant_id", "participant_recipient_id", "recipient_participant_user_id")


def message(payload: Payload, received_at: datetime) -> Said | NotUnderstood:
    """An item of ``messages``: a customer's."""
    data = data_of(payload)
    return customers(data, sender(data, contact_of(payload)), received_at)


def echo(payload: Payload, received_at: datetime) -> Said | NotUnderstood:
    """An item of ``message_echoes``: the business's own, from its phone."""
    data = data_of(payload)
    return business(data, receiver(data, contact_of(payload)), received_at)


def customers(data: dict[str, Any], person: Person, received_at: datetime) -> Said | NotUnderstood:
    """What ``person`` said or did."""
    if not text(data.get("id")):
        return NotUnderstood("broken")
    if special := SPECIAL.get(text(data.get("type"), 30)):
        return special(data, person, received_at, False)
    if text(mapping(data.get("system")).get("type")) in CHANGES:
        return _identity_change(data, person, received_at)
    shared = _shared(data, person, received_at)
    return MessageReceived(**shared, reply_payload=_reply_payload(shared["type"], mapping(_inside(data))))


def business(data: dict[str, Any], person: Person, received_at: datetime) -> Said | NotUnderstood:
    """What the business said or did to ``person``."""
    if not text(data.get("id")):
        return NotUnderstood("broken")
    if special := SPECIAL.get(text(data.get("type"), 30)):
        return special(data, person, received_at, True)
    return MessageEchoed(**_shared(data, person, received_at))


def status(payload: Payload, received_at: datetime) -> StatusChanged | Kept | NotUnderstood:
    """An item of ``statuses``."""
    data = data_of(payload)
    message_id, word = text(data.get("id"), 200), text(data.get("status"), 20)
    at = effective_time(data.get("timestamp"), received_at)[0]
    if other := OTHER_STATUSES.get(text(data.get("type"))):
        return other("status", at, storable(data))
    if not message_id or not word:
        return NotUnderstood("broken")
    pricing = data.get("pricing") or mapping(data.get("conversation")).get("pricing")
    return StatusChanged(
        message_id=message_id,
        status=word,
        at=at,
        recipient=text(data.get("recipient_id") or data.get("recipient_user_id"), 140),
        participant=next((found for name in PARTICIPANTS if (found := text(data.get(name), 140))), ""),
        client_ref=text(data.get("biz_opaque_callback_data"), 80),
        errors=problems(data.get("errors")),
        pricing=storable(mapping(pricing)),
    )


def changed_user_id(payload: Payload, received_at: datetime) -> IdentityChanged | NotUnderstood:
    """An item of ``user_id_update``: as a system message tells it, in a field of its own."""
    data = data_of(payload)
    own, parent = mapping(data.get("user_id")), mapping(data.get("parent_user_id"))
    before = Person(user_id=user_id(own.get("previous")), parent_user_id=user_id(parent.get("previous")))
    after = Person(wa_id(data.get("wa_id")), user_id(own.get("current")), user_id(parent.get("current")))
    if not before.user_id or not after.user_id:
        return NotUnderstood("broken")
    at = effective_time(data.get("timestamp"), received_at)[0]
    return IdentityChanged("user_changed_user_id", before, after, at)


def _shared(data: dict[str, Any], person: Person, received_at: datetime) -> dict[str, Any]:
    """What messages of both directions have."""
    type_ = text(data.get("type"), 30) or "unknown"
    at, clock_doubtful = effective_time(data.get("timestamp"), received_at)
    return {
        "message_id": text(data.get("id"), 200),
        "person": person,
        "type": type_,
        "at": at,
        "text": _readable(type_, _inside(data)),
        "context_id": text(mapping(data.get("context")).get("id"), 200),
        "content": {part: storable(data[part]) for part in (type_, *BESIDE) if part in data},
        "errors": problems(data.get("errors")),
        "clock_doubtful": clock_doubtful,
        "group_id": text(data.get("group_id"), 200),
    }


def _inside(data: Mapping[str, Any]) -> Any:
    """The typed object; of an interactive reply what is inside."""
    content = data.get(text(data.get("type"), 30))
    if data.get("type") == "interactive":
        return mapping(content).get(text(mapping(content).get("type")))
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


def _reaction(data: dict[str, Any], person: Person, received_at: datetime, by_business: bool) -> Said | NotUnderstood:
    reaction = mapping(data.get("reaction"))
    target_id = text(reaction.get("message_id"), 200)
    if not target_id or not (person.address or by_business):
        return NotUnderstood("broken")
    return ReactionChanged(
        message_id=text(data.get("id"), 200),
        target_id=target_id,
        person=person,
        emoji=text(reaction.get("emoji"), 40),
        at=effective_time(data.get("timestamp"), received_at)[0],
        by_business=by_business,
    )


def _edit(data: dict[str, Any], person: Person, received_at: datetime, by_business: bool) -> Said | NotUnderstood:
    edit = mapping(data.get("edit"))
    new = mapping(edit.get("message"))
    type_, target_id = text(new.get("type"), 30), text(edit.get("original_message_id"), 200)
    if not target_id or not type_:
        return NotUnderstood("broken")
    return MessageEdited(
        message_id=text(data.get("id"), 200),
        target_id=target_id,
        person=person,
        at=effective_time(data.get("timestamp"), received_at)[0],
        type=type_,
        text=_readable(type_, _inside(new)),
        content=storable(new),
        by_business=by_business,
    )


def _revoke(data: dict[str, Any], person: Person, received_at: datetime, by_business: bool) -> Said | NotUnderstood:
    target_id = text(mapping(data.get("revoke")).get("original_message_id"), 200)
    if not target_id:
        return NotUnderstood("broken")
    at = effective_time(data.get("timestamp"), received_at)[0]
    return MessageRevoked(text(data.get("id"), 200), target_id, person, at, by_business)


def _identity_change(data: dict[str, Any], person: Person, received_at: datetime) -> Said | NotUnderstood:
    """The sender's ids are the old ones, those of the system object the new."""
    system = mapping(data.get("system"))
    kind = text(system.get("type"), 30)
    previous = user_id(system.get("previous_user_id"))
    before = Person(person.wa_id, previous or person.user_id, person.parent_user_id)
    after = Person(wa_id(system.get("wa_id")), user_id(system.get("user_id")), user_id(system.get("parent_user_id")))
    if not before.address or not after.address:
        return MessageReceived(**_shared(data, person, received_at))
    notice = MessageReceived(**_shared(data, before, received_at))
    return IdentityChanged(kind, before, after, notice.at, notice)


Special = Callable[[dict[str, Any], Person, datetime, bool], Said | NotUnderstood]
SPECIAL: dict[str, Special] = {"reaction": _reaction, "edit": _edit, "revoke": _revoke}
