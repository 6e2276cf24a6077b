"""What we said: messages as whatsapp.content keeps them in rows."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.said import parts
from dashboard.said.parts import FileOfOurs, Label, Offer, Said
from whatsapp.models import Message
from whatsapp.providers.values import mapping, objects, text

Reader = Callable[[Message, Mapping[str, Any]], Said]


def read(row: Message, content: Mapping[str, Any]) -> Said:
    """``content`` is the stored form; of a kind that this version does not know its words alone."""
    return READERS.get(text(content.get("type")), _words)(row, content)


def _words(row: Message, _content: Mapping[str, Any]) -> Said:
    return Said(row.text)


def _file(_row: Message, content: Mapping[str, Any]) -> Said:
    return Said(text(content.get("caption")), file=_named_file(content))


def _named_file(content: Any) -> FileOfOurs | None:
    told = mapping(content)
    kind = text(told.get("kind"))
    if not kind:
        return None
    names = ("id", "link", "filename")
    return FileOfOurs(kind, *(text(told.get(name)) for name in names))


def _place(_row: Message, content: Mapping[str, Any]) -> Said:
    return Said(place=parts.place(content))


def _contacts(_row: Message, content: Mapping[str, Any]) -> Said:
    return Said(cards=parts.cards(content.get("contacts")))


def _reaction(row: Message, _content: Mapping[str, Any]) -> Said:
    return Said(row.text or "", labels=(Label("add_reaction", _("Reaction")),))


def _template(row: Message, content: Mapping[str, Any]) -> Said:
    """Its words as they were filled; the buttons' words stand in the template itself (dashboard.queries.thread)."""
    header = mapping(content.get("header"))
    name = row.template_name or text(content.get("name"))
    return Said(
        row.text or name,
        labels=(Label("article", _("Template · %(name)s") % {"name": name}),),
        place=parts.place(header),
        file=_named_file(header),
    )


def _interactive(row: Message, content: Mapping[str, Any]) -> Said:
    header = content.get("header")
    return Said(
        row.text,
        title=text(header),
        footer=text(content.get("footer")),
        offers=_offers(content),
        file=_named_file(header),
    )


def _offers(content: Mapping[str, Any]) -> tuple[Offer, ...]:
    form = text(content.get("form")) or "button"
    if form == "button":
        return tuple(Offer("reply", text(button.get("title"))) for button in objects(content.get("buttons")))
    if form == "list":
        rows = [row for section in objects(content.get("sections")) for row in objects(section.get("rows"))]
        choices = (
            Offer("radio_button_unchecked", text(row.get("title")), text(row.get("description"))) for row in rows
        )
        return (Offer("list", text(content.get("button"))), *choices)
    if form in {"cta_url", "flow", "voice_call"}:
        return (Offer(ICONS[form], text(content.get("display_text")) or text(content.get("cta"))),)
    return (Offer("widgets", str(FORMS.get(form, form))),)


ICONS = {"cta_url": "open_in_new", "flow": "assignment", "voice_call": "call"}
FORMS: dict[str, Promise] = {
    "product": gettext_lazy("A product of the catalogue"),
    "product_list": gettext_lazy("Products of the catalogue"),
    "catalog_message": gettext_lazy("The catalogue"),
    "location_request_message": gettext_lazy("Send location"),
    "request_contact_info": gettext_lazy("Share the phone number"),
    "call_permission_request": gettext_lazy("Asks whether the company may call"),
    "carousel": gettext_lazy("Cards side by side"),
}
READERS: dict[str, Reader] = {
    **dict.fromkeys(("image", "video", "audio", "document", "sticker"), _file),
    "location": _place,
    "contacts": _contacts,
    "reaction": _reaction,
    "template": _template,
    "interactive": _interactive,
}
