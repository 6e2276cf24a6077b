"""Connecting a number, step by step: the signup, its steps, and the links that invite a client's owner."""

import uuid
from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import PhoneNumber
from tenants.scoping import TenantScopedModel


class SignupInvitation(TenantScopedModel):
    """A link that a client's owner opens without an account. Only its hash is kept; the link is shown once."""

    token_hash = models.CharField(_("hash of the link"), max_length=64, unique=True, editable=False)
    note = models.CharField(_("for whom"), max_length=120, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    created_at = models.DateTimeField(_("made at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    opened_at = models.DateTimeField(_("first opened at"), null=True, blank=True)
    used_at = models.DateTimeField(_("connected at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("link to connect")
        verbose_name_plural = _("links to connect")

    def __str__(self) -> str:
        return self.note or f"#{self.pk}"

    def is_open(self, now: datetime) -> bool:
        """Whether the link still leads anywhere; one that connected a number shows its result until it expires."""
        return self.revoked_at is None and now < self.expires_at


class Signup(TenantScopedModel):
    """One way of a number into the platform.

    State (whatsapp.onboarding moves it, nothing else does)::

        waiting (for Meta's window) <-> running -> connected
             |          ^                 |
             |          +--- failed <-----+      (a failed step is tried again alone)
             +-> cancelled, expired <-- failed

    ``browser_hash``, ``person`` and ``nonce`` bind the state token; ``waba_id`` and ``phone_number_id`` are what the
    browser said, believed by nobody until the step ``proof`` has read them with the token.
    """

    class Way(models.TextChoices):
        COEXISTENCE = "coexistence", _("Keep the app on the phone (coexistence)")
        NEW_NUMBER = "new_number", _("New number")
        MANUAL = "manual", _("By ids and token")

    class Source(models.TextChoices):
        CONSOLE = "console", _("Console")
        API = "api", _("API")
        INVITATION = "invitation", _("Link to connect")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for Meta's window")
        RUNNING = "running", _("Connecting")
        FAILED = "failed", _("Stopped at a step")
        CONNECTED = "connected", _("Connected")
        CANCELLED = "cancelled", _("Given up")
        EXPIRED = "expired", _("Expired")

    OPEN = (State.WAITING, State.RUNNING, State.FAILED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    way = models.CharField(_("way"), max_length=12, choices=Way)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person")
    )
    invitation = models.ForeignKey(
        SignupInvitation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="signups",
        verbose_name=_("link to connect"),
    )
    browser_hash = models.CharField(max_length=64, blank=True, editable=False)
    nonce = models.CharField(max_length=64, editable=False)
    state_until = models.DateTimeField(_("window to be answered until"))
    state_used_at = models.DateTimeField(_("window answered at"), null=True, blank=True)
    waba_id = models.CharField(_("WABA id"), max_length=40, blank=True)
    phone_number_id = models.CharField(_("phone number id"), max_length=40, blank=True)
    token = models.BinaryField(null=True, editable=False)
    pin = models.BinaryField(null=True, editable=False)
    facts = models.JSONField(_("what Meta told"), default=dict, blank=True)
    number = models.ForeignKey(
        PhoneNumber, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("number")
    )
    lease = models.UUIDField(null=True, editable=False)
    due_at = models.DateTimeField(_("next step due at"), null=True, blank=True, editable=False)
    leased_until = models.DateTimeField(_("leased until"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("started at"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires at"))
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("connection in progress")
        verbose_name_plural = _("connections in progress")
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="signup_due"),
            models.Index(fields=["expires_at"], condition=models.Q(ended_at=None), name="signup_open"),
            models.Index(fields=["tenant", "-created_at"], name="signup_of_tenant"),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} · {self.created_at:%Y-%m-%d}"


class SignupStep(TenantScopedModel):
    """One step: what came of it, and Meta's own words where it refused. ``problem`` is a key of onboarding.problems."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Not yet")
        RUNNING = "running", _("In progress")
        DONE = "done", pgettext_lazy("step", "Done")
        FAILED = "failed", _("Stopped")
        SKIPPED = "skipped", _("Not needed")

    FINISHED = (State.DONE, State.SKIPPED)

    signup = models.ForeignKey(Signup, models.CASCADE, related_name="steps", verbose_name=_("connection in progress"))
    name = models.CharField(_("step"), max_length=12)
    position = models.PositiveSmallIntegerField(_("position"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    meta_code = models.IntegerField(_("Meta's code"), null=True, blank=True)
    meta_message = models.CharField(_("Meta's words"), max_length=500, blank=True)
    meta_trace = models.CharField(_("Meta's trace"), max_length=60, blank=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        ordering = ["signup", "position"]
        verbose_name = _("step of a connection")
        verbose_name_plural = _("steps of a connection")
        constraints = [models.UniqueConstraint(fields=["signup", "name"], name="one_row_a_signup_step")]

    def __str__(self) -> str:
        return self.name
