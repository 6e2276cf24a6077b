"""Files that a tenant gave to the provider, to send them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber
from tenants.scoping import TenantScopedModel


class UploadedFile(TenantScopedModel):
    """What the provider calls a file of the tenant's, until when, and for messages of which number."""

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+", verbose_name=_("number"))
    media_id = models.CharField(_("media id"), max_length=100)
    type = models.CharField(_("type"), max_length=10)
    mime_type = models.CharField(_("real type"), max_length=100)
    file_name = models.CharField(_("file name"), max_length=240, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    expires_at = models.DateTimeField(_("kept by Meta until"))
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")
        indexes = [
            models.Index(fields=["number", "sha256", "-expires_at"], name="upload_same"),
            models.Index(fields=["tenant", "media_id"], name="upload_by_id"),
        ]

    def __str__(self) -> str:
        return self.file_name or self.media_id
