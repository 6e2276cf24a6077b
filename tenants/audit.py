"""The audit trail: acts are written here, by name; changes of configuration come by themselves (config.audited).

The trail is append-only by a rule of the database. The one exception is ``erase``: a person's right to be forgotten.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from auditlog.registry import auditlog
from django.db import connection, models, transaction

from tenants.acting import Actor, current
from tenants.models import AuditEntry, Tenant

ERASED = "—"


def record(
    action: str, *, tenant: Tenant | None, actor: Any = None, obj: models.Model | None = None, **detail: Any
) -> None:
    """One act. ``action`` is ``noun.verb`` (``connection.moved``); ``detail`` is JSON-ready and without secrets.

    Without ``actor`` it is whoever stands at the door (tenants.acting).
    """
    who = Actor.of(actor) if actor is not None else current()
    AuditEntry.objects.write(action, tenant.pk if tenant else None, obj, who, detail)


def is_watched(model: type[models.Model]) -> bool:
    """Whether changes of this model's rows come into the trail by themselves, with old and new values."""
    return auditlog.contains(model)


def erase(tenant: Tenant, rows: Iterable[models.Model], *, actor: Any = None) -> int:
    """Takes the names of ``rows`` (a forgotten customer's) and all detail out of their lines; answers how many.

    That something was done, by whom and when stays; the erasure itself is a line.
    """
    by_type: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        by_type[row._meta.label_lower].append(str(row.pk))
    with transaction.atomic():
        erased = sum(_erase(tenant, object_type, ids) for object_type, ids in by_type.items())
        record("audit.erased", tenant=tenant, actor=actor, lines=erased)
    return erased


def _erase(tenant: Tenant, object_type: str, ids: list[str]) -> int:
    lines = AuditEntry.objects.filter(tenant=tenant, object_type=object_type, object_id__in=ids)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL recado.audit_door = 'open'")
        changed = lines.update(object_label=ERASED, detail={})
        cursor.execute("SET LOCAL recado.audit_door = 'shut'")
    return changed
