"""Media card carousels and limited-time offers, both of marketing templates alone."""

from typing import Any

from . import media, texts
from .buttons import check_buttons
from .refusal import refused, wrong_type

FORMAT = 2388039
ON_CARDS = ("QUICK_REPLY", "URL", "PHONE_NUMBER")


def check_carousel(parts: dict[str, dict[str, Any]], category: str, *, is_named: bool) -> None:
    carousel = parts.get("CAROUSEL")
    if carousel is None:
        return
    if category != "MARKETING":
        raise refused("Carousels are only for marketing templates.", FORMAT)
    if set(parts) - {"BODY", "CAROUSEL"}:
        raise refused("A carousel template has a body and cards, nothing else.", FORMAT)
    cards = carousel.get("cards")
    if cards is not None and (not isinstance(cards, list) or any(not isinstance(card, dict) for card in cards)):
        raise wrong_type("cards", "an array of JSON objects")
    if not 2 <= len(cards or []) <= 10:
        raise refused("There must be 2 to 10 cards.", FORMAT)
    builds = [_check_card(card.get("components"), category, is_named=is_named) for card in cards or []]
    if any(build != builds[0] for build in builds):
        raise refused("All cards must have the same components.", FORMAT)


def _check_card(components: Any, category: str, *, is_named: bool) -> tuple[str, bool, list[str]]:
    """How the card is built: the form of its header, whether it has a text, its kinds of buttons."""
    if not isinstance(components, list) or any(not isinstance(part, dict) for part in components):
        raise wrong_type("cards['components']", "an array of JSON objects")
    kinds = [str(part.get("type", "")).upper() for part in components]
    if set(kinds) - {"HEADER", "BODY", "BUTTONS"} or len(set(kinds)) < len(kinds):
        raise refused("A card has a header, a body and buttons, each once.", FORMAT)
    parts = dict(zip(kinds, components, strict=True))
    form = media.form_of(parts["HEADER"]) if "HEADER" in parts else ""
    if form not in ("IMAGE", "VIDEO"):
        raise refused("A card's header is an image or a video.", FORMAT)
    media.check_file(parts["HEADER"])
    if "BODY" in parts:
        texts.check_body(parts["BODY"], is_named=is_named, most=160)
    check_buttons(parts.get("BUTTONS"), category, most=2)
    rows = [str(row.get("type", "")).upper() for row in parts.get("BUTTONS", {}).get("buttons") or []]
    if not rows:
        raise refused("A card has at least one button.", FORMAT)
    if set(rows) - set(ON_CARDS):
        raise refused("A card has quick replies, links and phone numbers.", FORMAT)
    return form, "BODY" in parts, rows


def check_offer(parts: dict[str, dict[str, Any]], category: str) -> None:
    part = parts.get("LIMITED_TIME_OFFER")
    if part is None:
        return
    if category != "MARKETING":
        raise refused("Limited-time offers are only for marketing templates.", FORMAT)
    if "FOOTER" in parts:
        raise refused("Limited-time offers have no footer.", 2388073)
    if "HEADER" in parts and media.form_of(parts["HEADER"]) not in ("IMAGE", "VIDEO"):
        raise refused("The header of a limited-time offer is an image or a video.", 2388047)
    told = part.get("limited_time_offer")
    told = told if isinstance(told, dict) else {}
    text = texts.read(told, "offer", 16, FORMAT)
    if "{{" in text:
        raise refused("The text of the offer has no variables.", FORMAT)
    texts.check_label(text, FORMAT)
    if not isinstance(told.get("has_expiration", False), bool):
        raise wrong_type("has_expiration", "a boolean")
    rows = parts.get("BUTTONS", {}).get("buttons") or []
    if [str(row.get("type", "")).upper() for row in rows] not in (["URL"], ["COPY_CODE", "URL"]):
        raise refused("Limited-time offers have a URL button, after a copy code button if there is one.", FORMAT)
