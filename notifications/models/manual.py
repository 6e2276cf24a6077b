"""Messages that a person sent from an own phone with a text of Recado's: known, not followed."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.models.appointment import Appointment
from tenants.models import Contact
from tenants.scoping import TenantScopedModel


class ManualNotice(TenantScopedModel):
    """Somebody opened wa.me with a ready text. Whether it was sent is not known ("not tracked")."""

    appointment = models.ForeignKey(
        Appointment, models.SET_NULL, null=True, related_name="manual_notices", verbose_name=_("appointment")
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="manual_notices", verbose_name=_("contact"))
    text_key = models.CharField(_("text"), max_length=40)
    body = models.TextField(_("wording"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who")
    )
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now)

    class Meta:
        ordering = ["-opened_at"]
        verbose_name = _("manual notice")
        verbose_name_plural = _("manual notices")

    def __str__(self) -> str:
        return f"{self.contact} · {self.text_key}"
