"""Posted messages of one part."""

import functools
from collections.abc import Callable

from whatsapp.content.posted.reader import Posted
from whatsapp.content.values import (
    Address,
    ContactCard,
    Contacts,
    Email,
    File,
    Location,
    Name,
    Organization,
    Phone,
    Reaction,
    Text,
    Url,
)
from whatsapp.content.values.plain import FILE_KINDS


def text(posted: Posted) -> Text:
    if isinstance(posted.value.get("text"), str):
        return Text(posted.text("text"))
    found = posted.object("text")
    return Text(found.text("body", required=True), found.flag("preview_url"))


def file(posted: Posted, kind: str) -> File:
    """The object named by ``kind`` inside ``posted``: of a message, a header, a parameter."""
    found = posted.object(kind)
    return File(
        kind=kind,
        id=found.text("id"),
        link=found.text("link"),
        caption=found.text("caption"),
        filename=found.text("filename"),
        voice=found.flag("voice"),
    )


def location(posted: Posted) -> Location:
    found = posted.object("location")
    return Location(found.number("latitude"), found.number("longitude"), found.text("name"), found.text("address"))


def reaction(posted: Posted) -> Reaction:
    found = posted.object("reaction")
    return Reaction(found.text("message_id", required=True), found.text("emoji"))


def contacts(posted: Posted) -> Contacts:
    return Contacts(posted.each("contacts", _card))


def _card(posted: Posted) -> ContactCard:
    org = posted.optional("org")
    return ContactCard(
        name=Name(**_texts(posted.object("name"), Name)),
        phones=posted.each("phones", lambda item: Phone(**_texts(item, Phone))),
        emails=posted.each("emails", lambda item: Email(**_texts(item, Email))),
        urls=posted.each("urls", lambda item: Url(**_texts(item, Url))),
        addresses=posted.each("addresses", lambda item: Address(**_texts(item, Address))),
        org=Organization(**_texts(org, Organization)) if org else None,
        birthday=posted.text("birthday"),
    )


def _texts(posted: Posted, wanted: type) -> dict[str, str]:
    """The fields of a value that is made of texts alone."""
    return {name: posted.text(name) for name in wanted.__annotations__}


FILES: dict[str, Callable[[Posted], File]] = {kind: functools.partial(file, kind=kind) for kind in FILE_KINDS}
