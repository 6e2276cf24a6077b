"""Asking Meta what a connection is: each question by itself, and one without an answer leaves nothing behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog
from django.conf import settings

from tenants.models import PhoneNumber
from tenants.models.connection import Provider
from whatsapp.errors import OutcomeUnknown, ProviderError, Refused
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, AppWebhook, NumberFacts, Subscription, TokenFacts
from whatsapp.providers.meta import error_codes, signup
from whatsapp.providers.meta.signup import AccountFacts

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Answers:
    """What Meta told of one number; None where it told nothing. ``refusals`` are its errors by question."""

    token: TokenFacts | None = None
    facts: NumberFacts | None = None
    subscription: Subscription | None = None
    app: AppWebhook | None = None
    account: AccountFacts | None = None
    refusals: dict[str, str] = field(default_factory=dict)


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
