"""Sending a draft to Meta: a new template, or a change.

A submission is claimed on the row before Meta is called. Where nobody recorded how it ended (the process was killed,
no answer came), the next one first looks at Meta whether it is there already, so that nothing is made or changed twice;
a new template that Meta calls a double is looked up in the same way.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction

from templates_mgmt import consequences, drafts, versions, wording
from templates_mgmt.models import MessageTemplate
from templates_mgmt.refusals import EXISTS, WIRE, NotWritten, of_meta, refuse
from templates_mgmt.rules import Problem
from templates_mgmt.rules.limits import COUNTED
from templates_mgmt.writing import judging
from tenants import acting, audit
from tenants.acting import Actor
from tenants.models import WhatsAppAccount
from whatsapp import delivery
from whatsapp.errors import ProviderError, Refused
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess, TemplateFacts
from whatsapp.providers.meta import templates as wire

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)  # longer than all calls of a submission may last together
EDITABLE_FIELDS = ("category", "components", "message_send_ttl_seconds")
LOOKED_UP = frozenset({"edit_same", "edit_status", "edit_day", "edit_month"})


def write(
    account: WhatsAppAccount, payload: Mapping[str, Any], *, submit: bool = True, actor: Any = None, now: datetime
) -> MessageTemplate:
    """A new template from a creation payload, or over the draft of that name; sent to Meta unless ``submit`` is false.

    To be sent it is kept only if it breaks no rule. Raises NotWritten. Not inside a transaction.
    """
    told = drafts.cleaned(payload)
    if submit:
        _check(judging.of_creation(account, told, now))
    drafted = account.templates.filter(status=MessageTemplate.DRAFT)
    known = drafted.filter(name=str(told.get("name", "")), language=str(told.get("language", ""))).first()
    row = drafts.save(account, told, actor=actor, now=now, template=known)
    return _submit(row, actor, now) if submit else row


def rewrite(
    template: MessageTemplate,
    payload: Mapping[str, Any],
    *,
    revision: int,
    submit: bool = True,
    actor: Any = None,
    now: datetime,
) -> MessageTemplate:
    """Changes the template to ``payload``, which names all of it. As ``write``; ``revision`` as the caller saw it."""
    told = drafts.cleaned(payload)
    if submit:
        _check(judging.check(template, now, told))
    row = drafts.save(template.account, told, actor=actor, now=now, template=template, revision=revision)
    return _submit(row, actor, now) if submit else row


def submit(template: MessageTemplate, *, actor: Any = None, now: datetime) -> MessageTemplate:
    """Sends the template's draft to Meta: a new template, or the change of one that Meta has.

    ``template`` is the row as the caller saw it. Raises NotWritten, with every rule that the draft breaks before
    anything is sent, or with what Meta answered. Not inside a transaction.
    """
    return _submit(template, actor, now)


def _submit(template: MessageTemplate, actor: Any, now: datetime) -> MessageTemplate:
    row, began_before = _claim(template, now)
    was = row.status
    try:
        facts = _send(row, look_first=began_before)
    except WIRE as error:
        _release(row, now, keep=not isinstance(error, ProviderError))
        raise of_meta(error) from error
    return _record(row, facts, was, actor, now)


def _claim(template: MessageTemplate, now: datetime) -> tuple[MessageTemplate, bool]:
    """The row, claimed, and whether an earlier submission of it began whose end is not known."""
    with transaction.atomic(durable=True):
        row = drafts.lock(template, template.revision)
        if row.claimed_at is not None and row.claimed_at > now - LEASE:
            raise refuse("busy")
        if row.draft is None:
            raise refuse("no_draft")
        began_before = row.claimed_at is not None
        problems = judging.check(row, now)
        if began_before:  # what may be done already is no reason: Meta is asked first
            problems = [problem for problem in problems if problem.code not in LOOKED_UP]
        _check(problems)
        row.claimed_at = now
        row.save(update_fields=["claimed_at"])
    return row, began_before


def _send(row: MessageTemplate, *, look_first: bool) -> TemplateFacts:
    """What Meta has of the template after it took the draft."""
    access, payload = delivery.access_to(row.account), wording.payload_of(row)
    if look_first and (found := _there_already(access, row, payload)):
        return found
    if row.template_id:
        changes = {name: payload[name] for name in EDITABLE_FIELDS if name in payload}
        if row.status == COUNTED:
            del changes["category"]  # which stays
        wire.edit(access, row.template_id, changes)
        return _after_edit(access, row, payload["category"])
    try:
        taken = wire.create(access, payload)
    except Refused as error:
        if error.subcode == EXISTS and (found := _there_already(access, row, payload)):
            return found
        raise
    return TemplateFacts(
        taken.template_id, row.name, row.language, taken.status or "PENDING", taken.category or payload["category"]
    )


def _after_edit(access: AccountAccess, row: MessageTemplate, category: str) -> TemplateFacts:
    """What Meta says of a template whose change it took; where it does not answer, the webhook tells later."""
    try:
        return get_provider("meta").fetch_template(access, row.template_id)
    except WIRE as error:
        log.warning("template_not_fetched", template_id=row.template_id, error=str(error))
        return TemplateFacts(row.template_id, row.name, row.language, row.status, category)


def _there_already(access: AccountAccess, row: MessageTemplate, payload: dict[str, Any]) -> TemplateFacts | None:
    """The template as Meta has it, if these are our words."""
    found = wire.find(access, row.name, row.language)
    return found if found and wording.same_words(found.components, payload["components"]) else None


def _release(row: MessageTemplate, now: datetime, *, keep: bool) -> None:
    """Ends the claim; with ``keep`` the next submission looks at Meta first, and may begin at once."""
    until = now - LEASE if keep else None
    MessageTemplate.objects.filter(pk=row.pk, claimed_at=now).update(claimed_at=until)


def _record(row: MessageTemplate, facts: TemplateFacts, was: str, actor: Any, now: datetime) -> MessageTemplate:
    """What Meta took; a webhook that came before this keeps the status that it told."""
    who = Actor.of(actor) if actor is not None else acting.current()
    new = not row.template_id
    with transaction.atomic(durable=True):
        fresh = MessageTemplate.objects.select_for_update().get(pk=row.pk)
        draft = row.draft or {}
        fresh.template_id = facts.template_id
        fresh.components, fresh.category = draft["components"], facts.category[:20]
        fresh.parameter_format = draft.get("parameter_format") or fresh.parameter_format
        fresh.message_send_ttl_seconds = draft.get("message_send_ttl_seconds")
        if fresh.status_at is None or fresh.status_at < now:
            fresh.status, fresh.status_at, fresh.rejected_reason = facts.status[:30], now, ""
        if fresh.revision == row.revision:
            fresh.draft, fresh.draft_by, fresh.draft_at = None, "", None
        fresh.claimed_at, fresh.missing_since, fresh.revision = None, None, fresh.revision + 1
        fresh.save()
        versions.record(fresh, now, source=versions.Source.US, by=who.label, counted=was == COUNTED)
        consequences.follow([fresh.pk], now)
    log.info("template_submitted", template_id=fresh.template_id, status=fresh.status)
    audit.record("template.created" if new else "template.changed", tenant=fresh.tenant, actor=actor, obj=fresh)
    return fresh


def _check(problems: Sequence[Problem]) -> None:
    if problems:
        raise NotWritten(problems)
