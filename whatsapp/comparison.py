"""What a connection should be at Meta, what it is, and what one click mends.

A webhook that is switched off tells nobody: so it is asked for. Each question stands alone, and one that Meta does not
answer leaves its findings unknown, never wrong.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants import alerts, audit
from tenants.models import PhoneNumber
from tenants.models.connection import Provider
from whatsapp import delivery, portfolios
from whatsapp.errors import OutcomeUnknown, ProviderError, Refused
from whatsapp.health_alerts import HEALTHY_STATUSES, TOKEN_ENDS_SOON
from whatsapp.models import ConnectionCheck
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, AppWebhook, NumberFacts, Subscription, TokenFacts
from whatsapp.providers.meta import error_codes, signup
from whatsapp.providers.meta.signup import AccountFacts

log = structlog.get_logger(__name__)

State = PhoneNumber.State
ASKED = frozenset({State.CONNECTED, State.DEGRADED, State.PAUSED})
ALERT = "connection_differs"
THREADS = 8
ROUND = timedelta(minutes=20)
OK, DIFFERS, UNKNOWN = "ok", "differs", "unknown"

NEEDED_SCOPES = frozenset({"whatsapp_business_management", "whatsapp_business_messaging"})
NEEDED_FIELDS = frozenset({
    "messages", "account_update", "account_alerts", "account_review_update", "business_capability_update",
    "message_template_status_update", "message_template_quality_update", "message_template_components_update",
    "template_category_update", "phone_number_name_update", "phone_number_quality_update", "security",
    "user_preferences",
})  # fmt: skip
COEXISTENCE_FIELDS = frozenset({"history", "smb_app_state_sync", "smb_message_echoes"})


class MendRefused(Exception):
    """It cannot be mended from here; the text is a translated sentence."""


@dataclass(frozen=True)
class Answers:
    """What Meta told of one number; None where it told nothing. ``refusals`` are its errors by question."""

    token: TokenFacts | None = None
    facts: NumberFacts | None = None
    subscription: Subscription | None = None
    app: AppWebhook | None = None
    account: AccountFacts | None = None
    refusals: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """One fact: ``ok``, ``differs`` or ``unknown``; ``expected`` and ``found`` as Meta spells them."""

    name: str
    state: str
    expected: str = ""
    found: str = ""

    @property
    def fact(self) -> "Fact":
        return FACTS[self.name]

    @property
    def is_mendable(self) -> bool:
        return self.state == DIFFERS and self.fact.mend is not None


Judge = Callable[[PhoneNumber, Answers, datetime], tuple[bool, str, str] | None]  # is right, expected, found


@dataclass(frozen=True)
class Fact:
    """A thing that is compared: its question, its judge, and in the operator's words what it is and who mends it."""

    question: str
    judge: Judge
    word: str | Promise
    advice: str | Promise
    mend: Callable[[AccountAccess], None] | None = None


# --- comparing --------------------------------------------------------------------------------------------------------


def check(number: PhoneNumber, now: datetime) -> ConnectionCheck:
    """Asks Meta at once, keeps what it told and lets the alert follow. Not inside a transaction."""
    return record(number, ask(number, _access(number), delivery.access_of_app()), now)


def check_all(now: datetime, *, deadline: timedelta = ROUND) -> int:
    """Compares every number that acts through Meta; answers how many. One that fails stops no other."""
    ends, app, done = monotonic() + deadline.total_seconds(), delivery.access_of_app(), 0
    rows = PhoneNumber.objects.filter(owned_until=None, provider=Provider.META, state__in=ASKED)
    numbers = list(rows.select_related("tenant", "account").order_by("check_row__at", "pk"))
    for start in range(0, len(numbers), THREADS):
        if monotonic() > ends:
            break
        batch = [(number, _access(number)) for number in numbers[start : start + THREADS]]
        with ThreadPoolExecutor(THREADS) as pool:  # threads touch no database
            answers = list(pool.map(lambda pair: ask(pair[0], pair[1], app), batch))
        for (number, _ours), told in zip(batch, answers, strict=True):
            record(number, told, now)
            done += 1
    return done


