"""What a person vouches for, since nothing can be asked: a client pays Meta, a runbook was read, an app is live."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.scoping import TenantOrPlatformModel


class Confirmation(TenantOrPlatformModel):
    """One item of a checklist, confirmed by a person: of a company, or of the platform (without a company).

    Withdrawn ones stay as history; at most one of an item counts.
    """

    item = models.CharField(_("item"), max_length=60)
    note = models.CharField(_("note"), max_length=300, blank=True)
    day = models.DateField(_("day"), help_text=_("When it was done."))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    at = models.DateTimeField(_("confirmed at"), default=timezone.now)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("confirmation")
        verbose_name_plural = _("confirmations")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "item"],
                condition=Q(withdrawn_at=None),
                nulls_distinct=False,
                name="one_confirmation_an_item",
            )
        ]

    def __str__(self) -> str:
        return f"{self.item} {self.day}"
