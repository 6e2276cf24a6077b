"""What somebody writes before Meta has it: a new template, or a change to one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from templates_mgmt import rules, wording
from templates_mgmt.models import MessageTemplate
from templates_mgmt.refusals import NotWritten, refuse, somebody
from templates_mgmt.rules import Problem
from templates_mgmt.rules.draft import Part
from templates_mgmt.structure import normalize_language
from tenants import acting, audit
from tenants.acting import Actor
from tenants.models import WhatsAppAccount
from whatsapp.providers.values import storable

DRAFTED = ("category", "parameter_format", "components", "message_send_ttl_seconds")
NEEDED = frozenset({"name", "language"})  # what a row needs to exist; the rest may be wrong until it is sent
UPPER = ("category", "parameter_format")


def save(
    account: WhatsAppAccount,
    payload: Mapping[str, Any],
    *,
    actor: Any = None,
    now: datetime,
    template: MessageTemplate | None = None,
    revision: int | None = None,
) -> MessageTemplate:
    """Keeps ``payload`` (a creation payload) as a draft: a new template's, or a change to ``template``.

    A draft may break any rule but those of its name, its language and its shape. ``revision`` is that of the template
    as the writer saw it (by default ``template``'s own); where another change came between, nothing is kept. Raises
    NotWritten. Not inside a transaction.
    """
    told = cleaned(payload)
    _check(told, template)
    who = _who(actor)
    with transaction.atomic(durable=True):
        if template is None:
            row = _new_row(account, told)
        else:
            row = lock(template, template.revision if revision is None else revision)
        _keep(row, told, who, now)
    audit.record("template.saved", tenant=row.tenant, actor=actor, obj=row)
    return row


def discard(template: MessageTemplate, *, actor: Any = None) -> None:
    """Forgets the draft; a template that Meta never had goes with it. Raises NotWritten (``stale``, ``busy``)."""
    with transaction.atomic(durable=True):
        row = lock(template, template.revision)
        audit.record("template.discarded", tenant=row.tenant, actor=actor, obj=row)
        if row.status == MessageTemplate.DRAFT:
            row.delete()
        else:
            row.draft, row.draft_by, row.draft_at, row.revision = None, "", None, row.revision + 1
            row.save(update_fields=["draft", "draft_by", "draft_at", "revision"])


def lock(template: MessageTemplate, revision: int) -> MessageTemplate:
    """The template's row, locked, as the writer saw it. Raises NotWritten where somebody changed it since."""
    rows = MessageTemplate.objects.select_for_update(of=("self",)).select_related("account", "tenant")
    row = rows.filter(pk=template.pk).first()
    if row is None or row.revision != revision:
        raise refuse("stale", by=(row.draft_by if row else "") or somebody())
    return row


def cleaned(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a creation payload, as a row can hold them, with Meta's words in its own spelling."""
    told: dict[str, Any] = {name: storable(payload[name]) for name in wording.FIELDS if name in payload}
    for name in UPPER:
        if isinstance(told.get(name), str):
            told[name] = told[name].upper()
    if isinstance(told.get("language"), str):
        told["language"] = normalize_language(told["language"])
    if told.get("message_send_ttl_seconds", 0) is None:
        del told["message_send_ttl_seconds"]
    return told


def _check(told: Mapping[str, Any], template: MessageTemplate | None) -> None:
    problems = [problem for problem in rules.check(told) if problem.field in NEEDED or _is_shape(problem)]
    if template is not None and template.status != MessageTemplate.DRAFT:
        problems += [
            Problem(code, name)
            for name, code in rules.KEPT.items()
            if name in NEEDED and told.get(name) != getattr(template, name)
        ]
    if problems:
        raise NotWritten(problems)


def _is_shape(problem: Problem) -> bool:
    return problem.code in rules.SHAPE


def _new_row(account: WhatsAppAccount, told: Mapping[str, Any]) -> MessageTemplate:
    """A row of its own, or that of a template of the same name which Meta has no more."""
    key: dict[str, Any] = {"account": account, "name": told["name"], "language": told["language"]}
    known = MessageTemplate.objects.select_for_update(of=("self",)).filter(**key).first()
    if known is None:
        try:
            with transaction.atomic():
                return MessageTemplate.objects.create(tenant=account.tenant, status=MessageTemplate.DRAFT, **key)
        except IntegrityError:
            raise refuse("name_taken", "name") from None
    if known.status not in MessageTemplate.GONE:
        raise refuse("name_taken", "name")
    known.status, known.template_id, known.missing_since = MessageTemplate.DRAFT, "", None
    known.save(update_fields=["status", "template_id", "missing_since"])
    return known


def _keep(row: MessageTemplate, told: Mapping[str, Any], who: Actor, now: datetime) -> None:
    row.draft = {name: told[name] for name in DRAFTED if name in told}
    row.draft_by, row.draft_at, row.revision = who.label, now, row.revision + 1
    fields = ["draft", "draft_by", "draft_at", "revision"]
    if row.status == MessageTemplate.DRAFT:  # Meta has none: what is shown of it is what is being written
        fields += _show(row, told)
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError:
        raise refuse("name_taken", "name") from None


def _show(row: MessageTemplate, told: Mapping[str, Any]) -> list[str]:
    """Puts a draft on the row itself; the names of what it put there."""
    top = Part("", told)
    row.name, row.language, row.components = told["name"], told["language"], told["components"]
    row.category = top.text("category")[:20]
    row.parameter_format = top.text("parameter_format")[:10] or "POSITIONAL"
    return ["name", "language", "components", "category", "parameter_format"]


def _who(actor: Any) -> Actor:
    return Actor.of(actor) if actor is not None else acting.current()
