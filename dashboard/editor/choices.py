"""What the editor's form offers to choose from, and the samples that it asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from dashboard import template_words
from dashboard.editor import definitions, typed
from dashboard.editor.typed import CardDraft, Draft
from templates_mgmt.fields import FIELDS
from templates_mgmt.models import MessageTemplate
from templates_mgmt.rules import carousel
from templates_mgmt.rules.limits import COUNTED
from templates_mgmt.structure import Placeholder

MARKS = (
    ("*", "format_bold", _("Bold")),
    ("_", "format_italic", _("Italic")),
    ("~", "strikethrough_s", _("Struck through")),
    ("```", "code", _("As typed")),
)
# Types of an example file by kind of header, and what is said of them.
FILES = {
    "IMAGE": ("image/jpeg", "image/png"),
    "VIDEO": ("video/mp4",),
    "GIF": ("video/mp4",),
    "DOCUMENT": ("application/pdf",),
}
FILE_HINTS = {
    "IMAGE": _("PNG or JPEG, up to 5 MB. Whoever reviews the template sees it; each message may carry another one."),
    "VIDEO": _("MP4, up to 16 MB. Whoever reviews the template sees it; each message may carry another one."),
    "DOCUMENT": _("PDF, up to 100 MB. Whoever reviews the template sees it; each message may carry another one."),
}
OTP_TYPES = {
    "COPY_CODE": _("The customer copies it"),
    "ONE_TAP": _("With one tap, into an Android app"),
    "ZERO_TAP": _("By itself, into an Android app"),
}


def offered(template: MessageTemplate | None, draft: Draft) -> dict[str, Any]:
    """``draft``'s own language and header are offered too where they are unusual ones."""
    hints = template_words.CATEGORY_HINTS
    languages = template_words.LANGUAGES | {draft.language: template_words.language_word(draft.language)}
    headers = template_words.HEADERS | {draft.header: template_words.header_word(draft.header)}
    return {
        "categories": [(name, word, hints[name]) for name, word in template_words.CATEGORIES.items()],
        "category_is_kept": template is not None and template.status == COUNTED,
        "languages": languages.items(),
        "headers": headers.items(),
        "accept": ",".join(FILES.get(draft.header, ())),
        "file_hint": FILE_HINTS.get(draft.header, ""),
        "marks": MARKS,
        "fields": FIELDS.items(),
        "button_kinds": [(kind, *look) for kind, look in template_words.BUTTONS.items() if kind != "OTP"],
        "otp_types": OTP_TYPES.items(),
        "cards_headers": [(name, template_words.header_word(name)) for name in carousel.HEADERS],
        "cards_accept": ",".join(FILES.get(draft.cards_header, ())),
        "cards_file_hint": FILE_HINTS.get(draft.cards_header, ""),
        "cards_most": carousel.CARDS[-1],
        "card_kinds": [(kind, *template_words.BUTTONS[kind]) for kind in carousel.BUTTONS],
        "card_kinds_most": carousel.MOST_BUTTONS,
        "set_aside": typed.set_aside(draft).items(),
    }


@dataclass(frozen=True)
class Samples:
    """The variables of a text with their samples, and what each is called where its name is a field's.

    ``at`` begins the names of their fields (``cards.0.``), ``whose`` the ids; ``place`` is where a lacking one is told.
    ``variables`` says which they are: the page sends it back, so that samples come anew only when these change.
    """

    at: str
    whose: str
    place: str
    rows: Sequence[tuple[Placeholder, str, Any]]

    @property
    def variables(self) -> str:
        return ",".join(slot.key for slot, _value, _word in self.rows)


def with_samples(draft: Draft) -> Draft:
    """With a sample for each variable that is called as a field is and that nobody gave one yet."""
    cards = tuple(replace(card, examples=_fresh(definitions.card_slots(card), card.examples)) for card in draft.cards)
    return replace(draft, examples=_fresh(_slots(draft), draft.examples), cards=cards)


def samples(draft: Draft) -> Samples:
    """Of the text and the header."""
    return Samples("", "", "", _rows(_slots(draft), draft.examples))


def samples_of_cards(draft: Draft) -> list[tuple[CardDraft, Samples]]:
    """The cards that the form shows, each with its own."""
    shown = draft.cards if draft.carousel and not draft.is_code else ()
    return [(card, _of_a_card(i, card)) for i, card in enumerate(shown)]


def _of_a_card(place: int, card: CardDraft) -> Samples:
    rows = _rows(definitions.card_slots(card), card.examples)
    return Samples(f"cards.{place}.", f"card-{place}-", f"carousel.cards.{place}.", rows)


def _slots(draft: Draft) -> list[Placeholder]:
    return [] if draft.is_code else definitions.slots(draft)


def _rows(slots: Sequence[Placeholder], examples: Mapping[str, str]) -> list[tuple[Placeholder, str, Any]]:
    return [(slot, examples.get(slot.key, ""), FIELDS.get(slot.name, "")) for slot in slots]


def _fresh(slots: Sequence[Placeholder], examples: Mapping[str, str]) -> dict[str, str]:
    named = (slot for slot in slots if slot.name in FIELDS and slot.key not in examples)
    return {**examples, **{slot.key: FIELDS[slot.name].sample for slot in named}}
