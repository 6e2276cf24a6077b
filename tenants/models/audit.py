"""What people and the platform did, and what asks for attention."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models.tenant import Tenant
from tenants.scoping import TenantQuerySet


class AuditEntry(models.Model):
    """One act: who did what to which row, when. Written by tenants.audit.record, never changed."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True, related_name="+", verbose_name=_("company"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    actor_label = models.CharField(_("who (as named then)"), max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=60)
    object_type = models.CharField(_("kind of row"), max_length=60, blank=True)
    object_id = models.CharField(_("row"), max_length=60, blank=True)
    object_label = models.CharField(_("row (as named then)"), max_length=200, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [models.Index(fields=["tenant", "-at"], name="audit_recent")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_label}"


class Alert(models.Model):
    """Something that asks for attention: one row for (tenant, kind, subject) while it is not solved.

    open -> acknowledged -> solved; a solved one that comes back is a new row. Written by tenants.alerts only.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SOLVED = "solved", _("Solved")

    tenant = models.ForeignKey(Tenant, models.CASCADE, null=True, related_name="+", verbose_name=_("company"))
    kind = models.CharField(_("kind"), max_length=40)
    subject = models.CharField(_("subject"), max_length=100, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    detail = models.JSONField(_("detail"), default=dict)
    count = models.PositiveIntegerField(_("times"), default=1)
    first_at = models.DateTimeField(_("first at"), default=timezone.now)
    last_at = models.DateTimeField(_("last at"), default=timezone.now)
    solved_at = models.DateTimeField(_("solved at"), null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("acknowledged by")
    )

    objects = TenantQuerySet.as_manager()

    class Meta:
        ordering = ["-last_at"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "subject"],
                condition=~models.Q(state="solved"),
                nulls_distinct=False,
                name="one_open_alert_a_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
