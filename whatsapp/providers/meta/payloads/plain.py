"""Bodies of messages of one part."""

from dataclasses import asdict
from typing import Any

from whatsapp.content import ContactCard, Contacts, File, Location, Plain, Reaction, Text


def plain(content: Plain) -> Any:
    """What stands under the type's name."""
    match content:
        case Text():
            return {"body": content.body, "preview_url": content.preview_url}
        case File():
            return file(content)
        case Location():
            return location(content)
        case Contacts():
            return [_card(card) for card in content.contacts]
        case Reaction():
            return {"message_id": content.message_id, "emoji": content.emoji}


def file(content: File) -> dict[str, Any]:
    source = {"id": content.id} if content.id else {"link": content.link}
    told = {"caption": content.caption, "filename": content.filename}
    voice = {"voice": True} if content.voice else {}
    return source | filled(told) | voice


def location(content: Location) -> dict[str, Any]:
    return {
        "latitude": _degrees(content.latitude),
        "longitude": _degrees(content.longitude),
        **filled({"name": content.name, "address": content.address}),
    }


def filled(values: dict[str, Any]) -> dict[str, Any]:
    """Those of ``values`` that say something."""
    return {name: value for name, value in values.items() if value}


def _degrees(value: float) -> str:
    """As Meta's examples write degrees: a text, here to about a centimetre."""
    return f"{value:.7f}".rstrip("0").rstrip(".")


def _card(card: ContactCard) -> dict[str, Any]:
    """Meta wants a second part of the name beside the whole one."""
    name = filled(asdict(card.name))
    if len(name) == 1:
        name["first_name"] = card.name.formatted_name
    lists: dict[str, tuple[Any, ...]] = {
        "phones": card.phones,
        "emails": card.emails,
        "urls": card.urls,
        "addresses": card.addresses,
    }
    return {
        "name": name,
        **{key: [filled(asdict(item)) for item in items] for key, items in lists.items() if items},
        **({"org": filled(asdict(card.org))} if card.org else {}),
        **filled({"birthday": card.birthday}),
    }
