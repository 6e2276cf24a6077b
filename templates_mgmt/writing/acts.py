"""What is done to a template that Meta has: deleted, taken up again, put aside, taken back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Q

from templates_mgmt import consequences, drafts
from templates_mgmt.models import MessageTemplate, TemplateMapping
from templates_mgmt.refusals import NOT_FOUND, WIRE, of_meta, refuse
from templates_mgmt.rules.limits import COUNTED, NAME_LOCK
from templates_mgmt.speech import SPEECHES
from tenants import audit
from whatsapp import delivery
from whatsapp.errors import Refused
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, TemplateFacts
from whatsapp.providers.meta import templates as wire

T = TypeVar("T")
ARCHIVABLE = frozenset({"APPROVED", "REJECTED"})


def delete(template: MessageTemplate, *, actor: Any = None, now: datetime) -> None:
    """Takes the template away at Meta; a draft that Meta never had is only forgotten. Raises NotWritten."""
    _check_free(template)
    if template.status == "DISABLED":
        raise refuse("delete_status")
    if template.status == MessageTemplate.DRAFT:
        drafts.discard(template, actor=actor)
        return
    with suppress(_Gone):
        _call(lambda access: _delete(access, template), template)
    locked = now + NAME_LOCK if template.status == COUNTED else None
    row = _move(template, "DELETED", now, name_locked_until=locked, draft=None)
    audit.record("template.deleted", tenant=row.tenant, actor=actor, obj=row)


def unpause(template: MessageTemplate, *, actor: Any = None, now: datetime) -> MessageTemplate:
    """Lets a paused template be sent again. Raises NotWritten."""
    if template.status != "PAUSED":
        raise refuse("unpause_status")
    _call(lambda access: wire.unpause(access, template.template_id), template)
    row = _move(template, "APPROVED", now)
    audit.record("template.unpaused", tenant=row.tenant, actor=actor, obj=row)
    return row


def archive(template: MessageTemplate, *, actor: Any = None, now: datetime) -> MessageTemplate:
    """Puts a template aside; Meta deletes it after 28 days. Raises NotWritten."""
    _check_free(template)
    if template.status not in ARCHIVABLE:
        raise refuse("archive_status")
    _call(lambda access: wire.archive(access, template.template_id, archived=True), template)
    row = _move(template, "ARCHIVED", now)
    audit.record("template.archived", tenant=row.tenant, actor=actor, obj=row)
    return row


def unarchive(template: MessageTemplate, *, actor: Any = None, now: datetime) -> MessageTemplate:
    """Takes an archived template back, in the state that it had. Raises NotWritten."""
    if template.status != "ARCHIVED":
        raise refuse("unarchive_status")
    facts = _call(lambda access: _unarchive(access, template), template)
    row = _move(template, facts.status, now)
    audit.record("template.unarchived", tenant=row.tenant, actor=actor, obj=row)
    return row


class _Gone(Exception):
    """Meta has no such template any more."""


def _delete(access: AccountAccess, template: MessageTemplate) -> None:
    try:
        wire.delete(access, template.name, template.template_id)
    except Refused as error:
        if error.subcode == NOT_FOUND:
            raise _Gone from error
        raise


def _unarchive(access: AccountAccess, template: MessageTemplate) -> TemplateFacts:
    wire.archive(access, template.template_id, archived=False)
    return get_provider("meta").fetch_template(access, template.template_id)


def _call(act: Callable[[AccountAccess], T], template: MessageTemplate) -> T:
    if not template.template_id:
        raise refuse("not_sent_yet")
    try:
        return act(delivery.access_to(template.account))
    except WIRE as error:
        raise of_meta(error) from error


def _move(template: MessageTemplate, status: str, now: datetime, **values: Any) -> MessageTemplate:
    """The status that our own act gave; a later word of Meta's stands."""
    with transaction.atomic(durable=True):
        row = MessageTemplate.objects.select_for_update().get(pk=template.pk)
        if row.status_at is None or row.status_at < now:
            row.status, row.status_at = status[:30], now
        for name, value in values.items():
            setattr(row, name, value)
        row.revision += 1
        row.save()
        consequences.follow([row.pk], now)
    return row


def _check_free(template: MessageTemplate) -> None:
    """What speaks for a kind of notice, or stands by for it, stays until another one does."""
    rows = TemplateMapping.objects.filter(Q(template=template) | Q(fallback=template))
    if kinds := sorted({_word(kind) for kind in rows.values_list("kind", flat=True)}):
        raise refuse("in_use", kinds=", ".join(kinds))


def _word(kind: str) -> str:
    return str(SPEECHES[kind].label) if kind in SPEECHES else kind
