"""How a connection stood when it was last compared with what it should be."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber
from tenants.scoping import TenantScopedModel


class ConnectionCheck(TenantScopedModel):
    """The newest comparison of a number with what is expected (whatsapp.comparison); each one replaces the last.

    ``findings`` are rows of ``{"name", "state", "expected", "found"}``; words as the provider spells them.
    """

    number = models.OneToOneField(PhoneNumber, models.CASCADE, related_name="check_row", verbose_name=_("number"))
    at = models.DateTimeField(_("time"))
    findings = models.JSONField(_("findings"), default=list)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("check of a connection")
        verbose_name_plural = _("checks of connections")

    def __str__(self) -> str:
        return f"{self.number} {self.at:%Y-%m-%d %H:%M}"
