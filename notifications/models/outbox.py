"""Events for tenant systems, written in the transaction that made them true; the relay publishes them."""

import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.scoping import TenantScopedModel, tenant_key


class OutboxEvent(TenantScopedModel):
    """One event out. ``key`` makes the same fact unique by tenant; ``published_at`` empty: the relay still owes it."""

    tenant = tenant_key(db_index=False)
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    stream = models.CharField(_("stream"), max_length=60)
    type = models.CharField(_("type"), max_length=60)
    key = models.CharField(_("key"), max_length=200)
    data = models.JSONField(_("data"), default=dict)
    occurred_at = models.DateTimeField(_("occurred at"), default=timezone.now)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("event out")
        verbose_name_plural = _("events out")
        constraints = [models.UniqueConstraint(fields=["tenant", "type", "key"], name="one_event_out_a_fact")]
        indexes = [
            models.Index(
                fields=["occurred_at", "created_at"],
                condition=models.Q(published_at=None),
                name="outbox_unpublished",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"
