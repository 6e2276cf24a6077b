"""Content as a tenant's system posts it: Meta's own shapes, read strictly, every mistake named by its path."""

from collections.abc import Callable, Mapping
from typing import Any

from whatsapp.content.limits import check
from whatsapp.content.posted.interactive import interactive
from whatsapp.content.posted.plain import FILES, contacts, location, reaction, text
from whatsapp.content.posted.reader import Posted
from whatsapp.content.posted.template import template
from whatsapp.content.values import Content


def from_api(data: Mapping[str, Any]) -> Content:
    """The content of a posted message; InvalidContent names each wrong field.

    ``{"type": "text", "text": {"body", "preview_url"?} | "…"}``, ``{"type": "image", "image": {"id" | "link", …}}``,
    ``{"type": "template", "template": {"name", "language": "pt_BR" | {"code"}, "components"?: […]}}``,
    ``{"type": "interactive", "interactive": {"type": "button", "body": {"text"}, "action": {"buttons": […]}, …}}`` …
    as in Meta's Cloud API. Other keys of ``data`` are not looked at.
    """
    posted = Posted(data)
    content = posted.choice("type", TYPES)(posted)
    check(content)
    return content


TYPES: dict[str, Callable[[Posted], Content]] = {
    "text": text,
    "template": template,
    "interactive": interactive,
    **FILES,
    "location": location,
    "contacts": contacts,
    "reaction": reaction,
}
