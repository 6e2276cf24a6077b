"""What people and the platform did, and what asks for attention."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.acting import Actor, current
from tenants.models.tenant import Tenant
from tenants.scoping import TenantOrPlatformModel, TenantQuerySet


class Trail(models.Manager.from_queryset(TenantQuerySet)):  # type: ignore[misc]
    """Writes entries: acts (tenants.audit.record) and, as django-auditlog asks it to, changes of configuration."""

    def write(self, action: str, tenant_id: Any, obj: models.Model | None, actor: Actor, detail: Any) -> "AuditEntry":
        return self.create(
            tenant_id=tenant_id,
            actor_id=actor.person_id,
            actor_label=actor.label,
            action=action,
            object_type=obj._meta.label_lower if obj else "",
            object_id=str(obj.pk)[:60] if obj else "",
            object_label=str(obj)[:200] if obj else "",
            detail=detail,
        )

    def log_create(self, instance: Any, *, action: int, changes: dict[str, Any], **_options: Any) -> "AuditEntry":
        """django-auditlog's call after a watched row (config.audited) was saved or deleted: what, from, to."""
        tenant_id = instance.pk if isinstance(instance, Tenant) else instance.tenant_id
        name = f"{instance._meta.model_name}.{AuditEntry.Action(action).name_in_trail}"
        return self.write(name, tenant_id, instance, current(), {"changes": changes})


class AuditEntry(TenantOrPlatformModel):
    """One act: who did what to which row, when. Only ever added to: the database refuses all else (migration 0008).

    A person's account may go; ``actor_label`` stays, and ``actor`` is no constraint. A company's rows keep it.
    """

    class Action(models.IntegerChoices):
        """django-auditlog's own numbers."""

        CREATE = 0
        UPDATE = 1
        DELETE = 2
        ACCESS = 3

        @property
        def name_in_trail(self) -> str:
            return {0: "added", 1: "changed", 2: "deleted", 3: "seen"}[self.value]

    tenant = models.ForeignKey(Tenant, models.PROTECT, null=True, related_name="+", verbose_name=_("company"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        verbose_name=_("who"),
        db_constraint=False,
    )
    actor_label = models.CharField(_("who (as named then)"), max_length=150, blank=True)
    action = models.CharField(_("action"), max_length=60)
    object_type = models.CharField(_("kind of row"), max_length=60, blank=True)
    object_id = models.CharField(_("row"), max_length=60, blank=True)
    object_label = models.CharField(_("row (as named then)"), max_length=200, blank=True)
    detail = models.JSONField(_("detail"), default=dict)
    at = models.DateTimeField(_("at"), default=timezone.now)

    objects: ClassVar[Trail] = Trail()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit trail")
        indexes = [
            models.Index(fields=["tenant", "-at"], name="audit_recent"),
            models.Index(fields=["tenant", "object_type", "object_id", "-at"], name="audit_of_a_row"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_label}"


class Alert(TenantOrPlatformModel):
    """Something that asks for attention: one row for (tenant, kind, subject) while it is not solved.

    open -> acknowledged -> solved; a solved one that comes back is a new row. Written by tenants.alerts only, but for
    what was told of it by e-mail and by webhook (notifications.alert_mail, notifications.alert_hook): ``hook_state`` is
    the state that the webhook's receiver knows.
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
    changed_at = models.DateTimeField(_("state since"), default=timezone.now, db_default=Now())
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("acknowledged by")
    )
    solved_at = models.DateTimeField(_("solved at"), null=True)
    solved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("solved by")
    )
    note = models.CharField(_("note"), max_length=300, blank=True, default="", db_default="")
    mailed_at = models.DateTimeField(_("told by e-mail at"), null=True)
    hook_state = models.CharField(
        _("state told by webhook"), max_length=12, choices=State, blank=True, default="", db_default=""
    )
    hook_attempts = models.PositiveSmallIntegerField(_("attempts to tell it"), default=0, db_default=0)
    hook_due_at = models.DateTimeField(_("next attempt to tell it"), null=True)

    class Meta:
        ordering = ["-last_at"]
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        indexes = [
            models.Index(fields=["tenant", "-first_at", "-id"], name="alert_history"),
            models.Index(fields=["changed_at"], name="alert_changed"),
        ]
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
