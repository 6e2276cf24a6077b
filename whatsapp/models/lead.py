"""The first contact of a person with a number, and what came of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.models import Contact, PhoneNumber
from tenants.scoping import TenantScopedModel, tenant_key


class Lead(TenantScopedModel):
    """One a contact and number, made by the first message that the customer wrote live; whatsapp.leads is the writer.

    ::

        new -> talking (we answered) -> won | lost (a person decides, from any state, and may take it back)

    ``source`` and what it says come from the earliest message by Meta's clock. ``referral`` is the ad or post as Meta
    told it; ``ctwa_clid`` is the click's id, which conversions are reported with.
    """

    class Source(models.TextChoices):
        AD = "ad", _("Ad")
        KEYWORD = "keyword", _("Keyword")
        IMPORT = "import", _("Import")
        DIRECT = "direct", _("Direct")

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("lead", "New")
        TALKING = "talking", _("Talking")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    DECIDED = frozenset({State.WON, State.LOST})

    tenant = tenant_key(db_index=False)
    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="leads", verbose_name=_("contact"), db_index=False
    )
    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="leads", verbose_name=_("number"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NEW)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.DIRECT)
    keyword = models.CharField(_("keyword"), max_length=60, blank=True)
    ctwa_clid = models.CharField(_("click id"), max_length=300, blank=True)
    source_id = models.CharField(_("ad id"), max_length=60, blank=True)
    headline = models.CharField(_("headline"), max_length=300, blank=True)
    referral = models.JSONField(_("referral"), default=dict, blank=True)
    first_message_id = models.CharField(_("first message"), max_length=200, blank=True)
    first_at = models.DateTimeField(_("first contact"))
    state_at = models.DateTimeField(_("state since"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-first_at", "-id"]
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        constraints = [models.UniqueConstraint(fields=["contact", "number"], name="one_lead_a_contact_and_number")]
        indexes = [models.Index(fields=["tenant", "-first_at", "-id"], name="lead_recent")]

    def __str__(self) -> str:
        return f"{self.contact} · {self.get_source_display()}"
