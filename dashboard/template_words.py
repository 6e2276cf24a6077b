"""What a template's state, quality and parts are called, and what Meta's verdicts mean for whoever wrote it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.states import StateLook
from templates_mgmt.models import MessageTemplate

MISSING = "MISSING"  # Meta's whole list did not name it

# The tip says what follows, and who must act.
STATUSES: dict[str, StateLook] = {
    "DRAFT": StateLook(
        pgettext_lazy("template", "Draft"), "edit_note", "grey", _("Only here: Meta has not got it yet. Submit it.")
    ),
    "APPROVED": StateLook(pgettext_lazy("template", "Approved"), "check_circle", "teal", _("It can be sent.")),
    "PENDING": StateLook(
        pgettext_lazy("template", "In review"),
        "clock",
        "blue",
        _("Meta reads it, mostly within minutes and at most within 24 hours. There is nothing to do."),
    ),
    "REJECTED": StateLook(
        pgettext_lazy("template", "Rejected"),
        "cross",
        "red",
        _("It cannot be sent. Mend what the reason names and submit it again."),
    ),
    "PAUSED": StateLook(
        pgettext_lazy("template", "Paused"),
        "pause",
        "amber",
        _(
            "Customers reported or blocked it. Meta lets it go on by itself after three hours, the second time after"
            " six; the third time it ends. Messages use the template in its place, or wait."
        ),
    ),
    "DISABLED": StateLook(
        pgettext_lazy("template", "Disabled"),
        "block",
        "red",
        _("Meta ended it because customers kept reporting it. Write another one with other words."),
    ),
    "IN_APPEAL": StateLook(
        pgettext_lazy("template", "In appeal"), "gavel", "blue", _("Meta looks at its decision again. Wait for it.")
    ),
    "PENDING_DELETION": StateLook(
        pgettext_lazy("template", "Being deleted"), "delete", "grey", _("Messages already sent still arrive.")
    ),
    "DELETED": StateLook(
        pgettext_lazy("template", "Deleted"), "line", "grey", _("Its name is free again after 30 days.")
    ),
    "LIMIT_EXCEEDED": StateLook(
        pgettext_lazy("template", "Over the limit"),
        "warning",
        "amber",
        _("The account has as many templates as Meta allows. Delete some that nothing uses."),
    ),
    "ARCHIVED": StateLook(
        pgettext_lazy("template", "Archived"),
        "inventory_2",
        "grey",
        _("It cannot be sent. Meta deletes it 28 days after archiving, unless it is taken out of the archive."),
    ),
    MISSING: StateLook(
        pgettext_lazy("template", "Not at Meta"),
        "question",
        "amber",
        _("Meta's list no longer names it. It was deleted there, or the account lost it. Nothing is sent with it."),
    ),
}

# Meta's reasons for a rejection -> what to mend.
REJECTIONS: dict[str, Promise] = {
    "ABUSIVE_CONTENT": _("Meta finds the words offensive or threatening. Write them anew."),
    "INVALID_FORMAT": _(
        "A variable or a part is not as Meta wants it. Look at the variables, their examples and links."
    ),
    "PROMOTIONAL": _("It advertises. Submit it as marketing, or take out what advertises."),
    "TAG_CONTENT_MISMATCH": _("The words do not fit the category or the language. Choose the one that fits."),
    "INCORRECT_CATEGORY": _("The words belong to another category. Choose the one that fits."),
    "SCAM": _("Meta takes it for a fraud. Say plainly who writes, and leave out what asks for money or data."),
}

CATEGORIES: dict[str, str | Promise] = dict(MessageTemplate.Category.choices)
CATEGORY_HINTS: dict[str, Promise] = {
    "UTILITY": _("About something the customer asked for: a booking, a change, a reminder."),
    "MARKETING": _("Offers, news, invitations. Only to people who agreed to them."),
    "AUTHENTICATION": _("A code for signing in. Meta writes the words."),
}

LANGUAGES: dict[str, Promise] = {
    "pt_BR": _("Portuguese (Brazil)"),
    "pt_PT": _("Portuguese (Portugal)"),
    "en_US": _("English (US)"),
    "en": _("English"),
    "es": _("Spanish"),
    "es_AR": _("Spanish (Argentina)"),
    "es_ES": _("Spanish (Spain)"),
    "es_MX": _("Spanish (Mexico)"),
    "fr": _("French"),
    "it": _("Italian"),
    "de": _("German"),
}

HEADERS: dict[str, str | Promise] = {
    "": _("No header"),
    "TEXT": _("Text"),
    "IMAGE": _("Image"),
    "VIDEO": _("Video"),
    "DOCUMENT": _("Document"),
    "LOCATION": _("Location"),
}
OTHER_HEADERS: dict[str, Promise] = {"GIF": _("Animation"), "PRODUCT": _("Product")}  # made elsewhere, shown here
HEADER_ICONS: dict[str, str] = {
    "IMAGE": "image",
    "VIDEO": "play_circle",
    "GIF": "gif_box",
    "DOCUMENT": "description",
    "LOCATION": "location_on",
    "PRODUCT": "sell",
}

# Button kinds as Meta spells them -> word, glyph.
BUTTONS: dict[str, tuple[Promise, str]] = {
    "QUICK_REPLY": (_("Quick reply"), "reply"),
    "URL": (_("Link"), "open_in_new"),
    "PHONE_NUMBER": (_("Call"), "call"),
    "COPY_CODE": (_("Copy code"), "content_copy"),
    "FLOW": (_("Flow"), "dynamic_form"),
    "CATALOG": (_("Catalogue"), "storefront"),
    "OTP": (_("Code for signing in"), "password"),
}
OTHER_BUTTONS: dict[str, str] = {
    "MPM": "list_alt",
    "SPM": "sell",
    "VOICE_CALL": "call",
    "REQUEST_CONTACT_INFO": "contact_page",
}


def look(status: str) -> StateLook:
    """A status that nobody knows is shown as it came."""
    return STATUSES.get(status) or StateLook(status or "?", "question", "grey")


def status_of(template: MessageTemplate) -> str:
    return MISSING if template.missing_since is not None else template.status


def rejection(reason: str) -> str | Promise:
    """Why Meta refused it; a reason that nobody knows is shown as it came."""
    return REJECTIONS.get(reason, reason)


def category_word(category: str) -> str | Promise:
    return CATEGORIES.get(category, category)


def language_word(language: str) -> str | Promise:
    return LANGUAGES.get(language, language)


def header_word(format_: str) -> str | Promise:
    return {**HEADERS, **OTHER_HEADERS}.get(format_, format_)


def button_word(kind: str) -> str | Promise:
    known = BUTTONS.get(kind)
    return known[0] if known else kind
