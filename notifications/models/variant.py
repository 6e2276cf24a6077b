"""What became of a kind's messages by each of its texts. notifications.variants.counting is the only writer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from templates_mgmt.models import MessageTemplate
from tenants.scoping import TenantScopedModel


class VariantDay(TenantScopedModel):
    """The messages of a kind that a template carried on a day of the company's zone.

    Of the ``sent``, those older than a day are ``settled``: it is known whether the customer ``answered`` within a day
    (wrote, or pressed a button, and did not opt out). ``refused``: opted out within a day; counted at once.
    """

    kind = models.CharField(_("kind of notice"), max_length=40)
    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="+", verbose_name=_("template"))
    day = models.DateField(_("day"))
    sent = models.PositiveIntegerField(_("sent"))
    settled = models.PositiveIntegerField(_("older than a day"))
    answered = models.PositiveIntegerField(_("answered"))
    refused = models.PositiveIntegerField(_("opted out"))

    class Meta:
        ordering = ["-day", "kind", "template"]
        verbose_name = _("messages of a variant")
        verbose_name_plural = _("messages by variant")
        constraints = [
            models.UniqueConstraint(fields=["template", "kind", "day"], name="one_row_a_variant_kind_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.day}: {self.sent}"
