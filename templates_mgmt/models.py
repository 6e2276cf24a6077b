"""Approved texts as Meta keeps them, and which of them speaks for which kind of notice."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from templates_mgmt import binding
from templates_mgmt.speech import SPEECHES
from templates_mgmt.structure import normalize_language, slot_word
from tenants.models import WhatsAppAccount
from tenants.scoping import TenantScopedModel
from whatsapp.models.media import unguessable_key


class MessageTemplate(TenantScopedModel):
    """A template of a WABA in one language. Status, category and component keys are as Meta spells them.

    ``draft`` is a creation payload that somebody writes and Meta does not have yet: of a new template, whose status is
    DRAFT (our word, the only one), or of a change to one that Meta has, whose ``components`` stay until it took them.
    ``revision`` counts the changes of people, so that of two who write at once the second is told. ``claimed_at`` is
    when a submission began whose end is not recorded.
    """

    class Category(models.TextChoices):
        UTILITY = "UTILITY", _("Utility")
        MARKETING = "MARKETING", _("Marketing")
        AUTHENTICATION = "AUTHENTICATION", _("Authentication")

    DRAFT = "DRAFT"
    SENDABLE = frozenset({"APPROVED"})
    GONE = frozenset({"DELETED", "PENDING_DELETION"})
    FINAL = GONE | {DRAFT, "REJECTED", "ARCHIVED"}  # only a person changes these

    account = models.ForeignKey(
        WhatsAppAccount, models.CASCADE, related_name="templates", verbose_name=_("WhatsApp Business account")
    )
    template_id = models.CharField(_("template id"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=15)
    category = models.CharField(_("category"), max_length=20, blank=True)
    status = models.CharField(_("status"), max_length=30)
    previous_category = models.CharField(_("category before"), max_length=20, blank=True)
    coming_category = models.CharField(_("category announced"), max_length=20, blank=True)
    coming_category_at = models.DateTimeField(_("announced for"), null=True, blank=True)
    rejected_reason = models.CharField(_("reason"), max_length=200, blank=True)
    quality_score = models.CharField(_("quality"), max_length=10, blank=True)
    parameter_format = models.CharField(_("parameters"), max_length=10, default="POSITIONAL")
    components = models.JSONField(_("components"), default=list)
    message_send_ttl_seconds = models.IntegerField(_("tried for (seconds)"), null=True, blank=True)
    draft = models.JSONField(_("draft"), null=True, blank=True)
    draft_by = models.CharField(_("draft by"), max_length=150, blank=True)
    draft_at = models.DateTimeField(_("draft at"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    claimed_at = models.DateTimeField(_("submission began"), null=True, blank=True)
    name_locked_until = models.DateTimeField(_("name locked until"), null=True, blank=True)
    missing_since = models.DateTimeField(_("not at Meta since"), null=True, blank=True)
    status_at = models.DateTimeField(_("status at"), null=True, blank=True)
    told_at = models.JSONField(
        _("told at"), default=dict, blank=True, help_text=_("When Meta told each fact: the newest word counts.")
    )
    synced_at = models.DateTimeField(_("synchronised at"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["name", "language"]
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [
            models.UniqueConstraint(fields=["account", "name", "language"], name="one_template_a_name_and_language")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def is_sendable(self) -> bool:
        """Also not while its words are unknown: a webhook told of it, and it is not fetched yet."""
        return self.status in self.SENDABLE and self.missing_since is None and bool(self.components)


class TemplateVersion(TenantScopedModel):
    """The words of a template as they were from ``at`` on; the last one is what Meta has now.

    ``counted`` ones are changes of an approved template, of which Meta allows one a day and ten a month.
    """

    class Source(models.TextChoices):
        US = "us", _("Recado")
        META = "meta", _("Meta")

    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="versions", verbose_name=_("template"))
    number = models.PositiveIntegerField(_("number"))
    components = models.JSONField(_("components"), default=list)
    category = models.CharField(_("category"), max_length=20, blank=True)
    source = models.CharField(_("told by"), max_length=4, choices=Source)
    by = models.CharField(_("by"), max_length=150, blank=True)
    counted = models.BooleanField(_("counted by Meta"), default=False)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ["template", "-number"]
        verbose_name = _("template version")
        verbose_name_plural = _("template versions")
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="one_template_version_a_number")]

    def __str__(self) -> str:
        return f"{self.template} {self.number}"


class TemplateMapping(TenantScopedModel):
    """Which template speaks for a kind of notice in a language, and where each variable's value comes from.

    ``variables`` maps each slot of the template (``"1"`` or its name in the body, ``"header.1"``, ``"button.0"``;
    templates_mgmt.structure) to a field of the notice (templates_mgmt.fields: ``customer_name``, ``date_long`` …) or to
    a fixed text written ``"=text"``; ``otherwise`` is what a slot says where its field has no value. ``fallback``
    speaks while the template cannot, with the same variables or fewer.

    A kind and language has one mapping in force, the main one, and at most one that ``is_next``: it takes the other's
    place when Meta approves its template (templates_mgmt.changing). Beside them there may be variants
    (templates_mgmt.variants): other templates, each with values of its own, that share the messages with the main one
    while its ``has_choice`` says so. One that customers took badly is ``stopped_at``, for what ``stopped_for`` counts
    (``opt_outs`` of ``sent``); ``judged_from`` is the first day whose opt-outs count against it (None: all).
    """

    kind = models.CharField(_("kind of notice"), max_length=40)
    language = models.CharField(_("language"), max_length=15, default="pt_BR")
    template = models.ForeignKey(MessageTemplate, models.PROTECT, related_name="mappings", verbose_name=_("template"))
    fallback = models.ForeignKey(
        MessageTemplate,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="fallback_mappings",
        verbose_name=_("template in its place"),
        help_text=_("Speaks while Meta does not let the first one be sent. It takes its variables from the same list."),
    )
    variables = models.JSONField(_("variables"), default=dict, blank=True)
    otherwise = models.JSONField(_("otherwise"), default=dict, blank=True)
    is_next = models.BooleanField(_("takes over when approved"), default=False)
    is_variant = models.BooleanField(_("variant"), default=False)
    has_choice = models.BooleanField(_("chosen among its variants"), default=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    stopped_for = models.JSONField(_("stopped for"), default=dict, blank=True)
    judged_from = models.DateField(_("judged from"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        ordering = ["kind", "language", "is_next", "is_variant", "pk"]
        verbose_name = _("template mapping")
        verbose_name_plural = _("template mappings")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "language", "is_next"],
                condition=models.Q(is_variant=False),
                name="one_mapping_a_kind_language_and_turn",
            ),
            models.UniqueConstraint(
                fields=["tenant", "kind", "language", "template"],
                condition=models.Q(is_variant=True),
                name="one_variant_a_template",
            ),
            models.CheckConstraint(
                condition=models.Q(is_next=False) | models.Q(is_variant=False), name="variants_wait_for_no_turn"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.notice} → {self.template}"

    @property
    def notice(self) -> str:
        """The kind in words."""
        return str(SPEECHES[self.kind].label) if self.kind in SPEECHES else self.kind

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.language = normalize_language(self.language)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuses what could only fail at sending: a slot without source, an unknown field, another language …"""
        if self.template_id and self.tenant_id and (found := binding.problems(self)):
            raise ValidationError(_by_field(found))


