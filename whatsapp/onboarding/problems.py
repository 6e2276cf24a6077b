"""What can stop a signup, in the operator's words: what happened, and who does what next."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from whatsapp.errors import ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.models import SignupStep
from whatsapp.providers.meta import error_codes

SENTENCES: dict[str, Promise] = {
    # What a request gets; nothing of the signup changes.
    "state_missing": _("The proof of this page (state) is missing. Reload the page and open Meta's window again."),
    "state_forged": _("The proof of this page (state) does not belong to this connection. Nothing was connected."),
    "state_used": _("This answer of Meta's window was already used. Open the window again to try once more."),
    "state_expired": _("Meta's window was open for too long. Open it again; nothing was connected."),
    "other_browser": _("This connection was started in another browser. Go on there, or start again here."),
    "other_person": _("Another person started this connection. Start your own."),
    "over": _("This connection is over. Start a new one."),
    "not_retryable": _("This step cannot be tried again now."),
    "ids_invalid": _("The ids of Meta are numbers of at most 40 digits."),
    "code_missing": _("Meta's window gave no code. Open it again."),
    "pin_invalid": _("The PIN has 6 digits."),
    "phone_invalid": _("This is not a phone number. Example: (11) 98888-7777."),
    # What stops a step.
    "closed": _("Meta's window was closed before the end. Nothing was connected. Open it again to go on."),
    "cancelled": _(
        "Meta's window was closed at the step “%(at)s”. Nothing was connected. Open it again to go on from there."
    ),
    "meta_window": _("Meta reported a problem in its window: “%(said)s”. Correct it and open the window again."),
    "event_unknown": _("Meta's window ended in a way that Recado does not know (%(event)s). Open it again."),
    "no_account": _(
        "Meta's window did not say which account was chosen, and the access names none or several. Open it again."
    ),
    "code_expired": _("Meta's code is good for 30 seconds, and this one came too late. Open the window again."),
    "code_used": _("Meta's code was already used. Open the window again to get a new one."),
    "code_lost": _("Recado was interrupted while it exchanged Meta's code. Open the window again."),
    "code_refused": _("Meta did not take the code of its window. Open it again; if it happens again, ask support."),
    "app_missing": _(
        "The platform's app at Meta is not set up: app id, secret and configuration are missing. Ask support."
    ),
    "app_refused": _("Meta does not accept the platform's app id or secret. Ask support."),
    "token_invalid": _("Meta says that this access is not valid. Open the window again, or paste another token."),
    "token_lost": _("The stored access can no longer be read. Open Meta's window again, or paste the token again."),
    "other_app": _("This access was given to another app of Meta's, not to Recado's. Use one of Recado's app."),
    "scope_missing": _(
        "The access lacks a permission that Recado needs: %(scopes)s. Open Meta's window again and accept all of them."
    ),
    "account_unreadable": _(
        "The access cannot read this WhatsApp Business account. It belongs to somebody else, or was not shared. "
        "Nothing was connected."
    ),
    "number_elsewhere": _(
        "This number is not one of this WhatsApp Business account. Nothing was connected. Check the ids."
    ),
    "no_number": _("This WhatsApp Business account has no number yet. Add one in Meta's window and try again."),
    "several_numbers": _("This WhatsApp Business account has several numbers. Choose the one to connect."),
    "taken": _(
        "This number or its account is already connected to another company. Nothing was changed there or here. "
        "It must be disconnected there first."
    ),
    "not_here": _("%(said)s"),
    "pin_needed": _(
        "This number already has a PIN of two-step verification. Type it, or change it in WhatsApp Manager."
    ),
    "not_ready": _("Meta reports this number as %(status)s. Finish it in WhatsApp Manager, then try this step again."),
    "no_template": _(
        "There is no approved template without variables for a test, and the 24-hour window with this phone is closed. "
        "Send any message from this phone to the number, then try again."
    ),
    "own_number": _("This is the number itself. Use another phone for the test."),
    "not_answered": _("Meta did not answer in time, so that nobody knows whether it was done. Try this step again."),
    "unreachable": _("Meta could not be reached. Try this step again in a moment."),
    "refused": _("Meta refused this step. Correct what it says below, then try this step again."),
    "no_permission": _("Meta does not let this access do it: a permission is missing or was taken back."),
    "too_often": _("Meta asks for a slower pace. Wait a little, then try this step again."),
    "meta_trouble": _("Meta had a problem of its own. Try this step again in a moment."),
    "defect": _("Recado failed at this step, and the technical team can see why. Try it again, or ask support."),
}
BY_KIND = {
    ErrorKind.TRANSIENT: "meta_trouble",
    ErrorKind.RATE_LIMITED: "too_often",
    ErrorKind.TOKEN: "no_permission",
}
PIN_CODES = frozenset({133005})
# Codes whose sentence in the catalogue is about the number itself, not about a message.
OF_THE_NUMBER = frozenset({33, 368, 131031, 131037, 131045, 133006})

# Steps of Meta's own window, as CANCEL names them.
WINDOW_STEPS: dict[str, Promise] = {
    "BUSINESS_ACCOUNT_SELECTION": _("choose the business"),
    "WABA_PHONE_PROFILE_PICKER": _("choose the account and the number"),
    "WHATSAPP_BUSINESS_PROFILE_SETUP": _("business profile"),
    "PHONE_NUMBER_SETUP": _("add the number"),
    "PHONE_NUMBER_VERIFICATION": _("verify the number"),
    "PERMISSIONS": _("accept the permissions"),
}


class Stopped(Exception):
    """A step cannot be done; ``problem`` is a key of SENTENCES, ``detail`` fills it."""

    def __init__(self, problem: str, cause: Refused | None = None, **detail: Any) -> None:
        super().__init__(problem)
        self.problem, self.cause, self.detail = problem, cause, detail


class NotAllowed(Exception):
    """A request that changes nothing: ``problem`` as above."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.problem])


def of_error(error: ProviderError | OutcomeUnknown) -> Stopped:
    """What an error of the wire means for a step."""
    if isinstance(error, OutcomeUnknown):
        return Stopped("not_answered")
    if not isinstance(error, Refused):
        return Stopped("unreachable")
    if error.code in PIN_CODES:
        return Stopped("pin_needed", error)
    return Stopped(BY_KIND.get(error.kind, "refused"), error)


def sentence(step: SignupStep) -> str:
    """Why the step stopped, in the reader's language; empty when it did not."""
    if not step.problem:
        return ""
    if step.problem == "refused" and step.meta_code in OF_THE_NUMBER:
        return error_codes.sentence(step.meta_code)
    detail = dict(step.detail)
    if step.problem == "cancelled":
        detail["at"] = WINDOW_STEPS.get(detail["at"], detail["at"])
    return str(SENTENCES[step.problem]) % detail
