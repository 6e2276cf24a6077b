"""What each step does. A step raises Stopped, or the family of whatsapp.errors; done again it does no harm."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from tenants import connections, vault
from tenants.binding import Binding, BindingRefused, bind
from tenants.models import Credential, PhoneNumber, Provider
from whatsapp import coexistence, numbers, portfolios, subscribing
from whatsapp.errors import ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.models import Signup
from whatsapp.onboarding import trial
from whatsapp.onboarding.problems import Stopped, of_error
from whatsapp.onboarding.progress import Outcome
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, NumberFacts
from whatsapp.providers.meta import signup as wire
from whatsapp.providers.meta.signup import AccountFacts

SCOPES = ("whatsapp_business_management", "whatsapp_business_messaging")
READY = frozenset({"CONNECTED", ""})  # Meta does not always tell
EXPIRED, USED = 36007, 36009  # subcodes of a code that cannot be exchanged
OF_THE_APP = frozenset({1, 101})
HIDDEN = frozenset({ErrorKind.TOKEN, ErrorKind.CONTENT})  # how Meta says that something is not ours to read
PIN_DIGITS = 6


def exchange(code: str) -> str:
    """The token for the code of Meta's window."""
    try:
        return wire.exchange_code(our_app(), code)
    except Refused as refusal:
        if refusal.code in OF_THE_APP:
            raise Stopped("app_refused", refusal) from None
        known = {EXPIRED: "code_expired", USED: "code_used"}.get(refusal.subcode or 0)
        stopped = of_error(refusal)
        raise Stopped(known or (stopped.problem if stopped.problem != "refused" else "code_refused"), refusal) from None
    except (ProviderError, OutcomeUnknown) as error:
        raise of_error(error) from None


def code(signup: Signup, now: datetime) -> Outcome:
    """Only the browser's request exchanges a code; whoever finds this step unfinished finds it interrupted."""
    raise Stopped("code_lost")


def token(signup: Signup, now: datetime) -> Outcome:
    """Is it valid, of our app, with all that we need?"""
    plain = _token(signup)
    try:
        grant = wire.inspect(_inspector(plain), plain)
    except Refused as refusal:
        if refusal.code == 190 and not _has_app():
            raise Stopped("token_invalid", refusal) from None
        raise
    facts = grant.token
    if not facts.valid or (facts.expires_at and facts.expires_at <= now):
        raise Stopped("token_invalid")
    if _has_app() and facts.app_id != settings.WHATSAPP_META_APP_ID:
        raise Stopped("other_app")
    if missing := [scope for scope in SCOPES if scope not in facts.scopes]:
        raise Stopped("scope_missing", scopes=", ".join(missing))
    until = facts.expires_at.isoformat() if facts.expires_at else None
    told = {"scopes": list(facts.scopes), "kind": facts.kind, "expires_at": until, "user_id": facts.user_id}
    facts_then = signup.facts | {"token": told, "waba_ids": list(grant.waba_ids)}
    return Outcome(detail={"expires_at": until}, writes={"facts": facts_then})


def session(signup: Signup, now: datetime) -> Outcome:
    """Meta's window told nothing: the account is the one that the access was given for, if it is one."""
    granted = signup.facts.get("waba_ids", [])
    if len(granted) != 1:
        raise Stopped("no_account")
    return Outcome("by_access", {"waba_id": granted[0]}, {"waba_id": granted[0]})


def proof(signup: Signup, now: datetime) -> Outcome:
    """The token reads the account, and the number is one of that account's; nobody else has either."""
    access = _access(signup)
    try:
        account = wire.fetch_account(access)
        found = wire.fetch_numbers(access)
    except Refused as refusal:
        raise (Stopped("account_unreadable", refusal) if refusal.kind in HIDDEN else of_error(refusal)) from None
    chosen = _choose(signup, found)
    _check_free(signup, chosen)
    told = {"account": asdict(account), "number": asdict(found[chosen])}
    return Outcome(
        detail={"number": found[chosen].display_phone_number, "name": account.name},
        writes={"phone_number_id": chosen, "facts": signup.facts | told},
    )


def subscribe(signup: Signup, now: datetime) -> Outcome:
    """Our app gets the account's webhooks; then, where one is set, at an address of our own."""
    address = subscribing.subscribe(_access(signup))
    return Outcome("overridden", {"address": address}) if address else Outcome()


def register(signup: Signup, now: datetime) -> Outcome:
    """Never a number of the phone app. The PIN is kept before it is used: whoever dies here uses it again."""
    facts = _facts(signup)
    if signup.way == Signup.Way.COEXISTENCE or facts.coexistence:
        return Outcome("phone_app", skipped=True)
    if signup.way == Signup.Way.MANUAL and facts.status == "CONNECTED" and not signup.pin:
        return Outcome("registered_before", skipped=True)
    if not signup.pin:
        signup.pin = vault.encrypt(_new_pin())
        Signup.objects.filter(pk=signup.pk).update(pin=signup.pin)
    wire.register(_access(signup), vault.decrypt(bytes(signup.pin)))
    return Outcome("registered")


def facts(signup: Signup, now: datetime) -> Outcome:
    """The number as Meta has it now; one that cannot send yet is not connected."""
    found = get_provider(Provider.META).fetch_number(_access(signup))
    if found.status not in READY:
        raise Stopped("not_ready", status=found.status)
    shown = {"number": found.display_phone_number, "name": found.verified_name}
    return Outcome(detail=shown, writes={"facts": signup.facts | {"number": asdict(found)}})


