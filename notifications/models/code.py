"""A code that proves that a person holds a phone."""

import uuid
from datetime import datetime, timedelta

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.appointment import Appointment
from notifications.models.job import NotificationJob
from tenants.models import Contact
from tenants.scoping import TenantScopedModel


class OneTimeCode(TenantScopedModel):
    """Six digits, good once, for LIFE and for TRIES. notifications.codes is its only writer.

    ::

        open -> confirmed (the right code) | used_up (TRIES wrong ones) | replaced (a newer one for the same purpose)

    That its time is over is no state: ``expires_at`` tells. ``digest`` is the code's keyed hash, and ``ciphertext`` the
    code under the vault's key, only until the message that carries it is settled.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CONFIRMED = "confirmed", _("Confirmed")
        USED_UP = "used_up", _("Used up")
        REPLACED = "replaced", _("Replaced")

    LIFE = timedelta(minutes=10)
    TRIES = 5

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="one_time_codes", verbose_name=_("contact"))
    purpose = models.CharField(_("purpose"), max_length=40)
    appointment = models.ForeignKey(
        Appointment, models.SET_NULL, null=True, related_name="one_time_codes", verbose_name=_("appointment")
    )
    job = models.OneToOneField(NotificationJob, models.CASCADE, related_name="one_time_code", verbose_name=_("message"))
    language = models.CharField(_("language"), max_length=15)
    template_name = models.CharField(_("template"), max_length=512, blank=True)
    digest = models.CharField(_("hash"), max_length=64, editable=False)
    ciphertext = models.BinaryField(_("code, encrypted"), null=True, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    expires_at = models.DateTimeField(_("expires at"))
    ended_at = models.DateTimeField(_("ended at"), null=True)
    created_at = models.DateTimeField(_("created at"), default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("one-time code")
        verbose_name_plural = _("one-time codes")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "contact", "purpose"],
                condition=models.Q(state="open"),
                name="one_open_code_a_purpose",
            )
        ]
        indexes = [
            models.Index(fields=["contact", "-created_at"], name="code_of_contact"),
            models.Index(fields=["expires_at"], condition=models.Q(ciphertext__isnull=False), name="code_unwiped"),
            models.Index(fields=["created_at"], name="code_age"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} → {self.contact}"

    @property
    def tries_left(self) -> int:
        return max(self.TRIES - self.tries, 0)

    def counts(self, now: datetime) -> bool:
        """Whether it may still be given."""
        return self.state == self.State.OPEN and now < self.expires_at
