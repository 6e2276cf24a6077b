"""The customer: a contact of one tenant, the names it goes by, and what it allowed."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.folding import UNSORTED_KB, names_of
from tenants.scoping import TenantScopedModel, tenant_key


class Contact(TenantScopedModel):
    """A person as one tenant knows it. ``address`` is the wa_id (digits) or BSUID that sends go to, as Meta gave it.

    Of names and addresses the one with the greatest effective time stays (``…_at``; tenants.newest writes them);
    ``moved_at`` is when the person last changed number or user id, which makes older numbers void. ``blocked_at``: the
    company wants nothing to do with the person (notifications.blocking). ``erased_at``: the person was forgotten
    (tenants.erasing); the row is all that is left.
    """

    tenant = tenant_key(db_index=False)
    name = models.CharField(_("name"), max_length=120, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True, default="", db_default="")
    profile_name = models.CharField(_("name on WhatsApp"), max_length=120, blank=True)
    profile_name_at = models.DateTimeField(_("name on WhatsApp as of"), null=True, editable=False)
    address = models.CharField(_("address"), max_length=140, blank=True)
    address_at = models.DateTimeField(_("address as of"), null=True, editable=False)
    moved_at = models.DateTimeField(_("number changed at"), null=True, editable=False)
    blocked_at = models.DateTimeField(_("blocked at"), null=True, blank=True, editable=False)
    block_reason = models.CharField(
        _("why blocked"), max_length=200, blank=True, default="", db_default="", editable=False
    )
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        ordering = ["-updated_at"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [
            models.Index(fields=["tenant", "-updated_at"], name="contact_recent"),
            GinIndex(
                OpClass(names_of(), name="gin_trgm_ops"), name="contact_names", gin_pending_list_limit=UNSORTED_KB
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return gettext("Erased contact") if self.erased_at else self.name or self.profile_name or self.address


class Identity(TenantScopedModel):
    """One way to name a contact. ``value`` stays as the provider gave it; ``match_key`` finds the person's variants.

    Shapes: wa_id ``5511988887777`` (digits, no +), user_id ``BR.1349…`` (BSUID, unique within a portfolio), username
    without @. ``match_key`` of a phone is its canonical form (tenants.phones), of anything else the value itself.
    ``replaced_at``: the person changed to another one then; it still leads to the contact. All but a username, which
    may pass from one person to another, lead to one contact alone.
    """

    class Kind(models.TextChoices):
        WA_ID = "wa_id", _("WhatsApp number")
        USER_ID = "user_id", _("WhatsApp user id")
        PARENT_USER_ID = "parent_user_id", _("WhatsApp parent user id")
        USERNAME = "username", _("Username")

    tenant = tenant_key(db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="identities", verbose_name=_("contact"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    value = models.CharField(_("value"), max_length=140)
    match_key = models.CharField(_("match key"), max_length=140)
    business_portfolio_id = models.CharField(_("business portfolio id"), max_length=40, blank=True)
    replaced_at = models.DateTimeField(_("replaced at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["kind", "value"]
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "business_portfolio_id", "value"],
                condition=~models.Q(kind="username"),
                name="one_contact_an_identity",
            ),
            models.UniqueConstraint(
                fields=["contact", "business_portfolio_id", "value"],
                condition=models.Q(kind="username"),
                name="one_row_a_username",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "kind", "match_key"], name="identity_match"),
            GinIndex(OpClass("value", name="gin_trgm_ops"), name="identity_part", gin_pending_list_limit=UNSORTED_KB),
        ]

    def __str__(self) -> str:
        return self.value


class Consent(TenantScopedModel):
    """A contact's word on being written to; append-only, the greatest (effective_at, proof) of a category wins."""

    class Category(models.TextChoices):
        ALL = "all", _("All messages")
        MARKETING = "marketing", _("Marketing")

    class Decision(models.TextChoices):
        OPT_IN = "opt_in", _("Opted in")
        OPT_OUT = "opt_out", _("Opted out")

    class Source(models.TextChoices):
        KEYWORD = "keyword", _("Word typed by the customer")
        PREFERENCE = "preference", _("WhatsApp preference")
        PROVIDER_ERROR = "provider_error", _("Refusal reported by Meta")
        OPERATOR = "operator", _("Recorded by a person")
        API = "api", _("Company's system")
        IMPORT = "import", _("Import")
        ERASURE = "erasure", _("Kept when the person was erased")

    contact = models.ForeignKey(
        Contact, models.CASCADE, related_name="consents", verbose_name=_("contact"), db_index=False
    )
    category = models.CharField(_("category"), max_length=10, choices=Category, default=Category.ALL)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision)
    source = models.CharField(_("source"), max_length=16, choices=Source)
    effective_at = models.DateTimeField(_("effective at"), default=timezone.now)
    proof = models.CharField(_("proof"), max_length=200, blank=True, help_text=_("The message's id, or what was said."))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        ordering = ["-effective_at", "-proof"]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "category", "decision", "effective_at", "proof"], name="one_consent_a_word"
            )
        ]
        indexes = [models.Index(fields=["contact", "category", "-effective_at", "-proof"], name="consent_latest")]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} · {self.get_category_display()}"


class ErasedRefusal(TenantScopedModel):
    """What a forgotten person had refused, so that it binds again should the same number ever come back.

    ``digest`` leads to nobody without the platform's key: the identity's keyed hash (tenants.erasing).
    """

    digest = models.CharField(_("digest"), max_length=64)
    category = models.CharField(_("category"), max_length=10, choices=Consent.Category)
    effective_at = models.DateTimeField(_("effective at"))
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("refusal of an erased person")
        verbose_name_plural = _("refusals of erased people")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "digest", "category"], name="one_refusal_a_forgotten_name")
        ]

    def __str__(self) -> str:
        return self.digest[:12]
