"""A template that speaks for a kind of notice and cannot: a person is told while it lasts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q

from templates_mgmt import binding
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants import alerts
from tenants.models import Alert, WhatsAppAccount

ALERT = "template_unusable"
BROKEN = "template_mapping_broken"
RECATEGORISED = "template_recategorised"
MARKETING = "MARKETING"
SUBJECT_LIMIT = 100


def believe(account: WhatsAppAccount, name: str, language: str, status: str, now: datetime) -> bool:
    """A refused send told a template's status before any webhook did; False where we know better, or no such template.

    A newer word of Meta stands against it.
    """
    rows = MessageTemplate.objects.filter(account=account, name=name, language=language)
    news = rows.filter(Q(status_at=None) | Q(status_at__lt=now), status__in=MessageTemplate.SENDABLE)
    ids = list(news.values_list("pk", flat=True))
    MessageTemplate.objects.filter(pk__in=ids).update(status=status, status_at=now)
    tell(ids, now)
    return rows.exclude(status__in=MessageTemplate.SENDABLE).exists()


def tell(template_ids: Iterable[int], now: datetime) -> None:
    """Of each template and its mappings: raises the alert of what is wrong, solves that of what is not.

    Templates without mapping and without alert, nearly all of a list, cost nothing but the questions for them all.
    """
    in_force = TemplateMapping.objects.filter(is_next=False).select_related("tenant", "fallback")
    rows = list(
        MessageTemplate.objects.filter(pk__in=list(template_ids))
        .select_related("tenant")
        .prefetch_related(Prefetch("mappings", in_force))
        .order_by("pk")
    )
    told = _told(rows)
    for row in rows:
        mapped = list(row.mappings.all())
        for kind, detail in ((ALERT, _unusable(row, mapped)), (BROKEN, _broken(row, mapped))):
            if detail or (row.tenant_id, kind, subject(row)) in told:
                _tell(kind, row, detail, now)


def _told(rows: Sequence[MessageTemplate]) -> set[tuple[Any, str, str]]:
    """The alerts that last, by company, kind and subject."""
    lasting = Alert.objects.filter(
        tenant__in={row.tenant_id for row in rows},
        kind__in=(ALERT, BROKEN),
        subject__in={subject(row) for row in rows},
        state__in=alerts.UNSOLVED,
    )
    return set(lasting.values_list("tenant_id", "kind", "subject"))


def _tell(kind: str, row: MessageTemplate, detail: Mapping[str, Any], now: datetime) -> None:
    """Raised with ``detail``, solved where there is none."""
    if detail:
        alerts.raise_alert(kind, tenant=row.tenant, subject=subject(row), now=now, **detail)
    else:
        alerts.solve(kind, tenant=row.tenant, subject=subject(row), now=now)


def subject(row: MessageTemplate) -> str:
    """What the alerts of a template are about, as long as an alert takes it."""
    return f"{row.name} {row.language}"[:SUBJECT_LIMIT]


def _unusable(row: MessageTemplate, mapped: Iterable[TemplateMapping]) -> dict[str, Any]:
    """``instead``: the templates that speak in its place meanwhile. A variant stands aside: nothing waits for it."""
    mapped = [one for one in mapped if not one.is_variant]
    kinds = sorted(one.kind for one in mapped)
    if row.is_sendable or not kinds:
        return {}
    instead = sorted({one.fallback.name for one in mapped if one.fallback and one.fallback.is_sendable})
    status = "MISSING" if row.missing_since else row.status
    told = {"status": status, "reason": row.rejected_reason, "kinds": kinds}
    return told | ({"instead": instead} if instead else {})


def _broken(row: MessageTemplate, mapped: Iterable[TemplateMapping]) -> dict[str, Any]:
    """Its words changed at Meta, and a mapping does not fit them any more."""
    wrong = [one for one in mapped if row.components and not binding.fits(one, row)]
    slots = {slot for one in wrong for slot in binding.misfits(one, row)}
    return {"kinds": sorted(one.kind for one in wrong), "variables": sorted(slots)} if wrong else {}


def recategorised(row: MessageTemplate, before: str, now: datetime) -> None:
    """A template became marketing: from now on whoever refused marketing does not get it. Solved when it is none."""
    if row.category == MARKETING and before not in {"", MARKETING}:
        _tell(RECATEGORISED, row, {"before": before, "category": row.category}, now)
    elif before == MARKETING != row.category:
        _tell(RECATEGORISED, row, {}, now)