def ask(number: PhoneNumber, access: AccountAccess | None, app: AccountAccess | None) -> Answers:
    """Each question by itself; without an access only what the app itself may ask."""
    provider, told, refusals = get_provider(number.provider), {}, {}
    questions: dict[str, Callable[[], Any]] = {}
    if access:
        questions["token"] = lambda: provider.fetch_token(access)
        questions["facts"] = lambda: provider.fetch_number(access)
        questions["subscription"] = lambda: provider.fetch_subscription(access)
        if number.provider == Provider.META:
            questions["account"] = lambda: signup.fetch_account(access)
    else:
        refusals["token"] = error_codes.sentence(190)
    if app and number.provider == Provider.META:
        questions["app"] = lambda: provider.fetch_app_webhook(app, settings.WHATSAPP_META_APP_ID)
    for name, question in questions.items():
        try:
            told[name] = question()
        except Refused as refusal:
            refusals[name] = error_codes.sentence(refusal.code, refusal.details)
        except (ProviderError, OutcomeUnknown) as error:
            log.warning("comparison_unknown", phone_number_id=number.phone_number_id, question=name, error=str(error))
    return Answers(**told, refusals=refusals)


def _access(number: PhoneNumber) -> AccountAccess | None:
    try:
        return delivery.access_for(number)
    except Refused:
        return None


def record(number: PhoneNumber, answers: Answers, now: datetime) -> ConnectionCheck:
    """Keeps the comparison; one alert a number while something differs."""
    findings = list(compare(number, answers, now))
    values = {"tenant_id": number.tenant_id, "at": now, "findings": [vars(finding) for finding in findings]}
    row = ConnectionCheck.objects.update_or_create(number=number, defaults=values)[0]
    if number.account and answers.account:
        portfolios.learn(number.account, answers.account.business_portfolio_id)
    wrong = [finding.name for finding in findings if finding.state == DIFFERS]
    subject = number.phone_number_id
    if wrong and not alerts.unsolved(ALERT, tenant=number.tenant, subject=subject).filter(detail__facts=wrong).exists():
        detail = {"number": number.display_phone_number, "facts": wrong}
        alerts.raise_alert(ALERT, tenant=number.tenant, subject=subject, now=now, **detail)
    elif not wrong:
        alerts.solve(ALERT, tenant=number.tenant, subject=subject, now=now)
    return row


def compare(number: PhoneNumber, answers: Answers, now: datetime) -> Iterator[Finding]:
    """Every fact of FACTS, in its order."""
    for name, fact in FACTS.items():
        refusal = answers.refusals.get(fact.question)
        if refusal:
            yield Finding(name, DIFFERS if name == "token" else UNKNOWN, _valid() if name == "token" else "", refusal)
            continue
        judged = fact.judge(number, answers, now) if getattr(answers, fact.question) is not None else None
        if judged is None:
            yield Finding(name, UNKNOWN)
        else:
            yield Finding(name, OK if judged[0] else DIFFERS, *judged[1:])


def findings_of(row: ConnectionCheck | None) -> list[Finding]:
    """A stored comparison, without facts that this version does not know any more."""
    return [Finding(**one) for one in row.findings if one.get("name") in FACTS] if row else []


def differences(row: ConnectionCheck | None) -> list[Finding]:
    return [finding for finding in findings_of(row) if finding.state == DIFFERS]


# --- mending ----------------------------------------------------------------------------------------------------------


def mend(number: PhoneNumber, name: str, *, actor: Any, now: datetime) -> ConnectionCheck:
    """Does what sets one fact right, then compares anew. MendRefused where nothing can be done from here."""
    fact = FACTS.get(name)
    if fact is None or fact.mend is None:
        raise MendRefused(_("This cannot be mended from here."))
    try:
        fact.mend(delivery.access_for(number))
    except Refused as refusal:
        raise MendRefused(error_codes.sentence(refusal.code, refusal.details)) from None
    except (ProviderError, OutcomeUnknown):
        raise MendRefused(_("Meta did not answer. Try again in a few minutes.")) from None
    audit.record("connection.mended", tenant=number.tenant, actor=actor, obj=number, fact=name)
    return check(number, now)


# --- what is expected -------------------------------------------------------------------------------------------------


def expected_callback() -> str:
    """Where Meta's webhooks must go."""
    return f"{settings.PUBLIC_URL}{reverse('meta-webhook')}"


def needed_fields(number: PhoneNumber) -> frozenset[str]:
    return NEEDED_FIELDS | (COEXISTENCE_FIELDS if number.coexistence else frozenset())


def _valid() -> str:
    return _("valid")


def _token(_number: PhoneNumber, answers: Answers, _now: datetime) -> tuple[bool, str, str] | None:
    token = answers.token
    return (token.valid, _valid(), _valid() if token.valid else _("not valid")) if token else None


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
    return (found == expected_callback(), expected_callback(), found) if found else None


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
    get_provider(access.provider).subscribe(access)


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
