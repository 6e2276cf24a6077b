"""Whom a business portfolio wrote to in the last 24 hours: what Meta's messaging limit counts."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ReachedPerson(models.Model):
    """A person to whom a portfolio began to write, outside the customer service window, at ``at``.

    The row is made before the call (``client_ref`` is the attempt's reference) and taken back when it is refused:
    ``former_at`` then counts again. It belongs to no tenant, since numbers of several may share a portfolio; nobody is
    shown another's share. ``person`` is a match key or a user id.
    """

    portfolio = models.CharField(_("business portfolio"), max_length=60)
    person = models.CharField(_("person"), max_length=140)
    at = models.DateTimeField(_("at"))
    former_at = models.DateTimeField(_("before that at"), null=True)
    client_ref = models.CharField(_("our reference"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("person reached")
        verbose_name_plural = _("people reached")
        constraints = [models.UniqueConstraint(fields=["portfolio", "person"], name="one_row_a_person_reached")]
        indexes = [
            models.Index(fields=["portfolio", "at"], name="reached_lately"),
            models.Index(fields=["client_ref"], name="reached_by"),
        ]

    def __str__(self) -> str:
        return f"{self.portfolio} {self.person}"
