"""Cards side by side under a text: as many as were made, all built alike."""

from collections.abc import Iterator

from templates_mgmt.rules.draft import Draft, Parts
from templates_mgmt.rules.problems import Problem

CARDS = range(2, 11)
MOST_BUTTONS = 2
HEADERS = ("IMAGE", "VIDEO")
BUTTONS = ("QUICK_REPLY", "URL", "PHONE_NUMBER")
NOT_BESIDE = ("HEADER", "FOOTER", "BUTTONS", "LIMITED_TIME_OFFER")


def place(draft: Draft) -> Iterator[Problem]:
    if draft.parts.get("CAROUSEL") is None or draft.is_authentication:
        return
    if draft.category != "MARKETING":
        yield Problem("carousel_category", "category")
    yield from (Problem("carousel_beside", kind.lower()) for kind in NOT_BESIDE if draft.parts.get(kind))
    if len(draft.cards) not in CARDS:
        yield Problem("carousel_cards", "carousel.cards", {"lowest": CARDS[0], "highest": CARDS[-1]})


def cards(draft: Draft) -> Iterator[Problem]:
    for card in draft.cards if not draft.is_authentication else ():
        if card.header_format not in HEADERS:
            yield Problem("card_header", f"{card.path}.header.format")
        if len(card.buttons) > MOST_BUTTONS:
            yield Problem("buttons_many", f"{card.path}.buttons", {"most": MOST_BUTTONS})
        wrong = (button for button in card.buttons if button.word() not in BUTTONS)
        yield from (Problem("card_button", button.field("type")) for button in wrong)


def alike(draft: Draft) -> Iterator[Problem]:
    """Of the cards that are built otherwise than they should the first one is named."""
    if draft.is_authentication or not draft.cards:
        return
    first = draft.cards[0]
    if other := next((card for card in draft.cards if _build(card) != _build(first)), None):
        yield Problem("cards_differ", other.path)
    if bare := next((card for card in draft.cards if card.get("BUTTONS") is None), None):
        yield Problem("card_buttonless", f"{bare.path}.buttons")
    if any(_has_text(card) != _has_text(first) for card in draft.cards):
        empty = next(card for card in draft.cards if not _has_text(card))
        yield Problem("cards_text", f"{empty.path}.body")


def _build(card: Parts) -> tuple[str, list[str]]:
    return card.header_format, [button.word() for button in card.buttons]


def _has_text(card: Parts) -> bool:
    return card.get("BODY") is not None