def save(signup: Signup, now: datetime) -> Outcome:
    """Account, number and secrets, all or nothing."""
    told, access = _facts(signup), signup.facts["token"]
    _check_free(signup, signup.phone_number_id)
    binding = Binding(
        provider=Provider.META,
        waba_id=signup.waba_id,
        phone_number_id=signup.phone_number_id,
        display_phone_number=told.display_phone_number or signup.phone_number_id,
        access_token=_token(signup),
        token_facts={
            "scopes": access["scopes"],
            "token_kind": access["kind"],
            "granted_by": access.get("user_id", ""),
            "granter": signup.facts.get("granter", ""),
            "expires_at": _time(access["expires_at"]),
        },
    )
    try:
        with transaction.atomic(durable=True):
            number = _bind(signup, binding, told, now)
    except BindingRefused as refused:
        raise Stopped("not_here", said=str(refused)) from None
    return Outcome(detail={"number": number.display_phone_number}, writes={"number": number})


def sync(signup: Signup, now: datetime) -> Outcome:
    """The app on the phone is asked for its contacts and history: once, which is guarded there."""
    assert signup.number is not None  # noqa: S101 - a saved connection has its number
    calls = coexistence.start_sync(signup.number, now)
    return Outcome(detail={"calls": {call.kind: call.state for call in calls}})


def test(signup: Signup, now: datetime) -> Outcome:
    assert signup.number is not None  # noqa: S101 - only a connected number has this step
    return Outcome(trial.send(signup.number, signup.facts["test_to"], signup.facts["test_ref"], now))


RUN: dict[str, Callable[[Signup, datetime], Outcome]] = {
    step.__name__: step for step in (code, token, session, proof, subscribe, register, facts, save, sync, test)
}


def our_app() -> wire.App:
    """The platform's app at Meta; Stopped when it is not set up."""
    if not _has_app():
        raise Stopped("app_missing")
    return wire.App(
        settings.WHATSAPP_META_APP_ID,
        settings.WHATSAPP_META_APP_SECRETS[0],
        settings.WHATSAPP_META_GRAPH_URL,
        settings.WHATSAPP_META_API_VERSION,
    )


def _has_app() -> bool:
    return bool(settings.WHATSAPP_META_APP_ID and settings.WHATSAPP_META_APP_SECRETS)


def _token(signup: Signup) -> str:
    try:
        return vault.decrypt(bytes(signup.token or b""))
    except vault.SecretUnreadable:
        raise Stopped("token_lost") from None


def _inspector(plain: str) -> AccountAccess:
    """The app asks about its customers' tokens; a platform without an app lets the token speak for itself."""
    return our_app().access() if _has_app() else _access_with(plain)


def _access(signup: Signup) -> AccountAccess:
    return _access_with(_token(signup), signup.waba_id, signup.phone_number_id)


def _access_with(plain: str, waba_id: str = "", phone_number_id: str = "") -> AccountAccess:
    base_url, version = settings.WHATSAPP_META_GRAPH_URL, settings.WHATSAPP_META_API_VERSION
    return AccountAccess(Provider.META, phone_number_id, waba_id, base_url, version, plain)


def _choose(signup: Signup, found: Mapping[str, NumberFacts]) -> str:
    """The number that was named; of an account without one named, the only one that it can be."""
    if signup.phone_number_id:
        if signup.phone_number_id not in found:
            raise Stopped("number_elsewhere")
        return signup.phone_number_id
    is_shared = signup.way == Signup.Way.COEXISTENCE
    fitting = [one for one, facts in found.items() if bool(facts.coexistence) == is_shared]
    candidates = [one for one in fitting or found if connections.resolve(one) is None] or fitting or list(found)
    if not candidates:
        raise Stopped("no_number")
    if len(candidates) > 1:
        raise Stopped("several_numbers", choices=[[one, found[one].display_phone_number] for one in candidates])
    return candidates[0]


def _check_free(signup: Signup, phone_number_id: str) -> None:
    owners = (connections.resolve(phone_number_id), connections.resolve_waba(signup.waba_id))
    if any(owner is not None and owner.tenant_id != signup.tenant_id for owner in owners):
        raise Stopped("taken")


def _facts(signup: Signup) -> NumberFacts:
    return NumberFacts(**signup.facts["number"])


def _bind(signup: Signup, binding: Binding, told: NumberFacts, now: datetime) -> PhoneNumber:
    reason = {
        Signup.Way.COEXISTENCE: _("Connected beside the app on the phone."),
        Signup.Way.NEW_NUMBER: _("Connected as a new number."),
        Signup.Way.MANUAL: _("Connected by ids and token."),
    }[Signup.Way(signup.way)]
    number = bind(signup.tenant, binding, actor=signup.person, now=now, reason=reason)
    _describe(number, AccountFacts(**signup.facts["account"]))
    numbers.apply(number, told, now)
    if signup.way == Signup.Way.COEXISTENCE and not number.coexistence:
        numbers.keep(number, {"coexistence": True}, now)
    if signup.pin:
        vault.set_secret(number, Credential.Kind.PIN, vault.decrypt(bytes(signup.pin)), actor=signup.person)
    return number


def _describe(number: PhoneNumber, told: AccountFacts) -> None:
    account = number.account
    assert account is not None  # noqa: S101 - bind gave it one
    account.name, account.currency = told.name or account.name, told.currency or account.currency
    account.save(update_fields=["name", "currency"])
    portfolios.learn(account, told.business_portfolio_id)


def _new_pin() -> str:
    return "".join(secrets.choice("0123456789") for _digit in range(PIN_DIGITS))


def _time(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None
