"""What Meta's word on a template does to our row."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import normalize_language
from whatsapp.dispatch import Incoming, handles
from whatsapp.events import TemplateStatusChanged

log = structlog.get_logger(__name__)

STATUS_OF_EVENT = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED"}
WARNINGS = frozenset({"FLAGGED", "LOCKED"})  # the template keeps its status
STATUS_LIMIT = 30
REASON_LIMIT = 200


@handles(TemplateStatusChanged)
def change_status(batch: Sequence[Incoming[TemplateStatusChanged]], now: datetime) -> None:
    """The newest word by Meta's time wins, whatever the order of arrival; an unknown template waits for the sync."""
    told = sorted(batch, key=lambda incoming: _rank(incoming.event))
    for incoming in told:
        row = _find(incoming)
        if row is None:
            log.info("template_unknown", template_id=incoming.event.template_id)
        elif incoming.event.status not in WARNINGS:
            _apply(row, incoming.event)


def _find(incoming: Incoming[TemplateStatusChanged]) -> MessageTemplate | None:
    """By Meta's id, else by name and language, within the account that the event is of."""
    event, account = incoming.event, incoming.account
    if account is None:
        return None
    rows = MessageTemplate.objects.select_for_update().filter(account=account)
    named = rows.filter(name=event.name, language=normalize_language(event.language), template_id="")
    return rows.filter(template_id=event.template_id).first() or named.first()


def _apply(row: MessageTemplate, event: TemplateStatusChanged) -> None:
    if row.status_at is not None and _rank(event) <= (row.status_at, row.status):
        return
    row.status, row.status_at = _status(event), event.at
    row.rejected_reason = "" if event.reason == "NONE" else event.reason[:REASON_LIMIT]
    row.template_id = row.template_id or event.template_id
    row.category = event.category or row.category
    row.save(update_fields=["status", "status_at", "rejected_reason", "template_id", "category"])


def _rank(event: TemplateStatusChanged) -> tuple[datetime, str]:
    return event.at, _status(event)


def _status(event: TemplateStatusChanged) -> str:
    return STATUS_OF_EVENT.get(event.status, event.status)[:STATUS_LIMIT]
