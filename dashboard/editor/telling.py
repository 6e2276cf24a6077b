"""What Meta's rules say of a draft, each sentence at its field of the editor's form.

A field's place is called as the rules call it (``buttons.1.url``), so that nothing is translated between them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboard.editor.typed import ButtonDraft, CardDraft, Draft
from templates_mgmt.rules import Problem, header, offer
from templates_mgmt.rules import body as body_rules
from templates_mgmt.rules import buttons as button_rules

FORM = ""  # above all fields: what speaks of none of them
AROUND = (FORM, "name", "language", "category", "message_send_ttl_seconds")
OF_WORDS = ("header", "body.text", "parameter_format", "body.example", "footer")
OF_AN_OFFER = ("limited_time_offer.text", "limited_time_offer.has_expiration")
OF_CARDS = ("body.text", "parameter_format", "body.example", "carousel.cards")
OF_A_CARD = ("", ".header", ".body", ".body.text", ".body.example", ".buttons")
OF_A_CODE = ("header", "body", "footer")
OF_A_BUTTON = {
    "QUICK_REPLY": ("text",),
    "URL": ("text", "url", "example"),
    "PHONE_NUMBER": ("text", "phone_number"),
    "COPY_CODE": ("example",),
    "FLOW": ("text", "flow_id", "navigate_screen"),
    "CATALOG": ("text",),
    "OTP": ("text", "otp_type"),
}
OF_AN_APP = ("supported_apps.0.package_name", "supported_apps.0.signature_hash", "autofill_text")
TERMS = "zero_tap_terms_accepted"
# Said of what is not filled in yet: while somebody still writes that is no news.
UNFINISHED = frozenset(
    {"name_missing", "text_missing", "cards_text", "examples_missing", "header_file_missing", "code_example",
     "url_example", "flow_reference", "otp_package", "otp_signature", "otp_terms"}
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """``sentences`` and ``lengths`` (characters, and how many Meta takes) by place; ``count`` is of all sentences."""

    sentences: Mapping[str, Sequence[str]]
    lengths: Mapping[str, tuple[int, int]]
    places: tuple[str, ...]

    @property
    def count(self) -> int:
        return sum(map(len, self.sentences.values()))


def told(draft: Draft, problems: Iterable[Problem], *, writing: bool = False) -> Told:
    """``writing``: somebody is still at it, and hears nothing yet of what is not filled in."""
    places = places_of(draft)
    sentences: dict[str, list[str]] = {}
    for problem in problems:
        if not (writing and problem.code in UNFINISHED):
            sentences.setdefault(place_of(problem.field, places), []).append(problem.sentence)
    return Told(sentences, _lengths(draft), places)


def places_of(draft: Draft) -> tuple[str, ...]:
    """Those that the form has now."""
    if draft.is_code:
        return (*AROUND, *OF_A_CODE, "buttons", *_of_buttons("buttons", draft.buttons))
    if draft.carousel:
        cards = (place for i, card in enumerate(draft.cards) for place in _of_a_card(f"carousel.cards.{i}", card))
        return (*AROUND, *OF_CARDS, *cards)
    own = (*OF_WORDS, *_of_a_header(draft), *(OF_AN_OFFER if draft.offer else ()))
    return (*AROUND, *own, "buttons", *_of_buttons("buttons", draft.buttons))


def _of_a_card(path: str, card: CardDraft) -> Iterator[str]:
    yield from (f"{path}{name}" for name in OF_A_CARD)
    yield from _of_buttons(f"{path}.buttons", card.buttons)


def _of_buttons(path: str, buttons: Sequence[ButtonDraft]) -> Iterator[str]:
    for i, button in enumerate(buttons):
        yield f"{path}.{i}"
        yield from (f"{path}.{i}.{part}" for part in _of_a_button(button))


def _of_a_header(draft: Draft) -> tuple[str, ...]:
    if draft.header == "TEXT":
        return "header.text", "header.example"
    return ("header.example",) if draft.has_file else ()


def _of_a_button(button: ButtonDraft) -> tuple[str, ...]:
    parts = OF_A_BUTTON.get(button.kind, ("text",))
    if button.kind != "OTP" or button.otp_type == "COPY_CODE":
        return parts
    return (*parts, *OF_AN_APP, *((TERMS,) if button.otp_type == "ZERO_TAP" else ()))


def place_of(field: str, places: Iterable[str]) -> str:
    """The closest place around ``field``: that of ``footer`` for ``footer.text``."""
    around = [place for place in places if f"{field}.".startswith(f"{place}.")]
    return max(around, key=len, default=FORM)


def slot_id(place: str) -> str:
    """The id of the element that holds a place's sentences."""
    return f"told-{place.replace('.', '-') or 'form'}"


def _lengths(draft: Draft) -> dict[str, tuple[int, int]]:
    labels = _of_labels("buttons", draft.buttons)
    if draft.is_code:
        return labels
    if draft.carousel:
        return _lengths_of_cards(draft.cards) | {"body.text": (len(draft.body), body_rules.TEXT_LIMIT)}
    has_offer = draft.offer or "LIMITED_TIME_OFFER" in draft.kept
    return labels | {
        "body.text": (len(draft.body), body_rules.OFFER_LIMIT if has_offer else body_rules.TEXT_LIMIT),
        "footer": (len(draft.footer), body_rules.FOOTER_LIMIT),
        "header.text": (len(draft.header_text), header.TEXT_LIMIT),
        "limited_time_offer.text": (len(draft.offer_text), offer.TEXT_LIMIT),
    }


def _lengths_of_cards(cards: Sequence[CardDraft]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for i, card in enumerate(cards):
        path = f"carousel.cards.{i}"
        found |= _of_labels(f"{path}.buttons", card.buttons)
        found[f"{path}.body.text"] = (len(card.body), body_rules.CARD_LIMIT)
    return found


def _of_labels(path: str, buttons: Sequence[ButtonDraft]) -> dict[str, tuple[int, int]]:
    return {f"{path}.{i}.text": (len(button.text), button_rules.TEXT_LIMIT) for i, button in enumerate(buttons)}
