"""What a message says, taken apart for a page; nothing raises here, whatever a message holds."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from dashboard.said import ours, theirs
from dashboard.said.parts import Card, FileOfOurs, Label, Line, Offer, Place, Said
from whatsapp.models import Message
from whatsapp.providers.values import mapping

__all__ = ["NAMES", "Card", "FileOfOurs", "Label", "Line", "Offer", "Place", "Said", "brief", "of"]

NAMES: dict[str, Promise] = {
    "image": gettext_lazy("Photo"),
    "video": gettext_lazy("Video"),
    "audio": gettext_lazy("Audio"),
    "document": gettext_lazy("Document"),
    "sticker": gettext_lazy("Sticker"),
    "location": gettext_lazy("Location"),
    "contacts": gettext_lazy("Contact"),
    "order": gettext_lazy("Order"),
    "template": gettext_lazy("Template"),
    "interactive": gettext_lazy("Message with buttons"),
    "button": gettext_lazy("Answer by a button"),
    "unsupported": gettext_lazy("Message that cannot be shown"),
}


def of(row: Message) -> Said:
    """What ``row`` says, whoever wrote it; reads no other row."""
    content = mapping(row.content)
    is_ours = isinstance(content.get("type"), str)  # in the provider's form each key is a type's own name
    return ours.read(row, content) if is_ours else theirs.read(row, content)


def brief(type_: str, words: str) -> str:
    """A message in one line, where a list or another message tells of it."""
    return words or str(NAMES.get(type_, NAMES["unsupported"]))
