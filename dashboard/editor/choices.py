"""What the editor's form offers to choose from, and the samples that it asks for."""

from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from dashboard import template_words
from dashboard.editor import definitions
from dashboard.editor.typed import Draft
from templates_mgmt.fields import FIELDS
from templates_mgmt.models import MessageTemplate
from templates_mgmt.rules.limits import COUNTED

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
    }


def with_samples(draft: Draft) -> Draft:
    """With a sample for each variable that is called as a field is and that nobody gave one yet."""
    slots = [] if draft.is_code else definitions.slots(draft)
    fresh = {
        slot.key: FIELDS[slot.name].sample for slot in slots if slot.name in FIELDS and slot.key not in draft.examples
    }
    return replace(draft, examples={**draft.examples, **fresh})


def samples(draft: Draft) -> dict[str, Any]:
    """The variables of the text with their samples, and what each is called where its name is a field's."""
    slots = [] if draft.is_code else definitions.slots(draft)
    told = [(slot, draft.examples.get(slot.key, ""), FIELDS.get(slot.name, "")) for slot in slots]
    return {"examples": told, "variables": variables(draft)}


def variables(draft: Draft) -> str:
    """Which variables the text has: the page sends it back, so that samples come anew only when these change."""
    return "" if draft.is_code else ",".join(slot.key for slot in definitions.slots(draft))
