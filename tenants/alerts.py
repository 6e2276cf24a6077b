"""Raise, acknowledge, solve: one row for (tenant, kind, subject) while it lasts. Callable from everywhere."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from tenants.models import Alert, Tenant

UNSOLVED = (Alert.State.OPEN, Alert.State.ACKNOWLEDGED)

_RAISE = """
INSERT INTO tenants_alert (tenant_id, kind, subject, state, detail, count, first_at, last_at)
VALUES (%s, %s, %s, 'open', %s, 1, %s, %s)
ON CONFLICT (tenant_id, kind, subject) WHERE NOT (state = 'solved')
DO UPDATE SET count = tenants_alert.count + 1,
              last_at = greatest(tenants_alert.last_at, excluded.last_at),
              detail = excluded.detail
"""


def raise_alert(
    kind: str, *, tenant: Tenant | None = None, subject: str = "", now: datetime | None = None, **detail: Any
) -> None:
    """Opens the alert, or counts it once more. One statement, so that many workers may raise it at once."""
    now = now or timezone.now()
    field = Alert._meta.get_field("detail")
    values = [tenant.pk if tenant else None, kind, subject[:100], field.get_db_prep_save(detail, connection), now, now]
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, values)


def unsolved(kind: str, *, tenant: Tenant | None, subject: str) -> QuerySet[Alert]:
    """The alert while it lasts (at most one row)."""
    return Alert.objects.filter(tenant=tenant, kind=kind, subject=subject[:100], state__in=UNSOLVED)


def solve(kind: str, *, tenant: Tenant | None = None, subject: str = "", now: datetime | None = None) -> bool:
    """Ends the alert; False when none was open."""
    rows = unsolved(kind, tenant=tenant, subject=subject)
    return bool(rows.update(state=Alert.State.SOLVED, solved_at=now or timezone.now()))


def acknowledge(alert: Alert, actor: Any) -> bool:
    """Somebody has seen it; False when it was acknowledged or solved before."""
    rows = Alert.objects.filter(pk=alert.pk, state=Alert.State.OPEN)
    return bool(rows.update(state=Alert.State.ACKNOWLEDGED, acknowledged_by=actor))
