"""Why a stored event had no effect, or not its whole one: short codes on its row, sentences for people."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

BROKEN, ON_PURPOSE, UNKNOWN_TYPE, LEFT_OUT = "broken", "on_purpose", "unknown_type", "left_out"
ERASED = "erased"  # nothing is left to read
UNKNOWN = ("unknown_field", "unknown_item", "unknown_value", UNKNOWN_TYPE)  # what this version does not understand
PROBLEM = "value_error"  # followed by the code: "value_error 130429"

SENTENCES: dict[str, str | Promise] = {
    "": "",
    ON_PURPOSE: _("Known, and without consequence in this version."),
    "unknown_field": _("A field that this version does not know."),
    "unknown_item": _("A part of the field that this version does not know."),
    "unknown_value": _("A value that this version does not know."),
    UNKNOWN_TYPE: _("A message type that this version does not know; the message is shown as it came."),
    BROKEN: _("Without the ids that say what it is about."),
    LEFT_OUT: _("Some messages of this history had no id and were left out."),
    "empty": _("A signed body without events."),
    "not_understood": _("A signed body that is not a webhook."),
    "refused_by_database": _("Kept as bytes, since the database does not take it as text."),
    "unknown_number": _("Nobody has connected its number yet."),
    "unknown_account": _("Nobody has connected its account yet."),
    PROBLEM: _("WhatsApp reported an error without a code that can be read."),
    ERASED: _("Erased with the person it told of; only what stops a second delivery is left."),
    "released": _("Released to the number's owner."),
}


def of_problem(code: int | None) -> str:
    """The note of an error of the platform; None: it has no code that can be read."""
    return PROBLEM if code is None else f"{PROBLEM} {code}"


def sentence(note: str) -> str:
    """What a person reads; a note that has no sentence is shown as it is."""
    if note.startswith(f"{PROBLEM} "):
        return gettext("WhatsApp reported error %(code)s.") % {"code": note.removeprefix(f"{PROBLEM} ")}
    return str(SENTENCES.get(note, note))
