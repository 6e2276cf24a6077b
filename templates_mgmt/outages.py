"""A template that speaks for a kind of notice and cannot be sent: a person is told while it lasts."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from templates_mgmt.models import MessageTemplate
from tenants import alerts
from tenants.models import WhatsAppAccount

ALERT = "template_unusable"


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
    """Raises the alert of each template that is mapped and unusable, solves that of each that can be sent again."""
    rows = MessageTemplate.objects.filter(pk__in=list(template_ids)).select_related("tenant").order_by("pk")
    for row in rows.prefetch_related("mappings"):
        subject = f"{row.name} {row.language}"
        if row.is_sendable:
            alerts.solve(ALERT, tenant=row.tenant, subject=subject, now=now)
        elif kinds := sorted(mapped.kind for mapped in row.mappings.all()):
            status = "MISSING" if row.missing_since else row.status
            detail = {"status": status, "reason": row.rejected_reason, "kinds": kinds}
            alerts.raise_alert(ALERT, tenant=row.tenant, subject=subject, now=now, **detail)
