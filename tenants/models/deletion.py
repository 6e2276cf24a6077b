"""What was done when a person asked Meta that their data be deleted."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DataDeletion(models.Model):
    """A fulfilled request, of the platform. Nothing of the person is kept: ``code`` is all that leads here."""

    code = models.CharField(_("code"), max_length=32, unique=True)
    requested_at = models.DateTimeField(_("asked at"), default=timezone.now)
    completed_at = models.DateTimeField(_("done at"), default=timezone.now)
    accesses = models.PositiveIntegerField(_("accesses ended"), default=0)
    records = models.PositiveIntegerField(_("records forgotten"), default=0)

    class Meta:
        ordering = ["-requested_at"]
        verbose_name = _("data deletion")
        verbose_name_plural = _("data deletions")

    def __str__(self) -> str:
        return self.code