def _by_field(problems: Mapping[str, str]) -> dict[str, list[str]]:
    """The problems of single variables stand at the field ``variables``, each with its slot's name."""
    told: dict[str, list[str]] = {}
    for place, sentence in problems.items():
        name, _dot, slot = place.partition(".")
        told.setdefault(name, []).append(f"{slot_word(slot)}: {sentence}" if slot else sentence)
    return told


class TemplateSync(TenantScopedModel):
    """How the synchronisation of a WABA's templates stands.

    ``whole_at``: when Meta's list last came whole; ``failed_at``: when it last did not, with the provider's code (empty
    where no readable answer came). ``due_at``: when it is asked for next. ``insights``: whether Meta keeps figures of
    this account's templates, as far as it told (None: not asked yet). ``verification``: Meta's word on the business
    behind the account, on which the number of its templates depends (empty: not asked yet; templates_mgmt.allowance).
    """

    account = models.OneToOneField(
        WhatsAppAccount,
        models.CASCADE,
        related_name="template_sync",
        verbose_name=_("WhatsApp Business account"),
    )
    due_at = models.DateTimeField(_("due at"), db_index=True)
    whole_at = models.DateTimeField(_("last whole list"), null=True, blank=True)
    failed_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    error_code = models.IntegerField(_("error code"), null=True, blank=True)
    error_details = models.CharField(_("error"), max_length=300, blank=True)
    insights = models.BooleanField(_("Meta keeps figures"), null=True, blank=True)
    insights_at = models.DateTimeField(_("figures fetched at"), null=True, blank=True)
    verification = models.CharField(_("verification of the business"), max_length=30, blank=True)
    verification_at = models.DateTimeField(_("verification asked at"), null=True, blank=True)

    class Meta:
        verbose_name = _("synchronisation of templates")
        verbose_name_plural = _("synchronisations of templates")

    def __str__(self) -> str:
        return str(self.account)


class TemplateInsight(TenantScopedModel):
    """Meta's own figures of a template on one day (UTC), by ``template_analytics``; ``cost`` in the WABA's currency."""

    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="insights", verbose_name=_("template"))
    day = models.DateField(_("day"))
    sent = models.PositiveIntegerField(_("sent"), default=0)
    delivered = models.PositiveIntegerField(_("delivered"), default=0)
    read = models.PositiveIntegerField(_("read"), default=0)
    clicked = models.PositiveIntegerField(_("clicked"), default=0)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=4, null=True, blank=True)

    class Meta:
        ordering = ["template", "day"]
        verbose_name = _("Meta's figures of a template")
        verbose_name_plural = _("Meta's figures of templates")
        constraints = [models.UniqueConstraint(fields=["template", "day"], name="one_insight_a_template_and_day")]

    def __str__(self) -> str:
        return f"{self.template} {self.day}"


class HeaderFile(TenantScopedModel):
    """A file that stands in the header of notices (templates_mgmt.header_files).

    Meta fetches it with each message, so whoever has its link, which nobody can guess, may fetch it. The same bytes of
    a company are one file.
    """

    key = models.CharField(_("key"), max_length=32, unique=True, default=unguessable_key, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    mime_type = models.CharField(_("type"), max_length=100)
    file_name = models.CharField(_("file name"), max_length=100)
    size = models.PositiveIntegerField(_("size (bytes)"))
    by = models.CharField(_("by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("file of a header")
        verbose_name_plural = _("files of headers")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sha256", "mime_type"], name="one_header_file_a_content")
        ]

    def __str__(self) -> str:
        return self.file_name
