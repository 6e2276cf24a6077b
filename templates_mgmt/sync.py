"""Bringing our templates in step with Meta's list.

A page is written as it comes, in a short transaction of its own; only a list that came whole says what is missing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from templates_mgmt import outages
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import normalize_language
from tenants import connections
from tenants.models import PhoneNumber, WhatsAppAccount
from whatsapp import call_limits, delivery
from whatsapp.errors import ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.providers import PROVIDERS, get_provider
from whatsapp.providers.base import TemplateFacts
from whatsapp.providers.meta import error_codes

log = structlog.get_logger(__name__)

Key = tuple[str, str]
FACTS = ("template_id", "category", "rejected_reason", "quality_score", "parameter_format", "components")
FETCH_TASK = "templates_mgmt.fetch_new"
LIMITS = {"template_id": 40, "category": 20, "rejected_reason": 200, "quality_score": 10, "parameter_format": 10}
STATUS_LIMIT = 30

# A webhook's time is cut to the second: what happens after our question carries a time later than this before it.
WEBHOOK_GRAIN = timedelta(seconds=1)


@dataclass(frozen=True)
class SyncResult:
    """What a sync changed; ``error`` is a translated sentence, empty when the whole list came."""

    created: int = 0
    updated: int = 0
    missing: int = 0
    error: str = ""


def accounts() -> Iterable[WhatsAppAccount]:
    """The owned WABAs with a number of a provider that keeps templates."""
    listing = [name for name, provider in PROVIDERS.items() if provider.capabilities.template_listing]
    owned = WhatsAppAccount.objects.filter(owned_until=None, numbers__provider__in=listing, numbers__owned_until=None)
    return owned.select_related("tenant").distinct().order_by("pk")


def sync_all(now: datetime) -> dict[int, SyncResult]:
    """Every account in turn, by its id; one that fails stops no other, one with hardly any calls left waits."""
    return {account.pk: sync_account(account, now) for account in accounts() if call_limits.may_ask(account)}


def sync_account(account: WhatsAppAccount, now: datetime) -> SyncResult:
    """Fetches the account's templates and writes what changed. Not inside a transaction; the wire never raises here."""
    created = updated = 0
    seen: set[Key] = set()
    try:
        for page in get_provider("meta").fetch_templates(delivery.access_to(account)):
            made, changed = _write_page(account, page, now)
            created, updated = created + made, updated + changed
            seen |= {_key(facts) for facts in page}
    except (ProviderError, OutcomeUnknown) as error:
        log.warning("template_sync_failed", waba_id=account.waba_id, error=str(error))
        return SyncResult(created, updated, error=_explain(account, error, now))
    missing = _mark_missing(account, seen, now)
    log.info("template_sync", waba_id=account.waba_id, created=created, updated=updated, missing=missing)
    return SyncResult(created, updated, missing)


def fetch_new(now: datetime, limit: int = 50) -> int:
    """Fetches templates that only a webhook has told of; answers how many came. The others wait for the next sync."""
    rows = MessageTemplate.objects.filter(synced_at=None, components=[], account__owned_until=None).exclude(
        template_id=""
    )
    return sum(_fetch_one(row, now) for row in rows.select_related("account__tenant").order_by("pk")[:limit])


def _fetch_one(row: MessageTemplate, now: datetime) -> bool:
    try:
        facts = get_provider("meta").fetch_template(delivery.access_to(row.account), row.template_id)
    except (ProviderError, OutcomeUnknown) as error:
        log.warning("template_not_fetched", template_id=row.template_id, error=str(error))
        MessageTemplate.objects.filter(pk=row.pk).update(synced_at=now)
        return False
    _write_page(row.account, [facts], now)
    return True


def _write_page(account: WhatsAppAccount, page: Sequence[TemplateFacts], now: datetime) -> tuple[int, int]:
    """Made and changed rows. Rows are locked and written in the order of their unique key."""
    told = dict(sorted((_key(facts), facts) for facts in page))
    names = {name for name, _language in told}
    with transaction.atomic():
        rows = account.templates.select_for_update().filter(name__in=names).order_by("name", "language")
        known = {(row.name, row.language): row for row in rows}
        changed = [known[key] for key, facts in told.items() if key in known and _apply(known[key], facts, now)]
        new = [_new_row(account, key, facts, now) for key, facts in told.items() if key not in known]
        MessageTemplate.objects.bulk_create(new, ignore_conflicts=True)
        fields = [*FACTS, "status", "status_at", "missing_since"]
        MessageTemplate.objects.bulk_update(changed, fields)
        MessageTemplate.objects.filter(pk__in=[row.pk for row in known.values()]).update(synced_at=now)
        outages.tell([row.pk for row in changed], now)
    return len(new), len(changed)


def _apply(row: MessageTemplate, facts: TemplateFacts, now: datetime) -> bool:
    """Puts what was told on the row; whether that changed it. A newer word of a webhook keeps its status."""
    before = _state(row)
    for name, value in _values(facts).items():
        setattr(row, name, value)
    row.missing_since = None
    asked_at = now - WEBHOOK_GRAIN
    if row.status != facts.status and (row.status_at is None or row.status_at <= asked_at):
        row.status, row.status_at = facts.status[:STATUS_LIMIT], asked_at
    return _state(row) != before


def _state(row: MessageTemplate) -> list[Any]:
    return [getattr(row, name) for name in (*FACTS, "status", "missing_since")]


def _new_row(account: WhatsAppAccount, key: Key, facts: TemplateFacts, now: datetime) -> MessageTemplate:
    return MessageTemplate(
        tenant_id=account.tenant_id,
        account=account,
        name=key[0],
        language=key[1],
        status=facts.status[:STATUS_LIMIT],
        status_at=now - WEBHOOK_GRAIN,
        synced_at=now,
        **_values(facts),
    )


def _values(facts: TemplateFacts) -> dict[str, Any]:
    values = {name: getattr(facts, name)[:limit] for name, limit in LIMITS.items()}
    if values["rejected_reason"] == "NONE":
        values["rejected_reason"] = ""
    return values | {"components": list(facts.components)}


def _key(facts: TemplateFacts) -> Key:
    return facts.name[:512], normalize_language(facts.language)[:15]


def _mark_missing(account: WhatsAppAccount, seen: set[Key], now: datetime) -> int:
    """Templates of ours that the whole list did not name. One that came to us after the question is left alone."""
    with transaction.atomic():
        known = account.templates.exclude(status=MessageTemplate.DRAFT)
        rows = known.select_for_update().filter(missing_since=None, created_at__lt=now).order_by("pk")
        gone = [row.pk for row in rows if (row.name, row.language) not in seen]
        count = MessageTemplate.objects.filter(pk__in=gone).update(missing_since=now)
        outages.tell(gone, now)
        return count


def _explain(account: WhatsAppAccount, error: ProviderError | OutcomeUnknown, now: datetime) -> str:
    if not isinstance(error, Refused):
        return _("Meta did not answer. Recado tries again by itself.")
    sentence = error_codes.sentence(error.code, error.details)
    if error.kind is ErrorKind.TOKEN:
        for number in account.numbers.filter(state=PhoneNumber.State.CONNECTED, owned_until=None):
            connections.degrade(number, sentence, now)
    return sentence
