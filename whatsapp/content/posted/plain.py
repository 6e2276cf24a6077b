"""Posted messages of one part."""

import functools
from collections.abc import Callable

from whatsapp.content import values
from whatsapp.content.posted.reader import Posted
from whatsapp.content.values.plain import FILE_KINDS


def text(posted: Posted) -> values.Text:
    if isinstance(posted.value.get("text"), str):
        return values.Text(posted.text("text"))
    found = posted.object("text")
    return values.Text(found.text("body", required=True), found.flag("preview_url"))


def file(posted: Posted, kind: str) -> values.File:
    """The object named by ``kind`` inside ``posted``: of a message, a header, a parameter."""
    found = posted.object(kind)
    return values.File(
        kind=kind,
        id=found.text("id"),
        link=found.text("link"),
        caption=found.text("caption"),
        filename=found.text("filename"),
        voice=found.flag("voice"),
    )


def location(posted: Posted) -> values.Location:
    found = posted.object("location")
    return values.Location(
        found.number("latitude"), found.number("longitude"), found.text("name"), found.text("address")
    )


def reaction(posted: Posted) -> values.Reaction:
    found = posted.object("reaction")
    return values.Reaction(found.text("message_id", required=True), found.text("emoji"))


def contacts(posted: Posted) -> values.Contacts:
    return values.Contacts(posted.each("contacts", _card))


def _card(posted: Posted) -> values.ContactCard:
    org = posted.optional("org")
    return values.ContactCard(
        name=values.Name(**_texts(posted.object("name"), values.Name)),
        phones=posted.each("phones", lambda item: values.Phone(**_texts(item, values.Phone))),
        emails=posted.each("emails", lambda item: values.Email(**_texts(item, values.Email))),
        urls=posted.each("urls", lambda item: values.Url(**_texts(item, values.Url))),
        addresses=posted.each("addresses", lambda item: values.Address(**_texts(item, values.Address))),
        org=values.Organization(**_texts(org, values.Organization)) if org else None,
        birthday=posted.text("birthday"),
    )


def _texts(posted: Posted, wanted: type) -> dict[str, str]:
    """The fields of a value that is made of texts alone."""
    return {name: posted.text(name) for name in wanted.__annotations__}


FILES: dict[str, Callable[[Posted], values.File]] = {kind: functools.partial(file, kind=kind) for kind in FILE_KINDS}
