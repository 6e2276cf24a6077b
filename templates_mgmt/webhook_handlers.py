"""What Meta's word on a template does to our row: of each fact the newest word by Meta's time, in any order."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from templates_mgmt import consequences, outages, sync, versions
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import normalize_language
from tenants import alerts
from whatsapp import bell
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import (
    TemplateCategoryChanged,
    TemplateComponentsChanged,
    TemplateQualityChanged,
    TemplateStatusChanged,
)

log = structlog.get_logger(__name__)

STATUS_OF_EVENT = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}
WARNINGS = frozenset({"FLAGGED", "LOCKED"})  # the template keeps its status
STATUS_LIMIT = 30
REASON_LIMIT = 200
WEBHOOK_GRAIN = timedelta(seconds=1)  # a webhook's time is cut to the second
WORDED = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS"})  # what a change of words speaks of
POOR = "RED"
ANNOUNCED = "template_category"
GONE = frozenset({"DELETED", "PENDING_DELETION"})


@handles(TemplateStatusChanged)
def change_status(batch: Sequence[Incoming[TemplateStatusChanged]], now: datetime) -> None:
    """The newest word by Meta's time wins, whatever the order of arrival; a template never seen is fetched."""
    told: set[int] = set()
    for incoming in sorted(batch, key=lambda incoming: _rank(incoming.event)):
        row = _find(incoming) or _expect(incoming, _status(incoming.event))
        if row is None:
            continue
        _categorise(row, incoming.event.category, incoming.event.at, now)
        if incoming.event.status not in WARNINGS:
            _apply(row, incoming.event)
            told.add(row.pk)
    consequences.follow(told, now)


def _expect(incoming: Incoming[Any], status: str = "") -> MessageTemplate | None:
    """A row without words for a template that we never saw: they are fetched once this is committed."""
    event, account = incoming.event, incoming.account
    if account is None or not event.name or status in GONE:
        log.info("template_unknown", template_id=event.template_id)
        return None
    row, _created = MessageTemplate.objects.get_or_create(
        account=account,
        name=event.name[:512],
        language=normalize_language(event.language)[:15],
        defaults={"tenant_id": account.tenant_id, "template_id": event.template_id[:40], "status": status},
    )
    transaction.on_commit(lambda: bell.ring(sync.FETCH_TASK))
    return row


@handles(TemplateQualityChanged)
def change_quality(batch: Sequence[Incoming[TemplateQualityChanged]], now: datetime) -> None:
    """A template that customers receive badly raises an alert, before Meta pauses it."""
    for incoming in batch:
        row = _find(incoming) or _expect(incoming)
        if row and _keep(row, "quality_score", incoming.event.score, incoming.event.at):
            tell = alerts.raise_alert if row.quality_score == POOR else alerts.solve
            tell("template_quality", tenant=row.tenant, subject=outages.subject(row), now=now)


@handles(TemplateCategoryChanged)
def change_category(batch: Sequence[Incoming[TemplateCategoryChanged]], now: datetime) -> None:
    """A change that is only announced leaves the category, and asks a person to look; one that is done counts at once.

    A message asks for its template's category when it is sent: what became marketing obeys a refusal of marketing.
    """
    for incoming in batch:
        row, event = _find(incoming) or _expect(incoming), incoming.event
        if row is None:
            continue
        _categorise(row, event.category, event.at, now)
        if _keep(row, "coming_category", event.correct_category, event.at, clears=True):
            _announce(row, event, now)


def _categorise(row: MessageTemplate, category: str, at: datetime, now: datetime) -> None:
    before = row.category
    if _keep(row, "category", category, at) and before != row.category:
        row.previous_category = before
        row.save(update_fields=["previous_category"])
        versions.record(row, at)
        outages.recategorised(row, before, now)


