"""What analytics read: messages and answers, counted by day. notifications.analytics.counting is the only writer."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber
from tenants.scoping import TenantScopedModel
from whatsapp.models import Message


class DailyCount(TenantScopedModel):
    """How many messages of a day were alike. ``day`` is of the company's zone, as CountedDay names it.

    ``outcome`` is ``received``, a whatsapp.models.Status of what we sent (``failed`` also where the provider refused
    it at once), or ``open``: nothing is known of it, as of most that the phone app sent. ``kind`` is empty for what no
    job promised, ``error_code`` for all but failures.
    """

    RECEIVED, OPEN = "received", "open"

    day = models.DateField(_("day"))
    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+", verbose_name=_("number"))
    origin = models.CharField(_("origin"), max_length=10, choices=Message.Origin)
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    template_name = models.CharField(_("template"), max_length=512, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10)
    error_code = models.IntegerField(_("error code"), null=True)
    count = models.PositiveIntegerField(_("messages"))

    class Meta:
        ordering = ["-day", "number"]
        verbose_name = _("messages of a day")
        verbose_name_plural = _("messages by day")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "day", "number", "origin", "kind", "template_name", "outcome", "error_code"],
                nulls_distinct=False,
                name="one_count_a_likeness",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.outcome}: {self.count}"


class DailyAnswers(TenantScopedModel):
    """How long customers waited for the answers of a day, in whole seconds, shortest first."""

    class By(models.TextChoices):
        PERSON = "person", _("A person")
        ROBOT = "robot", _("Robot")

    day = models.DateField(_("day"))
    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+", verbose_name=_("number"))
    by = models.CharField(_("answered by"), max_length=6, choices=By)
    seconds = ArrayField(models.PositiveIntegerField(), verbose_name=_("seconds"))

    class Meta:
        ordering = ["-day", "number"]
        verbose_name = _("answers of a day")
        verbose_name_plural = _("answers by day")
        constraints = [models.UniqueConstraint(fields=["tenant", "day", "number", "by"], name="one_row_a_days_answers")]

    def __str__(self) -> str:
        return f"{self.day} {self.by}: {len(self.seconds)}"


class CountedDay(TenantScopedModel):
    """When a day was last counted, and by which zone's midnights."""

    day = models.DateField(_("day"))
    zone = models.CharField(_("time zone"), max_length=50)
    counted_at = models.DateTimeField(_("counted at"))

    class Meta:
        ordering = ["-day"]
        verbose_name = _("counted day")
        verbose_name_plural = _("counted days")
        constraints = [models.UniqueConstraint(fields=["tenant", "day"], name="one_row_a_counted_day")]

    def __str__(self) -> str:
        return str(self.day)


class DayToCount(TenantScopedModel):
    """A note that a day which is counted no more by itself has changed. Noted as often as it happens, read once."""

    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("day to count again")
        verbose_name_plural = _("days to count again")

    def __str__(self) -> str:
        return str(self.day)
