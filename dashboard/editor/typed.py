"""A template as a person writes it: what the editor's form holds, field by field, whatever is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from django.http import QueryDict

LONGEST = 20_000  # characters of one field; far above every limit, so that what is too long is told and not cut
MOST_BUTTONS = 20  # above Meta's ten, so that the eleventh is told as one too many
MOST_CARDS = 12  # the same of Meta's ten
EXAMPLE = "example."  # begins the name of a variable's sample value
KIND_OF_CARDS = "QUICK_REPLY"  # the button that new cards begin with
OTP_TYPES = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")


@dataclass(frozen=True)
class ButtonDraft:
    """One button. ``example`` is an address's end or a code to copy; ``rest``, as JSON, is what no field shows."""

    kind: str
    text: str = ""
    url: str = ""
    example: str = ""
    phone: str = ""
    flow_id: str = ""
    flow_screen: str = ""
    otp_type: str = OTP_TYPES[0]
    autofill_text: str = ""
    package_name: str = ""
    signature_hash: str = ""
    zero_tap_terms: bool = False
    rest: str = ""


@dataclass(frozen=True)
class CardDraft:
    """One card of a carousel; ``examples`` are by what the card itself calls its variables."""

    body: str = ""
    header_handle: str = ""
    header_name: str = ""
    buttons: tuple[ButtonDraft, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Draft:
    """The form. Numbers are kept as typed; ``examples`` are by placeholder key.

    ``seen`` is the version that the person began with. ``kept``, as JSON, are components that are made elsewhere (cards
    with products): they are shown and pass unchanged. Beside a ``carousel`` there is only the body: the other parts
    stay in the form, and come back where it is taken out. Its cards' headers are all of one kind, ``cards_header``.
    """

    account: str = ""
    name: str = ""
    language: str = "pt_BR"
    category: str = "UTILITY"
    named: bool = True
    header: str = ""
    header_text: str = ""
    header_handle: str = ""
    header_name: str = ""
    offer: bool = False
    offer_text: str = ""
    offer_ends: bool = False
    body: str = ""
    footer: str = ""
    security: bool = True
    minutes: str = "10"
    ttl: str = ""
    seen: str = ""
    buttons: tuple[ButtonDraft, ...] = ()
    examples: Mapping[str, str] = field(default_factory=dict)
    carousel: bool = False
    cards_header: str = "IMAGE"
    cards: tuple[CardDraft, ...] = ()
    kept: str = ""

    @property
    def is_code(self) -> bool:
        """Meta writes its words."""
        return self.category == "AUTHENTICATION"

    @property
    def may_offer(self) -> bool:
        """Only marketing makes offers; one that is made in another category is shown, so that it can be taken out."""
        return self.category == "MARKETING" or self.offer

    @property
    def may_have_cards(self) -> bool:
        """As with offers."""
        return self.category == "MARKETING" or self.carousel

    @property
    def card_kinds(self) -> tuple[str, ...]:
        """The kinds of the buttons, which all cards have alike."""
        return tuple(button.kind for button in self.cards[0].buttons) if self.cards else ()

    @property
    def has_file(self) -> bool:
        return self.header in {"IMAGE", "VIDEO", "DOCUMENT", "GIF"}


def read(data: QueryDict) -> Draft:
    """The form as it was sent. What is no field of it is left out; line breaks are the browser's made ours."""
    cards = tuple(_with_rows(CardDraft, data, f"cards.{i}.") for i in range(_count(data, "cards", MOST_CARDS)))
    draft = replace(_with_rows(Draft, data, ""), cards=cards)
    return _with_its_cards(_with_its_button(draft))


def set_aside(draft: Draft) -> dict[str, str]:
    """What the form holds and does not show now, as it is sent: it comes back where somebody chooses otherwise."""
    if not draft.carousel:
        return _sent_cards(draft)
    if draft.is_code:
        return _sent_cards(draft) | {"carousel": "1"}
    hidden = ("header", "header_text", "offer", "offer_text", "offer_ends", "footer")
    sent = {name: value for name, value in _sent(draft, "").items() if name in hidden}
    return sent | _sent_buttons(draft.buttons, "")


def _sent_cards(draft: Draft) -> dict[str, str]:
    sent = {"cards": str(len(draft.cards)), "cards_header": draft.cards_header}
    for i, card in enumerate(draft.cards):
        at = f"cards.{i}."
        sent |= _sent(card, at) | _sent_buttons(card.buttons, at)
        sent |= {f"{at}{EXAMPLE}{key}": value for key, value in card.examples.items()}
    return sent


def _sent_buttons(buttons: tuple[ButtonDraft, ...], prefix: str) -> dict[str, str]:
    rows = (_sent(button, f"{prefix}buttons.{i}.") for i, button in enumerate(buttons))
    return {name: value for row in rows for name, value in row.items()} | {f"{prefix}buttons": str(len(buttons))}


def _sent(held: Any, prefix: str) -> dict[str, str]:
    """Texts that say something, and the boxes that are ticked."""
    values = ((prefix + one.name, getattr(held, one.name)) for one in fields(held))
    return {name: "1" if value is True else value for name, value in values if value is True or _says(value)}


def _says(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def next_card(draft: Draft) -> CardDraft:
    """With the buttons of the one before it, which mostly say the same."""
    return CardDraft(buttons=draft.cards[-1].buttons if draft.cards else (ButtonDraft(KIND_OF_CARDS),))


def _with_its_cards(draft: Draft) -> Draft:
    """A carousel begins with the two cards that it has at least."""
    if not draft.carousel or draft.cards:
        return draft
    return replace(draft, cards=(next_card(draft),) * 2)


def _with_its_button(draft: Draft) -> Draft:
    """A code has one button, of a kind that nothing else has."""
    codes = tuple(button for button in draft.buttons if button.kind == "OTP")
    if draft.is_code:
        return replace(draft, buttons=codes[:1] or (ButtonDraft("OTP"),))
    return replace(draft, buttons=tuple(button for button in draft.buttons if button not in codes))


def _with_rows(kind: Any, data: QueryDict, prefix: str) -> Any:
    """A template or a card: its own fields, its buttons, its variables' samples."""
    count, begin = _count(data, f"{prefix}buttons", MOST_BUTTONS), prefix + EXAMPLE
    buttons = tuple(_filled(ButtonDraft, data, f"{prefix}buttons.{i}.") for i in range(count))
    examples = {name.removeprefix(begin): _text(data, name) for name in data if name.startswith(begin)}
    return replace(_filled(kind, data, prefix), buttons=buttons, examples=examples)


def _count(data: QueryDict, name: str, most: int) -> int:
    count = data.get(name, "")
    return min(int(count), most) if count.isdecimal() and len(count) < 9 else 0


def _filled(kind: Any, data: QueryDict, prefix: str) -> Any:
    """Texts as sent, boxes by whether they were sent; other fields keep what they begin with."""
    values: dict[str, Any] = {}
    for one in fields(kind):
        name = prefix + one.name
        if one.type in (bool, "bool"):
            values[one.name] = name in data
        elif one.type in (str, "str") and (name in data or one.name == "kind"):
            values[one.name] = _text(data, name)
    return kind(**values)


def _text(data: QueryDict, name: str) -> str:
    return data.get(name, "")[:LONGEST].replace("\r\n", "\n").replace("\x00", "")
