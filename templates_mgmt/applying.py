"""What Meta told of templates, written to our rows: set by set, the newest word of each fact."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from templates_mgmt import consequences, outages, versions
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import normalize_language
from tenants import rows
from tenants.models import WhatsAppAccount
from whatsapp.providers.base import TemplateFacts

Key = tuple[str, str]
FACTS = (
    *("template_id", "category", "previous_category", "coming_category", "rejected_reason", "quality_score"),
    *("parameter_format", "components"),
)
LIMITS = dict.fromkeys(("category", "previous_category", "coming_category"), 20) | {
    "template_id": 40,
    "rejected_reason": 200,
    "quality_score": 10,
    "parameter_format": 10,
}
STATUS_LIMIT = 30
WRITTEN = [*FACTS, "status", "status_at", "missing_since", "coming_category_at"]

# A webhook's time is cut to the second: what happens after our question carries a time later than this before it.
WEBHOOK_GRAIN = timedelta(seconds=1)


def write(account: WhatsAppAccount, page: Sequence[TemplateFacts], now: datetime) -> tuple[int, int]:
    """Made and changed rows, in a constant number of queries where nothing that speaks for a notice changed.

    Rows are locked and written in the order of their unique key. ``now`` is when Meta was asked.
    """
    told = dict(sorted((key(facts), facts) for facts in page))
    names = {name for name, _language in told}
    with transaction.atomic():
        found = account.templates.select_for_update().filter(name__among=names).order_by("name", "language")
        known = {(row.name, row.language): row for row in found}
        before = {row.pk: row.category for row in known.values()}
        changed = [known[each] for each, facts in told.items() if each in known and _apply(known[each], facts, now)]
        new = [_new_row(account, each, facts, now) for each, facts in told.items() if each not in known]
        made = rows.insert_missing(new, ["account", "name", "language"])
        rows.update(changed, WRITTEN)
        MessageTemplate.objects.filter(pk__among=[row.pk for row in known.values()]).update(synced_at=now)
        for row in changed:
            if row.category != before[row.pk]:
                outages.recategorised(row, before[row.pk], now)
        versions.record_all([*changed, *made], now)
        consequences.follow([row.pk for row in (*changed, *made)], now)
    return len(made), len(changed)


def _apply(row: MessageTemplate, facts: TemplateFacts, now: datetime) -> bool:
    """Puts what was told on the row; whether that changed it. A newer word of a webhook keeps what it told."""
    before = _state(row)
    asked_at = now - WEBHOOK_GRAIN
    stamp = asked_at.astimezone(UTC).isoformat(timespec="microseconds")
    for name, value in values(facts).items():
        if row.told_at.get(name, "") <= stamp:
            setattr(row, name, value)
    row.missing_since = None
    if not row.coming_category:
        row.coming_category_at = None
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
        **values(facts),
    )


def values(facts: TemplateFacts) -> dict[str, Any]:
    """What a row keeps of the facts, cut to its columns; a correction that is in force already is none to come."""
    told = {name: getattr(facts, name)[:limit] for name, limit in LIMITS.items()}
    if told["rejected_reason"] == "NONE":
        told["rejected_reason"] = ""
    if told["coming_category"] == told["category"]:
        told["coming_category"] = ""
    if not told["previous_category"]:
        del told["previous_category"]  # not told: what we saw ourselves stays
    return told | {"components": list(facts.components)}


def key(facts: TemplateFacts) -> Key:
    return facts.name[:512], normalize_language(facts.language)[:15]


def mark_missing(account: WhatsAppAccount, seen: set[Key], now: datetime) -> int:
    """Templates of ours that the whole list did not name. One that came to us after the question is left alone."""
    with transaction.atomic():
        at_meta = account.templates.exclude(status__in=[MessageTemplate.DRAFT, *MessageTemplate.GONE])
        found = at_meta.select_for_update().filter(missing_since=None, created_at__lt=now).order_by("pk")
        known = found.values_list("pk", "name", "language")
        gone = [pk for pk, name, language in known if (name, language) not in seen]
        count = MessageTemplate.objects.filter(pk__among=gone).update(missing_since=now)
        consequences.follow(gone, now)
        return count
