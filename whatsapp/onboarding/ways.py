"""The ways to connect, and the steps of each: their names, words, and who does them."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from whatsapp.models import Signup

Way = Signup.Way
PHONE_APP = "whatsapp_business_app_onboarding"


@dataclass(frozen=True)
class StepWords:
    """A step as people read it: what it is called, and what happens in it."""

    name: str
    title: Promise
    explained: Promise


WORDS: dict[str, StepWords] = {
    step.name: step
    for step in (
        StepWords(
            "code", _("Authorization at Meta"), _("The business agrees in Meta's window, and Meta gives access.")
        ),
        StepWords("token", _("Access checked"), _("Which app the access is for, what it may do, and until when.")),
        StepWords("session", _("Account and number"), _("Which account and number are to be connected.")),
        StepWords("proof", _("Ownership proved"), _("The access itself must be able to read account and number.")),
        StepWords("subscribe", _("Webhooks"), _("Meta is told to send this account's messages to Recado.")),
        StepWords("register", _("Number registered"), _("The number is taken into the Cloud API, with a PIN.")),
        StepWords("facts", _("Number read"), _("Name, quality and limits, as Meta has them now.")),
        StepWords("save", _("Connection saved"), _("Number and access are stored, and the number may send.")),
        StepWords("sync", _("Contacts and history"), _("The app on the phone is asked for its contacts and history.")),
        StepWords("test", _("Test message"), _("A message to a phone of yours, to see that it works.")),
    )
}
STEPS: dict[str, tuple[str, ...]] = {
    Way.COEXISTENCE: (
        *("code", "token", "session", "proof", "subscribe", "register", "facts", "save", "sync", "test"),
    ),
    Way.NEW_NUMBER: ("code", "token", "session", "proof", "subscribe", "register", "facts", "save", "test"),
    Way.MANUAL: ("token", "session", "proof", "subscribe", "register", "facts", "save", "test"),
}
OF_THE_WINDOW = frozenset({"code", "session"})  # what Meta's window tells
OF_A_PERSON = frozenset({"test"})  # waits for a person, and nothing waits for it
BEFORE_PROOF = ("code", "token", "session", "proof")  # what another answer of Meta's window does anew


def extras(way: str) -> dict[str, Any]:
    """What FB.login is given beside the configuration (Embedded Signup v4)."""
    with_phone_app = {"featureType": PHONE_APP, "sessionInfoVersion": "3"}
    return {"setup": {}} | (with_phone_app if way == Way.COEXISTENCE else {})
