"""Approved texts as Meta keeps them, and which of them speaks for which kind of notice."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from templates_mgmt.fields import is_source
from templates_mgmt.structure import needs_more_than_text, normalize_language, placeholders
from tenants.models import WhatsAppAccount
from tenants.scoping import TenantScopedModel


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

    ``variables`` maps the placeholder (``"1"`` or its name in the body, ``"header.1"``, ``"button.0"``) to a field of
    the notice (templates_mgmt.fields: ``customer_name``, ``service``, ``date``, ``time``, ``place`` …) or to a fixed
    text written ``"=text"``. ``fallback`` speaks while the template cannot, with the same variables or fewer.
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
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        ordering = ["kind", "language"]
        verbose_name = _("template mapping")
        verbose_name_plural = _("template mappings")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "kind", "language"], name="one_mapping_a_kind_and_language")
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.template}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.language = normalize_language(self.language)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuses what could only fail at sending: variables without source, unknown fields, another language."""
        if not self.template_id:
            return
        self._check_template("template", self.template)
        self._check_variables()
        if self.fallback is not None:
            self._check_template("fallback", self.fallback)
            self._check_fallback(self.fallback)

    def _check_template(self, name: str, template: MessageTemplate) -> None:
        if self.tenant_id != template.tenant_id:
            raise ValidationError({name: gettext("This template belongs to another company.")})
        if normalize_language(self.language).split("_")[0] != template.language.split("_")[0]:
            blamed = "language" if name == "template" else name
            raise ValidationError({blamed: gettext("The template is written in another language.")})
        if needs_more_than_text(template.components):
            sentence = gettext("This template needs a file, a place or a code, which a notice cannot give.")
            raise ValidationError({name: sentence})

    def _check_fallback(self, fallback: MessageTemplate) -> None:
        wanted = {slot.key for slot in placeholders(fallback.components)}
        if fallback == self.template:
            raise ValidationError({"fallback": gettext("Choose another template than the first one.")})
        if unknown := wanted - self.variables.keys():
            sentence = gettext("It has variables that the first one lacks: %(names)s.")
            raise ValidationError({"fallback": sentence % {"names": ", ".join(sorted(unknown))}})

    def _check_variables(self) -> None:
        if not isinstance(self.variables, dict):
            raise ValidationError({"variables": gettext("Say for each variable where its value comes from.")})
        wanted = {slot.key for slot in placeholders(self.template.components)}
        for sentence, found in (
            (gettext("These variables of the template have no source: %(names)s."), wanted - self.variables.keys()),
            (gettext("The template has no such variables: %(names)s."), self.variables.keys() - wanted),
            (gettext("There is no such field: %(names)s."), self._unknown_sources()),
        ):
            if found:
                raise ValidationError({"variables": sentence % {"names": ", ".join(sorted(found))}})

    def _unknown_sources(self) -> set[str]:
        return {str(source) for source in self.variables.values() if not is_source(source)}
