"""Raise, acknowledge, solve: one row for (tenant, kind, subject) while it lasts. Callable from everywhere.

::

    open -> acknowledged (a person has seen it) -> solved
    open -> solved

Solved by itself when its cause is gone, or by a person with a note. One that comes back is a new row.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, QuerySet

from tenants import audit, rows
from tenants.models import Alert, Tenant

UNSOLVED = (Alert.State.OPEN, Alert.State.ACKNOWLEDGED)
SUBJECT_LIMIT = 100

Key = tuple[UUID | None, str]  # a company's id (None: the platform), and what it is about

_RAISE = """
INSERT INTO tenants_alert (tenant_id, kind, subject, state, detail, count, first_at, last_at, changed_at)
VALUES (%s, %s, %s, 'open', %s, 1, %s, %s, %s)
ON CONFLICT (tenant_id, kind, subject) WHERE NOT (state = 'solved')
DO UPDATE SET count = tenants_alert.count + 1,
              last_at = greatest(tenants_alert.last_at, excluded.last_at),
              detail = excluded.detail
"""


def raise_alert(kind: str, *, tenant: Tenant | None = None, subject: str = "", now: datetime, **detail: Any) -> None:
    """Opens the alert, or counts it once more. One statement, so that many workers may raise it at once."""
    field = Alert._meta.get_field("detail")
    told = field.get_db_prep_save(detail, connection)
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [tenant.pk if tenant else None, kind, subject[:SUBJECT_LIMIT], told, now, now, now])


def unsolved(kind: str, *, tenant: Tenant | None, subject: str) -> QuerySet[Alert]:
    """The alert while it lasts (at most one row)."""
    return Alert.objects.filter(tenant=tenant, kind=kind, subject=subject[:SUBJECT_LIMIT], state__in=UNSOLVED)


def keep(kind: str, found: Mapping[Key, Mapping[str, Any]], now: datetime) -> None:
    """Makes the lasting alerts of ``kind`` those of ``found`` (by company and subject: what is known of it).

    What is new is raised, what lasts is brought up to date and counted no more, what is gone is solved. At most four
    statements, however many companies.
    """
    wanted = {(tenant_id, subject[:SUBJECT_LIMIT]): dict(detail) for (tenant_id, subject), detail in found.items()}
    lasting = {(row.tenant_id, row.subject): row for row in Alert.objects.filter(kind=kind, state__in=UNSOLVED)}
    still = [row for key, row in lasting.items() if key in wanted]
    for row in still:
        row.detail, row.last_at = wanted[row.tenant_id, row.subject], now
    rows.update(still, ["detail", "last_at"])
    rows.insert_ignoring(
        [
            Alert(tenant_id=key[0], kind=kind, subject=key[1], detail=wanted[key], first_at=now, last_at=now)
            for key in sorted(wanted.keys() - lasting.keys(), key=str)
        ]
    )
    gone = [row.pk for key, row in lasting.items() if key not in wanted]
    if gone:
        end(Alert.objects.filter(pk__in=gone), now)


def counts() -> Counter[UUID | None]:
    """How many alerts last, by company's id. One query."""
    lasting = Alert.objects.filter(state__in=UNSOLVED).order_by()
    return Counter(dict(lasting.values_list("tenant").annotate(Count("pk"))))


def solve(kind: str, *, tenant: Tenant | None = None, subject: str = "", now: datetime) -> bool:
    """Ends the alert; False when none was open."""
    return bool(end(unsolved(kind, tenant=tenant, subject=subject), now))


def solve_all(tenant: Tenant, subject: str, now: datetime) -> int:
    """Ends everything that lasts of ``subject``, which the company does not use any more; answers how many."""
    rows_of_it = Alert.objects.filter(tenant=tenant, subject=subject[:SUBJECT_LIMIT])
    return end(rows_of_it, now)


def end(alerts: QuerySet[Alert], now: datetime) -> int:
    """Solves those of ``alerts`` that last; answers how many."""
    lasting = alerts.filter(state__in=UNSOLVED)
    return lasting.update(state=Alert.State.SOLVED, solved_at=now, changed_at=now)


def acknowledge(alert: Alert, actor: Any, now: datetime) -> bool:
    """Somebody has seen it and looks after it; False when it was acknowledged or solved before."""
    told = {"acknowledged_by": actor, "acknowledged_at": now, "changed_at": now}
    changed = Alert.objects.filter(pk=alert.pk, state=Alert.State.OPEN).update(state=Alert.State.ACKNOWLEDGED, **told)
    if changed:
        audit.record("alert.acknowledged", tenant=alert.tenant, actor=actor, obj=alert)
    return bool(changed)


def solve_by_hand(alert: Alert, actor: Any, note: str, now: datetime) -> bool:
    """A person ends what nothing ends by itself, with a word on how; False when it was solved before."""
    told = {"solved_by": actor, "solved_at": now, "changed_at": now, "note": note[:300]}
    rows_of_it = Alert.objects.filter(pk=alert.pk, state__in=UNSOLVED)
    changed = rows_of_it.update(state=Alert.State.SOLVED, **told)
    if changed:
        audit.record("alert.solved", tenant=alert.tenant, actor=actor, obj=alert, note=note[:300])
    return bool(changed)
