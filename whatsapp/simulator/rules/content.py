"""Free-form content: the shape and the limits of each message type."""

from collections.abc import Callable
from typing import Any

from ..errors import GraphError
from . import interactive
from .shape import absent, invalid, may_text, need_object, need_objects, need_text, one_of

TYPES = (
    "text", "image", "video", "audio", "document", "sticker", "location", "contacts", "reaction", "interactive",
    "template",
)  # fmt: skip
MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
NO_CAPTION = ("audio", "sticker")


def check_envelope(body: dict[str, Any]) -> str:
    """What all messages have in common; returns the type (Meta takes a body without one as text)."""
    check_product(body)
    one_of(body.get("recipient_type", "individual"), ("individual", "group"), "recipient_type")
    _check_opaque(body.get("biz_opaque_callback_data"))
    if "context" in body:
        need_text(need_object(body, "context"), "message_id", "context")
    return one_of(body.get("type", "text"), TYPES, "type")


def check_product(body: dict[str, Any]) -> None:
    if body.get("messaging_product") is None:
        raise GraphError(100, message="(#100) The parameter messaging_product is required.")
    if body["messaging_product"] != "whatsapp":
        raise GraphError(
            100,
            message=f'(#100) Param messaging_product must be one of {{WHATSAPP}} - got "{body["messaging_product"]}".',
        )


def check(body: dict[str, Any], kind: str) -> None:
    """Raises what Meta answers when a free-form message of that type is malformed or over a limit."""
    CHECKS[kind](body)


def _check_opaque(value: object) -> None:
    if value is not None and (not isinstance(value, str) or len(value) > 512):
        raise GraphError(100, "Param biz_opaque_callback_data must be a string of at most 512 characters.")


def _check_text(body: dict[str, Any]) -> None:
    text = need_object(body, "text")
    content = need_text(text, "body", "text")
    if len(content) > 4096:
        raise GraphError(100, "Param text['body'] must be at most 4096 characters long.")
    if not isinstance(text.get("preview_url", False), bool):
        raise GraphError(100, "Param text['preview_url'] must be a boolean.")


def check_media(media: dict[str, Any], kind: str) -> None:
    if not media.get("id") and not media.get("link"):
        raise absent(f"Either the id or the link of {kind} is mandatory")
    if media.get("link") and not str(media["link"]).startswith(("http://", "https://")):
        raise invalid(f"{kind}.link is not a valid URL")
    if kind in NO_CAPTION and media.get("caption") is not None:
        raise GraphError(100, f'Unexpected key "caption" on param "{kind}".')
    may_text(media, "caption", kind, most=1024)


def check_place(location: dict[str, Any]) -> None:
    for key, most in (("latitude", 90), ("longitude", 180)):
        try:
            degrees = float(location.get(key))  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise absent(f"location.{key} is mandatory and a number") from None
        if not -most <= degrees <= most:
            raise invalid(f"location.{key} must be between -{most} and {most}")


def _check_contacts(body: dict[str, Any]) -> None:
    for index, contact in enumerate(need_objects(body, "contacts", most=257)):
        need_text(need_object(contact, "name", f"contacts[{index}]"), "formatted_name", f"contacts[{index}].name")


def _check_reaction(body: dict[str, Any]) -> None:
    reaction = need_object(body, "reaction")
    need_text(reaction, "message_id", "reaction")
    if not isinstance(reaction.get("emoji"), str):
        raise absent("Parameter 'reaction.emoji' is mandatory")


def _media_check(kind: str) -> Callable[[dict[str, Any]], None]:
    return lambda body: check_media(need_object(body, kind), kind)


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "text": _check_text,
    **{kind: _media_check(kind) for kind in MEDIA_TYPES},
    "location": lambda body: check_place(need_object(body, "location")),
    "contacts": _check_contacts,
    "reaction": _check_reaction,
    "interactive": lambda body: interactive.check(need_object(body, "interactive")),
}
