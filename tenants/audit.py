"""Writes the audit trail."""

from typing import Any

from django.db import models

from tenants.models import AuditEntry, Tenant


def record(
    action: str, *, tenant: Tenant | None, actor: Any = None, obj: models.Model | None = None, **detail: Any
) -> None:
    """One act. ``action`` is ``noun.verb`` (``connection.moved``); ``detail`` is JSON-ready and without secrets."""
    AuditEntry.objects.create(
        tenant=tenant,
        actor=actor,
        actor_label=str(actor) if actor else "",
        action=action,
        object_type=obj._meta.label_lower if obj else "",
        object_id=str(obj.pk)[:60] if obj else "",
        object_label=str(obj)[:200] if obj else "",
        detail=detail,
    )
