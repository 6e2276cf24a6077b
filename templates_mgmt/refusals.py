"""Why nothing was written at Meta: our own reasons beside the rules, and Meta's, each at its field where it has one."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from templates_mgmt.rules import Problem
from whatsapp.errors import ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.providers.meta import error_codes

WHOLE = "template"  # the field of what is no single field's fault

SENTENCES: Mapping[str, Promise] = {
    "stale": _("%(by)s changed this template while you were writing. Load it again and repeat your change."),
    "busy": _("This template is being sent to Meta right now. Look again in a minute."),
    "no_draft": _("There is no change to send."),
    "name_taken": _("The account already has a template of this name in this language."),
    "in_use": _("This template speaks for: %(kinds)s. Choose another one for them first."),
    "delete_status": _("Meta does not let a disabled template be deleted."),
    "unpause_status": _("Only a paused template can be taken up again."),
    "archive_status": _("Meta lets only approved and rejected templates be archived."),
    "unarchive_status": _("This template is not archived."),
    "not_sent_yet": _("Meta does not have this template yet."),
    "no_app": _("The platform's app id at Meta is not set, so that no file can be uploaded. Tell the platform's team."),
    "file_type": _("Meta takes PNG and JPEG images, MP4 videos and PDF documents as examples."),
    "file_size": _("The file may have at most %(limit)d MB."),
    # what Meta refused
    "meta_refused": _("Meta refused it. %(sentence)s"),
    "meta_words": _("Meta refused it and says: %(words)s"),
    "meta_silent": _("Meta did not answer. Try again in a minute: nothing is made twice."),
    "meta_exists": _("Meta already has a template of this name in this language. Synchronise, or choose another name."),
    "meta_deleting": _("Meta is still deleting a template of this name. Choose another one, or wait up to 30 days."),
    "meta_full": _("The account has as many templates as Meta allows. Delete one that nobody uses."),
    "meta_language": _("Meta takes no templates in this language."),
    "meta_long": _("Meta finds a text too long."),
    "meta_format": _("Meta does not take the way in which the parts are put together."),
    "meta_header": _(
        "Meta does not take this header: one line, without emoji and formatting, with one variable at most."
    ),
    "meta_body": _("Meta does not take this body: look at its variables and their examples."),
    "meta_footer": _("Meta does not take this footer: one line, without variables."),
    "meta_ratio": _("Meta finds too many variables for so little text. Write more beside them."),
    "meta_edge": _("Meta takes no text that begins or ends with a variable."),
}

# Subcode of Meta's refusal: the field it speaks of, and our sentence.
SUBCODES: Mapping[int, tuple[str, str]] = {
    2388019: ("name", "meta_full"),
    2388023: ("name", "meta_deleting"),
    2388024: ("name", "meta_exists"),
    2388039: ("components", "meta_format"),
    2388040: ("body.text", "meta_long"),
    2388047: ("header.text", "meta_header"),
    2388049: ("language", "meta_language"),
    2388072: ("body.text", "meta_body"),
    2388073: ("footer.text", "meta_footer"),
    2388293: ("body.text", "meta_ratio"),
    2388299: ("body.text", "meta_edge"),
}
EXISTS, NOT_FOUND = 2388024, 2593002
WIRE = (ProviderError, OutcomeUnknown)

# What is wrong is the state that the template is in, not what was asked of it.
BY_THE_STATE = frozenset(
    {
        *("stale", "busy", "no_draft", "in_use", "not_sent_yet"),
        *(
            "delete_status",
            "unpause_status",
            "archive_status",
            "unarchive_status",
            "edit_status",
            "edit_day",
            "edit_month",
        ),
    }
)
PASSING = frozenset({ErrorKind.TRANSIENT, ErrorKind.RATE_LIMITED})


class Refusal(Problem):
    """A reason of this module; the rest is a rule's."""

    sentences: ClassVar[Mapping[str, Promise]] = SENTENCES


class NotWritten(Exception):
    """Nothing was written at Meta, or nobody knows (``meta_silent``); ``problems`` say why, each at its field.

    ``provider_failed``: Meta refused or did not answer; else it was never asked.
    """

    def __init__(self, problems: Sequence[Problem], *, provider_failed: bool = False) -> None:
        super().__init__("; ".join(f"{problem.field}: {problem.code}" for problem in problems))
        self.problems = list(problems)
        self.provider_failed = provider_failed


def refuse(code: str, field: str = WHOLE, **values: object) -> NotWritten:
    return NotWritten([Refusal(code, field, values)])


def somebody() -> str:
    """Who changed something where no name was kept."""
    return gettext("Somebody")


def of_meta(error: ProviderError | OutcomeUnknown) -> NotWritten:
    """What Meta's answer means for who writes."""
    return NotWritten([_reason(error)], provider_failed=True)


def _reason(error: ProviderError | OutcomeUnknown) -> Refusal:
    if not isinstance(error, Refused):
        return Refusal("meta_silent", WHOLE)
    if error.subcode in SUBCODES or error.code in SUBCODES:
        field, code = SUBCODES.get(error.subcode or 0) or SUBCODES[error.code]
        return Refusal(code, field)
    if error.kind in {ErrorKind.CONTENT, ErrorKind.UNKNOWN, ErrorKind.TEMPLATE} and error.details:
        return Refusal("meta_words", WHOLE, {"words": error.details})
    return Refusal("meta_refused", WHOLE, {"sentence": error_codes.sentence(error.code, error.details)})
