"""Words that a company's people put on contacts, to find them again."""

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from tenants.models.contact import Contact
from tenants.scoping import TenantScopedModel


class Label(TenantScopedModel):
    """A word and its colour (a tone of the pages); upper and lower case are one."""

    class Tone(models.TextChoices):
        TEAL = "teal", _("Teal")
        BLUE = "blue", _("Blue")
        AMBER = "amber", _("Amber")
        VIOLET = "violet", _("Violet")
        GREEN = "green", _("Green")
        RED = "red", _("Red")
        SLATE = "slate", _("Slate")

    name = models.CharField(_("name"), max_length=40)
    tone = models.CharField(_("colour"), max_length=10, choices=Tone, default=Tone.SLATE)
    contacts: models.ManyToManyField = models.ManyToManyField(Contact, through="ContactLabel", related_name="labels")

    class Meta:
        ordering = ["name"]
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        constraints = [models.UniqueConstraint("tenant", Lower("name"), name="one_label_a_name")]

    def __str__(self) -> str:
        return self.name


class ContactLabel(TenantScopedModel):
    """That a contact has a label."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="labelled", verbose_name=_("contact"))
    label = models.ForeignKey(Label, models.CASCADE, related_name="labelled", verbose_name=_("label"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["label__name"]
        verbose_name = _("label of a contact")
        verbose_name_plural = _("labels of contacts")
        constraints = [models.UniqueConstraint(fields=["contact", "label"], name="one_label_a_contact")]

    def __str__(self) -> str:
        return str(self.label)
