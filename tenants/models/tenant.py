"""Whom we work for: client companies and their people."""

import uuid
import zoneinfo
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants import enabling
from tenants.scoping import TenantOrPlatformModel, TenantScopedModel


def check_time_zone(value: str) -> None:
    """Refuses a name that the IANA database does not know."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("%(value)s is not a time zone. Example: America/Sao_Paulo."), params={"value": value})


class Tenant(models.Model):
    """A client company. Active -> paused (nothing automatic is sent) -> active; closed is the end."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        PAUSED = "paused", _("Paused")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.ACTIVE)
    time_zone = models.CharField(
        _("time zone"), max_length=50, default="America/Sao_Paulo", validators=[check_time_zone]
    )
    language = models.CharField(_("language"), max_length=10, default="pt-br", choices=settings.LANGUAGES)
    contact_name = models.CharField(
        _("contact person"), max_length=60, blank=True, help_text=_("The person of “Talk to …”.")
    )
    address_line = models.CharField(_("address line"), max_length=200, blank=True)
    booking_url = models.URLField(_("booking link"), blank=True)
    requires_second_factor = models.BooleanField(
        _("demands a second factor"),
        default=False,
        help_text=_("Whoever has none sets one up before anything else."),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    members: models.ManyToManyField = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Member", related_name="tenants"
    )

    class Meta:
        ordering = ["name"]
        verbose_name = _("company")
        verbose_name_plural = _("companies")

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)


class Member(TenantScopedModel):
    """A person's role in a company; what each role may do is in tenants.roles."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")
        OPERATOR = "operator", _("Operator")
        VIEWER = "viewer", _("Viewer")

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="memberships", verbose_name=_("company"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=10, choices=Role, default=Role.OPERATOR)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["tenant", "user"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["tenant", "user"], name="one_role_a_person_and_tenant")]

    def __str__(self) -> str:
        return f"{self.user} · {self.tenant}"


class AutomationSettings(TenantScopedModel):
    """A tenant's own automation settings; an empty field means the platform's default (tenants.flags resolves them)."""

    class Mode(models.TextChoices):
        DISABLED = "disabled", _("Disabled")
        DRY_RUN = "dry_run", _("Dry run")
        ENABLED = "enabled", _("Enabled")

    tenant = models.OneToOneField(Tenant, models.CASCADE, related_name="automation", verbose_name=_("company"))
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, blank=True)
    queue_enabled = models.BooleanField(_("queue enabled"), null=True, blank=True)
    test_recipient = models.CharField(_("test recipient"), max_length=20, blank=True)
    batch_limit = models.PositiveIntegerField(_("batch limit"), null=True, blank=True)
    max_retries = models.PositiveIntegerField(_("maximum retries"), null=True, blank=True)
    retry_base_delay_seconds = models.PositiveIntegerField(_("retry base delay (seconds)"), null=True, blank=True)
    auto_dispatch_on_queue = models.BooleanField(_("send at once when queued"), null=True, blank=True)
    quiet_hours = models.JSONField(
        _("quiet hours"),
        default=dict,
        blank=True,
        help_text=_('By kind of notice, in the company\'s time zone: {"appointment_reminder": ["21:00", "08:00"]}.'),
    )
    daily_limits = models.JSONField(
        _("daily limits"),
        default=dict,
        blank=True,
        help_text=_(
            'Automatic messages a day by kind; "*" is all kinds together, "customer" those to one person: '
            '{"*": 500, "auto_reply": 50, "customer": 3}.'
        ),
    )
    holidays = models.JSONField(
        _("holidays"),
        default=list,
        blank=True,
        help_text=_('No automatic messages on these days, but answers: ["2027-02-09", "12-25"].'),
    )
    hand_over = models.BooleanField(
        _("hand over between numbers"),
        default=False,
        help_text=_("Another number of the company sends what waits for a number in trouble."),
    )
    reminder_offsets_minutes = models.JSONField(
        _("reminders (minutes before)"), default=list, blank=True, help_text=_("Empty means [1440]: 24 hours before.")
    )
    hello_world_fallback = models.BooleanField(_("hello_world fallback"), null=True, blank=True)
    ticket_silence_minutes = models.PositiveIntegerField(
        _("silence that solves a ticket (minutes)"),
        null=True,
        blank=True,
        help_text=_("Since the customer's last message. Empty means 1440: 24 hours."),
    )
    ticket_reopen_minutes = models.PositiveIntegerField(
        _("time to reopen a ticket (minutes)"),
        null=True,
        blank=True,
        help_text=_("A message within this time reopens it, a later one opens a new one. Empty means 1440: 24 hours."),
    )
    app_pause_minutes = models.PositiveIntegerField(
        _("pause after an answer in the phone app (minutes)"),
        null=True,
        blank=True,
        help_text=_("No automatic answers in a conversation in which somebody just wrote by hand. Empty means 60."),
    )
    lead_keywords = models.JSONField(
        _("words that tell a lead's source"),
        default=list,
        blank=True,
        help_text=_('In the first message: ["instagram", "panfleto"].'),
    )
    optout_words = models.JSONField(
        _("further words that stop messages"),
        default=list,
        blank=True,
        help_text=_('Beside SAIR, PARAR, STOP, REMOVER and CANCELAR, as the whole message: ["nao quero mais"].'),
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        verbose_name = _("automation settings")
        verbose_name_plural = _("automation settings")

    def __str__(self) -> str:
        return str(self.tenant)

    def clean(self) -> None:
        """In production nobody switches a company on while something required is missing, or writes to a tester."""
        if settings.IN_PRODUCTION and self.test_recipient:
            raise ValidationError(
                {"test_recipient": _("Production has no test recipient: customers get their messages.")}
            )
        if self.mode != self.Mode.ENABLED or not settings.IN_PRODUCTION or not self.tenant_id:
            return
        was = AutomationSettings.objects.filter(pk=self.pk).values_list("mode", flat=True).first()
        if was != self.mode and (missing := enabling.obstacles(self.tenant)):
            sentence = _("This company is not ready: %(missing)s. See Readiness.")
            raise ValidationError({"mode": sentence % {"missing": "; ".join(missing)}})


class KillSwitch(TenantOrPlatformModel):
    """Nothing is sent while one is on: for one tenant, or, without a tenant, for the platform. Rows are the history."""

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, null=True, blank=True, related_name="kill_switches", verbose_name=_("company")
    )
    reason = models.CharField(_("reason"), max_length=200)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, verbose_name=_("author")
    )
    started_at = models.DateTimeField(_("started at"), auto_now_add=True)
    until = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("kill switch")
        verbose_name_plural = _("kill switches")
        indexes = [models.Index(fields=["tenant"], condition=models.Q(ended_at=None), name="kill_switch_on")]

    def __str__(self) -> str:
        return f"{self.tenant or _('Platform')}: {self.reason}"


class MessageText(TenantScopedModel):
    """A tenant's own wording of a text that Recado sends or offers; keys and defaults are in notifications.texts."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="texts", verbose_name=_("company"))
    key = models.CharField(_("text"), max_length=40)
    body = models.TextField(_("wording"), max_length=4096)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        ordering = ["tenant", "key"]
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="one_text_a_key")]

    def __str__(self) -> str:
        return self.key

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.body = self.body.strip()
        super().save(*args, **kwargs)
