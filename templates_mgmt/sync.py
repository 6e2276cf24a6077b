"""Bringing our templates in step with Meta's list.

A list is written page by page, each in a short transaction of its own; only one that came whole says what is missing.
What did not come whole is asked for again: after minutes, later and later while it fails.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import QuerySet

from templates_mgmt import allowance, applying, listing, standing
from templates_mgmt.listing import Listing
from templates_mgmt.models import MessageTemplate, TemplateSync
from tenants import connections
from tenants.models import PhoneNumber, WhatsAppAccount
from whatsapp import call_limits, delivery
from whatsapp.errors import ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.providers import PROVIDERS, get_provider

log = structlog.get_logger(__name__)

FETCH_TASK = "templates_mgmt.fetch_new"
EVERY = timedelta(hours=1)
AGAIN = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 60))  # after the first failure, the second …
DETAILS_LIMIT = 300


@dataclass(frozen=True)
class SyncResult:
    """What a sync changed; ``error`` is a translated sentence, empty when the whole list came."""

    created: int = 0
    updated: int = 0
    missing: int = 0
    error: str = ""


def accounts() -> QuerySet[WhatsAppAccount]:
    """The owned WABAs with a number of a provider that keeps templates."""
    kept = [name for name, provider in PROVIDERS.items() if provider.capabilities.template_listing]
    owned = WhatsAppAccount.objects.owned().filter(numbers__provider__in=kept, numbers__owned_until=None)
    return owned.select_related("tenant").distinct().order_by("pk")


def sync_all(now: datetime) -> dict[int, SyncResult]:
    """The accounts that are due, by their id; one that fails stops no other, one with hardly any calls left waits."""
    due = accounts().exclude(template_sync__due_at__gt=now)
    return sync_accounts([account for account in due if call_limits.may_ask(account)], now)


def sync_account(account: WhatsAppAccount, now: datetime) -> SyncResult:
    """One account, due or not."""
    return sync_accounts([account], now)[account.pk]


def sync_accounts(wanted: Sequence[WhatsAppAccount], now: datetime) -> dict[int, SyncResult]:
    """Fetches each account's templates, several at once, and writes what changed. Not inside a transaction.

    The wire never raises here. ``now`` is when the first of them is asked: a word that a webhook brings later counts.
    """
    by_id = {account.pk: account for account in wanted}
    results, accesses = {}, {}
    for account in wanted:
        try:
            accesses[account.pk] = delivery.access_to(account)
        except Refused as error:
            results[account.pk] = _conclude(account, Listing(error=error), now)
    for pk, told in listing.fetch_many(accesses):
        results[pk] = _conclude(by_id[pk], told, now)
        if told.whole:
            allowance.ask(by_id[pk], accesses[pk], now)
    return results


def _conclude(account: WhatsAppAccount, told: Listing, now: datetime) -> SyncResult:
    counts = [applying.write(account, page, now) for page in told.pages]
    created, updated = sum(made for made, _ in counts), sum(changed for _, changed in counts)
    if told.error is not None:
        log.warning("template_sync_failed", waba_id=account.waba_id, error=str(told.error))
        return SyncResult(created, updated, error=_failed(account, told.error, now))
    seen = {applying.key(facts) for page in told.pages for facts in page}
    missing = applying.mark_missing(account, seen, now)
    _remember(account, {"due_at": now + EVERY, "whole_at": now, "failures": 0})
    log.info("template_sync", waba_id=account.waba_id, created=created, updated=updated, missing=missing)
    return SyncResult(created, updated, missing)


def _failed(account: WhatsAppAccount, error: ProviderError | OutcomeUnknown, now: datetime) -> str:
    """Notes what went wrong and when to ask again; a dead token is the connections' matter too. The sentence."""
    refused = error if isinstance(error, Refused) else None
    code, details = (refused.code, refused.details) if refused else (None, str(error))
    before = TemplateSync.objects.filter(account=account).values_list("failures", flat=True).first() or 0
    wait = AGAIN[min(before, len(AGAIN) - 1)]
    if refused and refused.retry_after:
        wait = max(wait, timedelta(seconds=refused.retry_after))
    told = {"failed_at": now, "failures": before + 1, "error_code": code, "error_details": details[:DETAILS_LIMIT]}
    _remember(account, {"due_at": now + wait, **told})
    sentence = standing.explain(code, details)
    if refused and refused.kind is ErrorKind.TOKEN:
        for number in account.numbers.owned().filter(state=PhoneNumber.State.CONNECTED):
            connections.degrade(number, sentence, now)
    return sentence


def _remember(account: WhatsAppAccount, told: dict[str, object]) -> None:
    TemplateSync.objects.update_or_create(account=account, defaults={"tenant_id": account.tenant_id, **told})


def sync_template(template: MessageTemplate, now: datetime) -> str:
    """Fetches one template by Meta's id; the sentence of what went wrong, empty where it came."""
    if not template.template_id:
        return sync_account(template.account, now).error
    try:
        facts = get_provider("meta").fetch_template(delivery.access_to(template.account), template.template_id)
    except (ProviderError, OutcomeUnknown) as error:
        log.warning("template_not_fetched", template_id=template.template_id, error=str(error))
        refused = error if isinstance(error, Refused) else None
        return standing.explain(refused.code if refused else None, refused.details if refused else str(error))
    applying.write(template.account, [facts], now)
    return ""


def fetch_new(now: datetime, limit: int = 50) -> int:
    """Fetches templates that only a webhook has told of; answers how many came. The others wait for the next sync."""
    unread = MessageTemplate.objects.filter(synced_at=None, components=[], account__owned_until=None)
    told = unread.exclude(template_id="").select_related("account__tenant").order_by("pk")
    return sum(_fetch_new(row, now) for row in told[:limit])


def _fetch_new(row: MessageTemplate, now: datetime) -> bool:
    if sync_template(row, now):
        MessageTemplate.objects.filter(pk=row.pk).update(synced_at=now)
        return False
    return True
