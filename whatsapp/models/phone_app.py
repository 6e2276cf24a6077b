"""A number that a phone app shares with the API: the two calls that ask for its past, and the parts that came."""

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber
from tenants.scoping import TenantScopedModel


class SyncCall(TenantScopedModel):
    """One of the two calls with which Meta is asked, once in an onboarding, for what the phone app holds.

    State (whatsapp.coexistence.sync moves it, nothing else does)::

        waiting -> calling -> asked | refused | uncertain
        calling -> waiting (certainly not taken: no connection, no access, too many calls)
        uncertain -> asked (what was asked for came)

    Meta takes each call once within 24 hours of the onboarding; a second one costs the number its connection. So a
    row is called from ``waiting`` alone, and one whose caller died is ``uncertain``, never ``waiting`` again.
    """

    class Kind(models.TextChoices):
        """As Meta spells what to synchronise; in the order in which it is asked for."""

        CONTACTS = "smb_app_state_sync", _("Contacts")
        HISTORY = "history", _("History")

    class State(models.TextChoices):
        WAITING = "waiting", _("Not asked for yet")
        CALLING = "calling", _("Asking")
        ASKED = "asked", _("Asked for")
        REFUSED = "refused", _("Refused")
        UNCERTAIN = "uncertain", _("No answer")

    LIFE = timedelta(hours=24)

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="sync_calls", verbose_name=_("number"))
    kind = models.CharField(_("what"), max_length=20, choices=Kind)
    onboarded_at = models.DateTimeField(_("connected in coexistence at"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"))
    claimed_at = models.DateTimeField(_("asked at"), null=True, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    request_id = models.CharField(_("Meta's request id"), max_length=120, blank=True)
    error_code = models.IntegerField(_("error code"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=500, blank=True)

    class Meta:
        ordering = ["-onboarded_at", "-kind"]
        verbose_name = _("request for the phone app's past")
        verbose_name_plural = _("requests for the phone app's past")
        constraints = [
            models.UniqueConstraint(fields=["number", "kind", "onboarded_at"], name="one_sync_call_an_onboarding")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state__in=["waiting", "calling"]), name="sync_call_due")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.number}"

    @property
    def deadline(self) -> datetime:
        """Meta takes no call after it."""
        return self.onboarded_at + self.LIFE

    def is_missed(self, now: datetime) -> bool:
        """Too late to ask, and nobody did."""
        return self.state == self.State.WAITING and now >= self.deadline


class HistoryPart(TenantScopedModel):
    """A part of a phone app's history as it was imported, or (with ``error_code``) the refusal to share it.

    ``phase`` 0 is the last day, 1 the 90 days before, 2 the 90 before these. A chunk with very many messages comes in
    several parts of the same ``chunk_order``. ``progress`` is percent of all as Meta told it; ``left_out`` counts
    items that had no id.
    """

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="history_parts", verbose_name=_("number"))
    key = models.CharField(_("key"), max_length=64, unique=True, help_text=_("That of the event that told it."))
    phase = models.SmallIntegerField(_("phase"), default=0)
    chunk_order = models.IntegerField(_("place in its phase"), default=0)
    progress = models.IntegerField(_("progress (percent)"), default=0)
    messages = models.PositiveIntegerField(_("messages"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    error_code = models.IntegerField(_("error code"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=300, blank=True)
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        ordering = ["number", "phase", "chunk_order", "id"]
        verbose_name = _("part of a history")
        verbose_name_plural = _("parts of histories")

    def __str__(self) -> str:
        return f"{self.phase}/{self.chunk_order}"
