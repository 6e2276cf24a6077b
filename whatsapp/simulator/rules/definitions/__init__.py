"""What Meta refuses of a new template or of a change, before any review: its own words and numbers, the first mistake.

This is a reading of Meta's documents of its own, kept apart from the product's on purpose: a test lets the two judge
the same templates.
"""

import re
from typing import Any

from . import cards, codes, media, texts
from .buttons import check_buttons
from .languages import LANGUAGES
from .refusal import duplicate, refused, wrong_type

__all__ = ["check", "duplicate", "refused"]

NAME = re.compile(r"^[a-z0-9_]{1,512}\Z")
CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
PARAMETER_FORMATS = ("POSITIONAL", "NAMED")
PARTS = ("HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER")
LIFETIMES = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43200), "MARKETING": (43200, 2592000)}

Parts = dict[str, dict[str, Any]]


def check(definition: dict[str, Any]) -> None:
    """Raises the GraphError of the first thing that Meta would not take."""
    _check_frame(definition)
    category, parts = str(definition["category"]).upper(), _parts(definition.get("components"))
    is_named = str(definition.get("parameter_format") or "POSITIONAL").upper() == "NAMED"
    if "BODY" not in parts:
        raise refused("A template needs a body.", 2388072)
    if category == "AUTHENTICATION":
        codes.check(parts)
        return
    _check_no_codes(parts)
    _check_header(parts.get("HEADER"), category, is_named=is_named)
    texts.check_body(parts["BODY"], is_named=is_named, most=600 if "LIMITED_TIME_OFFER" in parts else 1024)
    texts.check_footer(parts.get("FOOTER"))
    check_buttons(parts.get("BUTTONS"), category)
    cards.check_carousel(parts, category, is_named=is_named)
    cards.check_offer(parts, category)


def _check_frame(definition: dict[str, Any]) -> None:
    for key in ("name", "language", "category", "parameter_format"):
        if definition.get(key) is not None and not isinstance(definition[key], str):
            raise wrong_type(key, "a string")
    if not NAME.match(definition.get("name") or ""):
        raise refused("Name can only contain lowercase alphanumeric characters and underscores", 2388001)
    if definition.get("language") not in LANGUAGES:
        raise refused("Content can't be added for this language.", 2388049)
    if str(definition.get("category") or "").upper() not in CATEGORIES:
        raise wrong_type("category", f"one of {{{', '.join(CATEGORIES)}}}")
    if str(definition.get("parameter_format") or "POSITIONAL").upper() not in PARAMETER_FORMATS:
        raise wrong_type("parameter_format", f"one of {{{', '.join(PARAMETER_FORMATS)}}}")
    _check_lifetime(definition.get("message_send_ttl_seconds"), definition["category"].upper())


def _check_lifetime(seconds: Any, category: str) -> None:
    if seconds is None or (seconds == -1 and category != "MARKETING"):
        return
    least, most = LIFETIMES[category]
    if type(seconds) is not int or seconds < least or seconds > most:
        raise wrong_type("message_send_ttl_seconds", f"between {least} and {most}")


def _parts(components: Any) -> Parts:
    """The components by type, each once, all of them known."""
    if not isinstance(components, list) or any(not isinstance(part, dict) for part in components):
        raise wrong_type("components", "an array of JSON objects")
    parts: Parts = {}
    for part in components:
        kind = str(part.get("type", "")).upper()
        if kind not in PARTS:
            raise wrong_type("components['type']", f"one of {{{', '.join(PARTS)}}}")
        if kind in parts:
            raise refused(f"There is more than one component of type {kind}.", 2388039)
        parts[kind] = part
    return parts


def _check_no_codes(parts: Parts) -> None:
    """Meta's own sentences belong to one-time codes alone."""
    if parts["BODY"].get("add_security_recommendation") is not None:
        raise refused("add_security_recommendation is only for authentication templates.", 2388072)
    if parts.get("FOOTER", {}).get("code_expiration_minutes") is not None:
        raise refused("code_expiration_minutes is only for authentication templates.", 2388073)


def _check_header(header: dict[str, Any] | None, category: str, *, is_named: bool) -> None:
    if header is None:
        return
    form = media.form_of(header)
    if form == "TEXT":
        texts.check_header(header, is_named=is_named)
    elif form in media.FILES:
        if form == "GIF" and category != "MARKETING":
            raise refused("GIF headers are only for marketing templates.", 2388047)
        media.check_file(header)
    elif form != "LOCATION":
        raise refused("The header's format is not supported.", 2388047)
