"""What a phone app beside the API tells once or goes on telling: its history, its address book."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from whatsapp.events import ContactSynced, HistoryChunk, HistoryFact, MessageEchoed, NotUnderstood, Person, Said
from whatsapp.providers.meta import said
from whatsapp.providers.meta.reading import Payload, data_of, problems, sender
from whatsapp.providers.values import effective_time, integer, mapping, objects, text, user_id, wa_id

# How a history spells the ladder (in either case); what it does not tell moves nothing.
STATUSES = {
    "error": "failed",
    "pending": "accepted",
    **{word: word for word in ("sent", "delivered", "read", "played")},
}


def history(payload: Payload, received_at: datetime) -> HistoryChunk:
    """A chunk of the history, with all its threads, or the refusal to share it."""
    data = data_of(payload)
    about = mapping(data.get("metadata"))
    business = _digits(mapping(payload.get("metadata")).get("display_phone_number"))
    facts = [fact for thread in objects(data.get("threads")) for fact in _thread(thread, business, received_at)]
    known = [fact for fact in facts if fact is not None]
    return HistoryChunk(
        at=received_at,
        phase=integer(about.get("phase")),
        chunk_order=integer(about.get("chunk_order")),
        progress=integer(about.get("progress")),
        facts=tuple(known),
        errors=problems(data.get("errors")),
        left_out=len(facts) - len(known),
    )


def media_of_history(payload: Payload, received_at: datetime) -> HistoryChunk | NotUnderstood:
    """The file of a message that the history showed without it: the same message once more, in a body of its own."""
    told = said.echo if payload.get("item") == "message_echoes" else said.message
    event = told(payload, received_at)
    if isinstance(event, NotUnderstood):
        return event
    return HistoryChunk(at=event.at, facts=(HistoryFact(event),), is_file=True)


def contact(payload: Payload, received_at: datetime) -> ContactSynced | NotUnderstood:
    """An item of ``state_sync``."""
    data = data_of(payload)
    card, about = mapping(data.get("contact")), mapping(data.get("metadata"))
    person = sender({"wa_id": _digits(card.get("phone_number"))}, card)
    action = text(data.get("action"), 20).lower()
    if text(data.get("type")) != "contact" or action not in {"add", "remove"}:
        return NotUnderstood("unknown_value")
    if not person.address:
        return NotUnderstood("broken")
    name = text(card.get("full_name") or card.get("first_name"), 120)
    return ContactSynced(person, action, name, effective_time(about.get("timestamp"), received_at)[0])


def _thread(thread: Mapping[str, Any], business: str, received_at: datetime) -> Iterator[HistoryFact | None]:
    """The facts of a conversation; None for an item without an id."""
    about = mapping(thread.get("context"))
    customer = Person(
        wa_id=wa_id(thread.get("id"), about.get("wa_id")),
        user_id=user_id(about.get("user_id"), thread.get("id")),
        parent_user_id=user_id(about.get("parent_user_id")),
        username=text(about.get("username"), 100).lstrip("@"),
    )
    for data in objects(thread.get("messages")):
        event = _of_thread(data, customer, business, received_at)
        yield None if isinstance(event, NotUnderstood) else HistoryFact(event, _status(data, event))


def _of_thread(data: dict[str, Any], customer: Person, business: str, received_at: datetime) -> Said | NotUnderstood:
    is_ours = data.get("from_me") is True or (bool(business) and _digits(data.get("from")) == business)
    return (said.business if is_ours else said.customers)(data, customer, received_at)


def _status(data: Mapping[str, Any], event: Said) -> str:
    word = text(mapping(data.get("history_context")).get("status"), 20).lower()
    return STATUSES.get(word, "") if isinstance(event, MessageEchoed) else ""


def _digits(value: Any) -> str:
    """A number's digits, however it is printed."""
    return "".join(character for character in text(value, 40) if character.isdecimal())
