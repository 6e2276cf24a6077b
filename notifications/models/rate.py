"""How fast a number, and a number to one person, may send: the clock of notifications.rates."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber


class Rate(models.Model):
    """The clock of one limit (GCRA): ``next_at`` is when the messages let through so far are paid off.

    ``recipient`` empty: the number's throughput; else the pair of number and person. ``blocked_until``: the provider
    itself said "too fast" and is believed until then; ``strikes``: how often in a row, less what went well since.
    """

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+", verbose_name=_("number"))
    recipient = models.CharField(_("recipient"), max_length=140, blank=True)
    next_at = models.DateTimeField(_("paid off at"))
    blocked_until = models.DateTimeField(_("blocked until"), null=True, blank=True)
    strikes = models.PositiveSmallIntegerField(_("times too fast"), default=0, db_default=0)

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rates")
        constraints = [models.UniqueConstraint(fields=["number", "recipient"], name="one_clock_a_limit")]
        indexes = [
            models.Index(fields=["next_at"], name="rate_next"),
            models.Index(fields=["next_at"], condition=models.Q(recipient=""), name="rate_of_a_number"),
            models.Index(fields=["number"], condition=models.Q(strikes__gt=0), name="rate_struck"),
        ]

    def __str__(self) -> str:
        return f"{self.number_id} {self.recipient}".strip()