def _announce(row: MessageTemplate, event: TemplateCategoryChanged, now: datetime) -> None:
    row.coming_category_at = event.effective_at if event.correct_category else None
    row.save(update_fields=["coming_category_at"])
    subject = outages.subject(row)
    if not event.correct_category:
        alerts.solve(ANNOUNCED, tenant=row.tenant, subject=subject, now=now)
        return
    detail = {"category": event.category, "becomes": event.correct_category}
    alerts.raise_alert(ANNOUNCED, tenant=row.tenant, subject=subject, now=now, **detail)


@handles(TemplateComponentsChanged)
def change_components(batch: Sequence[Incoming[TemplateComponentsChanged]], now: datetime) -> None:
    """The words; what Meta does not tell here (a file's example, a carousel) stays until the next sync."""
    told: set[int] = set()
    for incoming in batch:
        row, event = _find(incoming) or _expect(incoming), incoming.event
        if row and _keep(row, "components", _merged(row.components, event.components), event.at):
            versions.record(row, event.at)
            told.add(row.pk)
    consequences.follow(told, now)


def _merged(known: Sequence[dict[str, Any]], told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """``known`` with the words of ``told``; media headers and whatever else is not words stay."""
    new = {part["type"]: part for part in told}
    kept = [part for part in known if not _is_worded(part) or part.get("type") not in new]
    return [*kept, *new.values()] if known else list(new.values())


def _is_worded(part: dict[str, Any]) -> bool:
    return part.get("type") in WORDED and part.get("format", "TEXT") == "TEXT"


def _keep(row: MessageTemplate, name: str, value: Any, at: datetime, *, clears: bool = False) -> bool:
    """Writes what was told at ``at``, unless Meta has spoken of it since; of one second the greater value counts.

    Nothing told changes nothing, unless it ``clears``.
    """
    stamp = at.astimezone(UTC).isoformat(timespec="microseconds")
    if row.synced_at is not None and at < row.synced_at - WEBHOOK_GRAIN:
        return False
    if not (value or clears) or (stamp, str(value)) <= (row.told_at.get(name, ""), str(getattr(row, name))):
        return False
    setattr(row, name, value)
    row.told_at |= {name: stamp}
    row.save(update_fields=[name, "told_at"])
    return True


def _find(incoming: Incoming[Any]) -> MessageTemplate | None:
    """By Meta's id, else by name and language, within the account that the event is of.

    One question, since a row that another worker just gave its id is neither found by id (too early) nor, once its lock
    is free, by an empty one (too late).
    """
    event, account = incoming.event, incoming.account
    if account is None:
        return None
    wanted = Q(name=event.name, language=normalize_language(event.language), template_id="")
    if event.template_id:
        wanted |= Q(template_id=event.template_id)
    rows = MessageTemplate.objects.select_for_update().filter(wanted, account=account)
    return rows.order_by("-template_id").first()


def _apply(row: MessageTemplate, event: TemplateStatusChanged) -> None:
    if row.status_at is not None and _rank(event) <= (row.status_at, row.status):
        return
    if row.status == MessageTemplate.DRAFT and not _begin(row, event):
        return
    row.status, row.status_at = _status(event), event.at
    row.rejected_reason = "" if event.reason == "NONE" else event.reason[:REASON_LIMIT]
    row.template_id = row.template_id or event.template_id
    row.save(update_fields=["status", "status_at", "rejected_reason", "template_id"])


def _begin(row: MessageTemplate, event: TemplateStatusChanged) -> bool:
    """Whether a draft became a template of Meta's; its words there are fetched. One that went bore its name before."""
    if _status(event) in GONE:
        return False
    row.components, row.synced_at = [], None
    row.save(update_fields=["components", "synced_at"])
    transaction.on_commit(lambda: bell.ring(sync.FETCH_TASK))
    return True


def _rank(event: TemplateStatusChanged) -> tuple[datetime, str]:
    return event.at, _status(event)


def _status(event: TemplateStatusChanged) -> str:
    return STATUS_OF_EVENT.get(event.status, event.status)[:STATUS_LIMIT]
