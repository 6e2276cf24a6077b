"""Changing which template speaks for a kind of notice, without a moment in which none does.

A mapping to a template that Meta has not approved yet waits beside the one in force, and takes its place when Meta
approves it.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from templates_mgmt import binding, outages, variants
from templates_mgmt.models import TemplateMapping

CHANGED = ("template", "fallback", "variables", "otherwise")


class Overtaken(Exception):
    """Somebody else changed the mapping since its page was made."""


def version(rows: Iterable[TemplateMapping]) -> str:
    """What a page carries, so that a change in between is noticed; empty where nothing is mapped."""
    return max((row.updated_at.isoformat() for row in rows), default="")


def put(draft: TemplateMapping, seen: str, now: datetime) -> TemplateMapping:
    """Saves ``draft``, whose ``clean`` has passed, in force or as the next one (``is_next`` says which).

    ``seen`` is the ``version`` that the person looked at; Overtaken where it is another one now.
    """
    with transaction.atomic():
        rows = {row.is_next: row for row in _of(draft).select_for_update(of=("self",)).select_related("template")}
        if version(rows.values()) != seen:
            raise Overtaken
        row = _place(draft, rows)
        told = {draft.template_id, *([row.template_id] if row.pk else [])}
        for name in CHANGED:
            setattr(row, name, getattr(draft, name))
        row.save()
        told |= variants.settle(row)
        outages.tell(told, now)
    return row


def _of(draft: TemplateMapping) -> QuerySet[TemplateMapping]:
    rows = TemplateMapping.objects.filter(tenant=draft.tenant, kind=draft.kind, language=draft.language)
    return rows.filter(is_variant=False).order_by("pk")


def _place(draft: TemplateMapping, rows: dict[bool, TemplateMapping]) -> TemplateMapping:
    """The row that ``draft`` becomes: the next one while the one in force can speak and the draft cannot."""
    current = rows.get(False)
    is_next = current is not None and current.template.is_sendable and not draft.template.is_sendable
    new = TemplateMapping(tenant=draft.tenant, kind=draft.kind, language=draft.language, is_next=is_next)
    return rows.get(is_next) or new


def remove(row: TemplateMapping, now: datetime) -> None:
    """Nothing speaks for the kind any more, its variants neither; of a next one or a variant, the main one stays."""
    with transaction.atomic():
        gone = [row] if row.is_next or row.is_variant else [row, *variants.of(row).select_for_update(of=("self",))]
        for one in gone:
            one.delete()
        outages.tell([one.template_id for one in gone], now)


def take_over(template_ids: Iterable[int], now: datetime) -> int:
    """Lets the next mappings of templates that may be sent now take their places; answers how many did."""
    waiting = TemplateMapping.objects.filter(is_next=True, template__in=list(template_ids)).order_by("pk")
    return sum(_take_over(row, now) for row in waiting)


def _take_over(waiting: TemplateMapping, now: datetime) -> bool:
    with transaction.atomic():
        locked = _of(waiting).select_for_update(of=("self",)).select_related("tenant", "template", "fallback")
        rows = {row.is_next: row for row in locked}
        row, before = rows.get(True), rows.get(False)
        if row is None or not row.template.is_sendable or binding.problems(row):
            return False
        told = {row.template_id}
        if before is not None:
            told.add(before.template_id)
            row.has_choice = before.has_choice
            before.delete()
        row.is_next = False
        row.save()
        told |= variants.settle(row)
        outages.tell(told, now)
    return True


def using(template_ids: Iterable[int]) -> QuerySet[TemplateMapping]:
    """The mappings that name one of the templates, in force, next or variant, first or in its place."""
    ids = list(template_ids)
    named = Q(template__in=ids) | Q(fallback__in=ids)
    return TemplateMapping.objects.filter(named).select_related("template", "fallback")
