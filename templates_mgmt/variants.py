"""Templates that share a kind's messages with the main one: made, changed, stopped and brought back.

Each is a complete mapping with values of its own, refused when saved if it cannot work. Which of them speaks is decided
where the messages are (notifications.variants); here is only who may.
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from templates_mgmt import outages
from templates_mgmt.models import TemplateMapping

MOST = 4  # beside the main one: among more, a comparison takes too long to end
CHANGED = ("template", "variables", "otherwise")


class Refused(Exception):
    """The variant cannot be saved as it is; the text says why."""


def of(main: TemplateMapping) -> QuerySet[TemplateMapping]:
    """The variants of a main mapping, oldest first, with their templates."""
    rows = TemplateMapping.objects.filter(
        tenant=main.tenant_id, kind=main.kind, language=main.language, is_variant=True
    )
    return rows.select_related("tenant", "template").order_by("pk")


def put(draft: TemplateMapping, row: TemplateMapping | None, now: datetime, *, seen: str = "") -> TemplateMapping:
    """Saves ``draft`` as the variant ``row``, or as a new one; raises ValidationError and Refused.

    ``seen`` is the ``version`` that the person looked at; another one now is refused. With another template it begins
    anew: nothing that customers said of the former one counts against it.
    """
    draft.is_variant = True
    draft.clean()
    with transaction.atomic():
        main = _lock_main(draft)
        others = {one.pk: one for one in of(main)}
        current = others.pop(row.pk, None) if row else None
        if seen != version(current):
            raise Refused(_("Somebody changed this since you opened it. Look at it anew before you save."))
        if draft.template_id in {main.template_id, *(one.template_id for one in others.values())}:
            raise Refused(_("This template shares in these messages already."))
        if len(others) >= MOST:
            raise Refused(_("At most %(count)d variants share in a kind of message.") % {"count": MOST})
        saved = _saved(draft, current)
        outages.tell([saved.template_id], now)
    return saved


def version(row: TemplateMapping | None) -> str:
    """What a page carries, so that a change in between is noticed; empty for one that is not there."""
    return row.updated_at.isoformat() if row else ""


def _lock_main(draft: TemplateMapping) -> TemplateMapping:
    """One at a time, so that no template comes twice."""
    rows = TemplateMapping.objects.filter(
        tenant=draft.tenant, kind=draft.kind, language=draft.language, is_next=False, is_variant=False
    )
    main = rows.select_for_update(of=("self",)).first()
    if main is None:
        raise Refused(_("Choose first which template speaks for this kind of message."))
    return main


def _saved(draft: TemplateMapping, row: TemplateMapping | None) -> TemplateMapping:
    if row is None:
        draft.save()
        return draft
    if row.template_id != draft.template_id:
        _clear(row)
    for name in CHANGED:
        setattr(row, name, getattr(draft, name))
    row.save()
    return row


def settle(main: TemplateMapping) -> set[int]:
    """Ends the variant whose template became the main one; answers the templates that this touches."""
    same = list(of(main).filter(template=main.template_id))
    for row in same:
        row.delete()
    return {row.template_id for row in same}


def switch(main: TemplateMapping, on: bool) -> None:
    """Whether the choice is made; without it the main one speaks alone."""
    main.has_choice = on
    main.save(update_fields=["has_choice"])


def stop(row: TemplateMapping, now: datetime, **counts: Any) -> bool:
    """Takes it out of the choice until somebody brings it back; False where that was done before."""
    running = TemplateMapping.objects.filter(pk=row.pk, stopped_at=None)
    return bool(running.update(stopped_at=now, stopped_for=counts))


def bring_back(row: TemplateMapping, judged_from: date) -> None:
    """Lets it speak again; the opt-outs of the days before ``judged_from`` count against it no more."""
    _clear(row)
    row.judged_from = judged_from
    row.save(update_fields=["stopped_at", "stopped_for", "judged_from"])


def groups() -> list[list[TemplateMapping]]:
    """Every company's voices that are more than one: the main mapping in force, then its variants."""
    variant = TemplateMapping.objects.filter(is_variant=True)
    same = variant.filter(tenant=OuterRef("tenant"), kind=OuterRef("kind"), language=OuterRef("language"))
    rows = TemplateMapping.objects.filter(Exists(same), is_next=False).select_related("tenant", "template")
    found: dict[tuple[UUID, str, str], list[TemplateMapping]] = defaultdict(list)
    for row in rows.order_by("is_variant", "pk"):
        found[row.tenant_id, row.kind, row.language].append(row)
    return [group for group in found.values() if not group[0].is_variant]


def stopped() -> QuerySet[TemplateMapping]:
    """All that wait for somebody to bring them back."""
    return TemplateMapping.objects.exclude(stopped_at=None).filter(is_next=False).select_related("tenant", "template")


def _clear(row: TemplateMapping) -> None:
    row.stopped_at, row.stopped_for, row.judged_from = None, {}, None
