"""A tenant's connection to WhatsApp: accounts (WABAs), numbers, credentials, and the steps a connection went through.

A PhoneNumber is the connection. Ownership of a WABA or a number has a beginning and an end; among the rows of one
wire id at most one is open, so that a wire id never leads to two tenants.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.scoping import TenantQuerySet, TenantScopedModel


class Provider(models.TextChoices):
    META = "meta", _("Meta (Cloud API)")
    EVOLUTION = "evolution", _("Evolution API")
    STUB = "stub", _("Test provider")


class OwnedQuerySet(TenantQuerySet):
    """Rows whose ownership has a beginning and an end."""

    def owned(self) -> Self:
        """Only those that belong to their tenant still."""
        return self.filter(owned_until=None)


class WhatsAppAccount(TenantScopedModel):
    """A WhatsApp Business Account (WABA): owns templates and numbers, lives in a business portfolio."""

    waba_id = models.CharField(_("WABA id"), max_length=40)
    name = models.CharField(_("name"), max_length=120, blank=True)
    business_portfolio_id = models.CharField(_("business portfolio id"), max_length=40, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    owned_from = models.DateTimeField(_("owned from"), default=timezone.now)
    owned_until = models.DateTimeField(_("owned until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects: ClassVar = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["tenant", "name"]
        verbose_name = _("WhatsApp Business account")
        verbose_name_plural = _("WhatsApp Business accounts")
        constraints = [
            models.UniqueConstraint(fields=["waba_id"], condition=Q(owned_until=None), name="one_owner_a_waba")
        ]

    def __str__(self) -> str:
        return self.name or self.waba_id


class PhoneNumber(TenantScopedModel):
    """A business number and its connection.

    State (tenants.connections moves it, nothing else does)::

        draft -> connecting -> connected <-> degraded
                                  |  ^          |
                                  v  |          |
                                 paused <-------+      disconnected -> connecting
        any but revoked -> disconnected, revoked (Meta or the client took the access away) -> connecting
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        CONNECTING = "connecting", _("Connecting")
        CONNECTED = "connected", _("Connected")
        DEGRADED = "degraded", _("Degraded")
        PAUSED = "paused", _("Paused")
        DISCONNECTED = "disconnected", _("Disconnected")
        REVOKED = "revoked", _("Revoked")

    class Quality(models.TextChoices):
        GREEN = "GREEN", _("High")
        YELLOW = "YELLOW", _("Medium")
        RED = "RED", _("Low")
        UNKNOWN = "UNKNOWN", _("Unknown")

    provider = models.CharField(_("provider"), max_length=10, choices=Provider, default=Provider.META)
    account = models.ForeignKey(
        WhatsAppAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="numbers",
        verbose_name=_("WhatsApp Business account"),
    )
    phone_number_id = models.CharField(_("phone number id"), max_length=40)
    display_phone_number = models.CharField(_("number"), max_length=30)
    verified_name = models.CharField(_("verified name"), max_length=120, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    state_reason = models.CharField(_("reason"), max_length=200, blank=True)
    state_changed_at = models.DateTimeField(_("state since"), default=timezone.now)
    app_mode = models.CharField(
        _("app mode"),
        max_length=12,
        choices=[("development", _("Development")), ("live", _("Live"))],
        default="live",
    )
    coexistence = models.BooleanField(_("coexistence"), default=False)
    quality_rating = models.CharField(_("quality"), max_length=10, choices=Quality, default=Quality.UNKNOWN)
    messaging_limit = models.CharField(_("messaging limit"), max_length=20, blank=True)
    throughput = models.PositiveIntegerField(_("throughput (messages a second)"), default=80)
    resting_since = models.DateTimeField(_("out of the pool since"), null=True, blank=True)
    resting_reason = models.CharField(_("out of the pool because"), max_length=200, blank=True)
    told_at = models.JSONField(
        _("told at"), default=dict, blank=True, help_text=_("When the provider told each fact: the newest word counts.")
    )
    heard_at = models.DateTimeField(_("last webhook"), null=True, blank=True)
    inbound_at = models.DateTimeField(_("last message received"), null=True, blank=True)
    status_at = models.DateTimeField(_("last status"), null=True, blank=True)
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("connected by"),
    )
    connected_at = models.DateTimeField(_("connected at"), null=True, blank=True)
    owned_from = models.DateTimeField(_("owned from"), default=timezone.now)
    owned_until = models.DateTimeField(_("owned until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects: ClassVar = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["tenant", "display_phone_number"]
        verbose_name = _("number")
        verbose_name_plural = _("numbers")
        constraints = [
            models.UniqueConstraint(
                fields=["phone_number_id"], condition=Q(owned_until=None), name="one_owner_a_number"
            )
        ]

    # The named sets that buttons, queries and tests share.
    SENDS = frozenset({State.CONNECTED})
    WAITS = frozenset({State.CONNECTING, State.DEGRADED, State.PAUSED, State.DISCONNECTED, State.REVOKED})

    def __str__(self) -> str:
        return self.display_phone_number

    @property
    def may_send(self) -> bool:
        return self.state in self.SENDS and self.owned_until is None

    @property
    def is_resting(self) -> bool:
        """Its health is poor (whatsapp.health): where a tenant has another number, that one speaks."""
        return self.resting_since is not None


class ConnectionStep(TenantScopedModel):
    """One move of a connection's state: who, when and why. Never changed."""

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="steps", verbose_name=_("number"))
    from_state = models.CharField(_("from"), max_length=12, choices=PhoneNumber.State)
    to_state = models.CharField(_("to"), max_length=12, choices=PhoneNumber.State)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("connection step")
        verbose_name_plural = _("connection steps")

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"


class Credential(TenantScopedModel):
    """A secret of a connection, encrypted (tenants.vault); on the WABA for Meta, on the number for Evolution."""

    LASTS = timedelta(days=365)  # of one that does not expire

    class Kind(models.TextChoices):
        ACCESS_TOKEN = "access_token", _("Access token")
        VERIFY_TOKEN = "verify_token", _("Verify token")
        PIN = "pin", _("PIN")
        API_KEY = "api_key", _("API key")
        WEBHOOK_SECRET = "webhook_secret", _("Webhook secret")

    account = models.ForeignKey(
        WhatsAppAccount,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="credentials",
        verbose_name=_("WhatsApp Business account"),
    )
    number = models.ForeignKey(
        PhoneNumber, models.CASCADE, null=True, blank=True, related_name="credentials", verbose_name=_("number")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    ciphertext = models.BinaryField(editable=False)
    last4 = models.CharField(_("ends in"), max_length=4, blank=True, editable=False)
    token_kind = models.CharField(_("token kind"), max_length=30, blank=True)
    granted_by = models.CharField(
        _("granted by"), max_length=40, blank=True, help_text=_("Meta's id of whom the token stands for.")
    )
    granter = models.CharField(
        _("granted in Meta's window by"),
        max_length=40,
        blank=True,
        db_default="",
        help_text=_("Meta's id of the person towards this app, where its window told it."),
    )
    scopes = models.JSONField(_("scopes"), default=list, blank=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("set by")
    )
    created_at = models.DateTimeField(_("set at"), auto_now_add=True)
    retired_at = models.DateTimeField(_("retired at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        constraints = [
            models.CheckConstraint(
                condition=Q(account=None) ^ Q(number=None), name="credential_of_an_account_or_a_number"
            ),
            models.UniqueConstraint(
                fields=["account", "kind"],
                condition=Q(retired_at=None, account__isnull=False),
                name="one_live_credential_a_kind_and_account",
            ),
            models.UniqueConstraint(
                fields=["number", "kind"],
                condition=Q(retired_at=None, number__isnull=False),
                name="one_live_credential_a_kind_and_number",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ····{self.last4}"

    @property
    def rotate_by(self) -> datetime:
        """When another must have taken its place: the end that the provider set, else a year after it was set."""
        return self.expires_at or self.created_at + self.LASTS
