"""A promised message, its attempts and its timeline."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notifications.models.appointment import Appointment
from templates_mgmt.models import TemplateMapping
from tenants import phones
from tenants.models import Contact, PhoneNumber
from tenants.scoping import TenantScopedModel, tenant_key
from whatsapp.models import Message


class NotificationJob(TenantScopedModel):
    """One notice that somebody decided to send. notifications.queue is the only writer of its state.

    ::

        pending -> sending (claimed: lease, attempt n) -> sent        accepted by the provider: our part is done
                                                       -> pending     to be tried again, at next_attempt_at
                                                       -> uncertain   nobody knows whether it was accepted
                                                       -> failed
        uncertain -> sent (a status came) | pending (hold ran out) | failed
        pending -> skipped (a gate said no for good) | cancelled (no longer wanted)
        failed, skipped, uncertain -> pending (a person tries again) | cancelled (a person discards it)
        sent -> pending (the provider reported afterwards that it was not delivered, and it is worth another try)

    From ``sent`` on the message's own status tells the rest; ``combined_state`` (notifications.states) is what
    people and the API see. ``scheduled_for`` is when it should go; ``due_at`` when the queue looks at it next (later
    than scheduled_for while it is held or waits for a retry). ``leased_until`` says until when a claim (pending), a
    call (sending) or a hold (uncertain) is trusted; ``lease_token`` stays until the next claim, so that a late answer
    of the call still finds its job. ``attempts`` counts calls, ``failures`` those that use up the retries (waits that a
    rate asked for do not). ``by_person``: somebody asked for it now, so lateness and quiet hours do not hold it.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Queued")
        SENDING = "sending", _("Sending")
        UNCERTAIN = "uncertain", _("Confirming")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        SKIPPED = "skipped", _("Not sent")
        CANCELLED = "cancelled", _("Cancelled")

    class Lane(models.IntegerChoices):
        REPLY = 0, _("Replies")
        NOTICE = 1, _("Notices")
        CAMPAIGN = 2, _("Campaigns")

    voice: TemplateMapping | None = None  # which of its kind's texts speaks this time; notifications.variants says it

    ACTIVE = frozenset({State.PENDING, State.SENDING, State.UNCERTAIN})
    TERMINAL = frozenset({State.SENT, State.FAILED, State.SKIPPED, State.CANCELLED})
    RETRYABLE = frozenset({State.FAILED, State.SKIPPED, State.UNCERTAIN})

    tenant = tenant_key(db_index=False)
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=40)
    origin = models.CharField(_("origin"), max_length=10, choices=Message.Origin, default=Message.Origin.AUTOMATION)
    dedupe_key = models.CharField(_("key"), max_length=200)
    appointment = models.ForeignKey(
        Appointment, models.CASCADE, null=True, blank=True, related_name="jobs", verbose_name=_("appointment")
    )
    revision = models.PositiveIntegerField(_("appointment's revision"), default=0)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="jobs", verbose_name=_("contact"))
    to = models.CharField(_("to"), max_length=140, help_text=_("E.164 with +, or a WhatsApp user id."))
    number = models.ForeignKey(
        PhoneNumber, models.SET_NULL, null=True, blank=True, related_name="jobs", verbose_name=_("number")
    )
    content = models.JSONField(_("content"), null=True, blank=True)
    reply_to = models.CharField(
        _("answers message"), max_length=200, blank=True, default="", db_default="", help_text=_("A wamid.")
    )
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane, default=Lane.NOTICE)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PENDING)
    scheduled_for = models.DateTimeField(_("scheduled for"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failures = models.PositiveSmallIntegerField(_("failed attempts"), default=0)
    by_person = models.BooleanField(_("asked for by a person"), default=False)
    lease_token = models.UUIDField(_("lease"), null=True, editable=False)
    leased_until = models.DateTimeField(_("leased until"), null=True, editable=False)
    message = models.ForeignKey(
        Message, models.SET_NULL, null=True, blank=True, related_name="jobs", verbose_name=_("message")
    )
    mode = models.CharField(_("mode"), max_length=10, blank=True)  # "template" | "text"
    template_name = models.CharField(_("template"), max_length=512, blank=True)
    template_language = models.CharField(_("language"), max_length=15, blank=True)
    window = models.JSONField(_("window evidence"), default=dict, blank=True)
    reason_code = models.CharField(_("reason"), max_length=60, blank=True)
    reason_detail = models.JSONField(_("reason's detail"), default=dict, blank=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("queued message")
        verbose_name_plural = _("queued messages")
        constraints = [models.UniqueConstraint(fields=["tenant", "dedupe_key"], name="one_job_a_notice")]
        indexes = [
            models.Index(fields=["tenant", "lane", "due_at"], condition=models.Q(state="pending"), name="job_turn"),
            models.Index(
                fields=["reason_code"], condition=models.Q(state="pending") & ~models.Q(reason_code=""), name="job_held"
            ),
            models.Index(
                fields=["leased_until"], condition=models.Q(state__in=["sending", "uncertain"]), name="job_lease"
            ),
            models.Index(fields=["tenant", "-created_at", "-id"], name="job_recent"),
            models.Index(fields=["tenant", "state", "-created_at"], name="job_state"),
        ]

    def __str__(self) -> str:
        return gettext("Message to %(to)s") % {"to": phones.display(self.to)}

    @property
    def sent_to(self) -> str:
        """Where the last attempt really went (a test recipient may stand in), as rates name people."""
        return phones.recipient(self.message.address if self.message else self.to)


class JobAttempt(models.Model):
    """One call to the provider for a job: what was asked, what came back. Outcome empty: still open, or we died."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        UNCERTAIN = "uncertain", _("Unknown")

    job = models.ForeignKey(
        NotificationJob, models.CASCADE, related_name="attempt_rows", verbose_name=_("message"), db_index=False
    )
    number = models.ForeignKey(PhoneNumber, models.SET_NULL, null=True, related_name="+", verbose_name=_("number"))
    attempt = models.PositiveSmallIntegerField(_("attempt"))
    lease_token = models.UUIDField(_("lease"), editable=False)
    client_ref = models.CharField(_("our reference"), max_length=80)
    message = models.ForeignKey(Message, models.SET_NULL, null=True, related_name="+", verbose_name=_("message"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    provider_message_id = models.CharField(_("message id"), max_length=200, blank=True)
    error_code = models.IntegerField(_("error code"), null=True)
    error = models.TextField(_("error"), blank=True)
    fbtrace_id = models.CharField(_("trace id"), max_length=60, blank=True)
    started_at = models.DateTimeField(_("started at"), default=timezone.now)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta:
        ordering = ["attempt"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [models.UniqueConstraint(fields=["job", "attempt"], name="one_row_an_attempt")]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.attempt}"


class JobEvent(models.Model):
    """A line of a job's timeline that our side wrote; notifications.timeline adds the statuses of its messages.

    ``event`` is one of notifications.timeline.EVENTS; ``detail`` holds the evidence (no secrets).
    """

    job = models.ForeignKey(
        NotificationJob, models.CASCADE, related_name="events", verbose_name=_("message"), db_index=False
    )
    event = models.CharField(_("event"), max_length=30)
    detail = models.JSONField(_("detail"), default=dict)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        ordering = ["at", "id"]
        verbose_name = _("timeline line")
        verbose_name_plural = _("timeline")
        indexes = [models.Index(fields=["job", "at", "id"], name="job_timeline")]

    def __str__(self) -> str:
        return self.event


class IdempotencyKey(TenantScopedModel):
    """A tenant system's Idempotency-Key of POST /messages/, kept 24 h; ``body_hash`` is sha256 of the body."""

    tenant = tenant_key(db_index=False)
    key = models.CharField(_("key"), max_length=200)
    body_hash = models.CharField(_("body hash"), max_length=64)
    job = models.ForeignKey(NotificationJob, models.CASCADE, related_name="+", verbose_name=_("message"))
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="one_answer_an_idempotency_key")]

    def __str__(self) -> str:
        return self.key
