"""What a connection should be at Meta: each fact with its question, its judge, its words and what mends it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants.models import PhoneNumber
from whatsapp import subscribing
from whatsapp.comparison.questions import Answers
from whatsapp.health_alerts import HEALTHY_STATUSES, TOKEN_ENDS_SOON
from whatsapp.providers.base import AccountAccess

NEEDED_SCOPES = frozenset({"whatsapp_business_management", "whatsapp_business_messaging"})
NEEDED_FIELDS = frozenset({
    "messages", "account_update", "account_alerts", "account_review_update", "business_capability_update",
    "message_template_status_update", "message_template_quality_update", "message_template_components_update",
    "template_category_update", "phone_number_name_update", "phone_number_quality_update", "security",
    "user_preferences",
})  # fmt: skip
COEXISTENCE_FIELDS = frozenset({"history", "smb_app_state_sync", "smb_message_echoes"})

Judge = Callable[[PhoneNumber, Answers, datetime], tuple[bool, str, str] | None]  # is right, expected, found


@dataclass(frozen=True)
class Fact:
    """A thing that is compared: its question, its judge, and in the operator's words what it is and who mends it."""

    question: str
    judge: Judge
    word: str | Promise
    advice: str | Promise
    mend: Callable[[AccountAccess], None] | None = None


def expected_callback() -> str:
    """Where Meta's webhooks must go."""
    return f"{settings.PUBLIC_URL}{reverse('meta-webhook')}"


def needed_fields(number: PhoneNumber) -> frozenset[str]:
    return NEEDED_FIELDS | (COEXISTENCE_FIELDS if number.coexistence else frozenset())


def valid() -> str:
    """How a token is that may be used."""
    return _("valid")


def _token(_number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    token = answers.token
    return (token.valid, valid(), valid() if token.valid else _("not valid")) if token else None


def _app_of_token(_number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    ours, token = settings.WHATSAPP_META_APP_ID, answers.token
    return (token.app_id == ours, ours, token.app_id) if token and token.app_id and ours else None


def _scopes(_number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    scopes = answers.token.scopes if answers.token else ()
    return (set(scopes) >= NEEDED_SCOPES, _joined(NEEDED_SCOPES), _joined(scopes)) if scopes else None


def _expiry(_number: PhoneNumber, answers: Answers, now: datetime) -> tuple[bool, str, str] | None:
    token = answers.token
    if token is None or not token.valid:
        return None
    ends = token.expires_at
    limit = now + TOKEN_ENDS_SOON
    expected = _("after %(day)s, or never") % {"day": f"{limit:%Y-%m-%d}"}
    return ends is None or ends >= limit, expected, f"{ends:%Y-%m-%d}" if ends else _("never")


def _status(_number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    facts = answers.facts
    return (facts.status in HEALTHY_STATUSES, "CONNECTED", facts.status) if facts and facts.status else None


def _subscribed(_number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    told, ours = answers.subscription, settings.WHATSAPP_META_APP_ID
    if told is None:
        return None
    is_right = ours in told.app_ids if ours else bool(told.app_ids)
    return is_right, ours or _("an app"), _joined(told.app_ids) or _("none")


def _callback(_number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    found = next(iter(answers.subscription.callbacks.values()), "") if answers.subscription else ""
    expected = settings.WHATSAPP_META_WEBHOOK_OVERRIDE_URL or expected_callback()
    return (found == expected, expected, found) if found else None


def _app_callback(_number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    app = answers.app
    if app is None:
        return None
    is_right = app.active and app.callback_url == expected_callback()
    return is_right, expected_callback(), app.callback_url or _("none")


def _fields(number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    if answers.app is None:
        return None
    missing = needed_fields(number) - set(answers.app.fields)
    found = _("missing: %(fields)s") % {"fields": _joined(missing)} if missing else _joined(answers.app.fields)
    return not missing, _joined(needed_fields(number)), found


def _joined(words: Iterable[str]) -> str:
    return ", ".join(sorted(words))


def _subscribe(access: AccountAccess) -> None:
    subscribing.subscribe(access)


FACTS: dict[str, Fact] = {
    "token": Fact(
        "token",
        _token,
        gettext_lazy("Access token"),
        gettext_lazy("Rotate the token, or connect the number again. Messages wait and nothing is lost."),
    ),
    "app": Fact(
        "token",
        _app_of_token,
        gettext_lazy("The token's app"),
        gettext_lazy("The token was made by another app. Rotate it for one of this platform's app."),
    ),
    "scopes": Fact(
        "token",
        _scopes,
        gettext_lazy("Permissions"),
        gettext_lazy("Connect the number again and accept every permission that Meta asks for."),
    ),
    "expiry": Fact(
        "token", _expiry, gettext_lazy("Token expires"), gettext_lazy("Rotate the token before it expires.")
    ),
    "status": Fact(
        "facts",
        _status,
        gettext_lazy("Number's status"),
        gettext_lazy("Open WhatsApp Manager, look at this number and follow what Meta asks for there."),
    ),
    "subscription": Fact(
        "subscription",
        _subscribed,
        gettext_lazy("Webhook subscription"),
        gettext_lazy("No message or status of this number reaches Recado. Subscribe again."),
        _subscribe,
    ),
    "callback": Fact(
        "subscription",
        _callback,
        gettext_lazy("Callback address"),
        gettext_lazy("Messages of this number go to another address. Subscribing again removes the account's own."),
        _subscribe,
    ),
    "app_callback": Fact(
        "app",
        _app_callback,
        gettext_lazy("App's callback address"),
        gettext_lazy("The platform's team sets the address in the app's dashboard at Meta, under Webhooks."),
    ),
    "fields": Fact(
        "app",
        _fields,
        gettext_lazy("Webhook fields"),
        gettext_lazy("The platform's team subscribes the missing fields in the app's dashboard, under Webhooks."),
    ),
}
