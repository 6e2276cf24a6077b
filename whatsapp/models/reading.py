"""The history of numbers' health: what the provider answered when it was asked."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber
from tenants.scoping import TenantScopedModel


class NumberReading(TenantScopedModel):
    """The same answer, ``count`` times in a row from ``first_at`` to ``last_at``; another answer is another row.

    Words are the provider's own. ``token_valid`` and ``official`` are None where nobody told. ``problem`` is the
    sentence of a refusal, and then the facts are those known before.
    """

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="readings", verbose_name=_("number"))
    first_at = models.DateTimeField(_("first at"))
    last_at = models.DateTimeField(_("last at"))
    count = models.PositiveIntegerField(_("times"), default=1)
    status = models.CharField(_("status"), max_length=30, blank=True)
    quality_rating = models.CharField(_("quality"), max_length=10, blank=True)
    messaging_limit = models.CharField(_("messaging limit"), max_length=20, blank=True)
    throughput = models.PositiveIntegerField(_("throughput (messages a second)"), null=True, blank=True)
    verified_name = models.CharField(_("verified name"), max_length=120, blank=True)
    name_status = models.CharField(_("name's status"), max_length=40, blank=True)
    official = models.BooleanField(_("official badge"), null=True)
    token_valid = models.BooleanField(_("token valid"), null=True)
    token_expires_at = models.DateTimeField(_("token expires at"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)

    FACTS = (
        *("status", "quality_rating", "messaging_limit", "throughput", "verified_name", "name_status", "official"),
        *("token_valid", "token_expires_at", "problem"),
    )

    class Meta:
        ordering = ["-last_at", "-id"]
        verbose_name = _("reading of a number")
        verbose_name_plural = _("readings of numbers")
        indexes = [models.Index(fields=["number", "-last_at"], name="reading_newest")]

    def __str__(self) -> str:
        return f"{self.status} {self.quality_rating}".strip() or self.problem

    def says_the_same_as(self, other: "NumberReading") -> bool:
        return all(getattr(self, name) == getattr(other, name) for name in self.FACTS)
