"""Templates of one-time codes: Meta writes their words, the business chooses the button."""

import re
from collections.abc import Iterator

from templates_mgmt.rules import words
from templates_mgmt.rules.buttons import TEXT_LIMIT
from templates_mgmt.rules.draft import Draft, Part
from templates_mgmt.rules.problems import Problem

KINDS = ("COPY_CODE", "ONE_TAP", "ZERO_TAP")
WITH_APPS = ("ONE_TAP", "ZERO_TAP")
MOST_APPS = 5
MINUTES = range(1, 91)
PACKAGE = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*(\.[a-zA-Z][a-zA-Z0-9_]*)+", re.ASCII)
PACKAGE_LIMIT = 224
SIGNATURE = re.compile(r"[a-zA-Z0-9+/=]{11}", re.ASCII)
NOT_HERE = ("HEADER", "CAROUSEL", "LIMITED_TIME_OFFER")


def fixed_words(draft: Draft) -> Iterator[Problem]:
    if not draft.is_authentication:
        return
    yield from (Problem("otp_component", kind.lower()) for kind in NOT_HERE if draft.parts.get(kind))
    for kind in ("BODY", "FOOTER"):
        part = draft.parts.get(kind)
        if part and part.text():
            yield Problem("otp_own_words", part.field("text"))
    body, footer = draft.parts.get("BODY"), draft.parts.get("FOOTER")
    if body and not isinstance(body.data.get("add_security_recommendation", False), bool):
        yield Problem("otp_recommendation", "body.add_security_recommendation")
    if footer and not _is_minutes(footer):
        yield Problem("otp_minutes", "footer.code_expiration_minutes")


def _is_minutes(footer: Part) -> bool:
    minutes = footer.data.get("code_expiration_minutes")
    return isinstance(minutes, int) and not isinstance(minutes, bool) and minutes in MINUTES


def button(draft: Draft) -> Iterator[Problem]:
    if not draft.is_authentication:
        return
    buttons = draft.parts.buttons
    if len(buttons) != 1 or buttons[0].word() != "OTP":
        yield Problem("otp_button", "buttons")
        return
    if buttons[0].word("otp_type") not in KINDS:
        yield Problem("otp_type", "buttons.0.otp_type")
    for name in ("text", "autofill_text"):
        if buttons[0].data.get(name) is not None:
            yield from words.presence(buttons[0], TEXT_LIMIT, name)
            yield from words.plain(buttons[0], name)


def apps(draft: Draft) -> Iterator[Problem]:
    """The apps that may take the code by themselves."""
    told = next((one for one in draft.parts.buttons if one.word("otp_type") in WITH_APPS), None)
    if not draft.is_authentication or told is None:
        return
    found = told.objects("supported_apps")
    if not 1 <= len(found) <= MOST_APPS:
        yield Problem("otp_apps", told.field("supported_apps"), {"most": MOST_APPS})
    for app in found:
        yield from _app(app)
    if told.word("otp_type") == "ZERO_TAP" and told.data.get("zero_tap_terms_accepted") is not True:
        yield Problem("otp_terms", told.field("zero_tap_terms_accepted"))


def _app(app: Part) -> Iterator[Problem]:
    package = app.text("package_name")
    if not PACKAGE.fullmatch(package) or len(package) > PACKAGE_LIMIT:
        yield Problem("otp_package", app.field("package_name"))
    if not SIGNATURE.fullmatch(app.text("signature_hash")):
        yield Problem("otp_signature", app.field("signature_hash"))


def elsewhere(draft: Draft) -> Iterator[Problem]:
    """What only templates of one-time codes have."""
    if draft.is_authentication:
        return
    for kind, name in (("BODY", "add_security_recommendation"), ("FOOTER", "code_expiration_minutes")):
        part = draft.parts.get(kind)
        if part and part.data.get(name) is not None:
            yield Problem("otp_elsewhere", part.field(name))
