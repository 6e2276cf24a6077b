"""Two contacts that may be one person: a question to a person, never an act of the machine; what an answer moved."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models.contact import Contact
from tenants.scoping import TenantScopedModel


class ContactMergeProposal(TenantScopedModel):
    """Why two contacts may be one. open -> merged | rejected, by a person (tenants.merging).

    ``one`` is the older contact, which stays after a merge; ``other`` is then gone (empty here, explained in
    ``evidence`` and in the audit trail). ``evidence`` holds the ids that raised the doubt.
    """

    class Reason(models.TextChoices):
        SAME_PHONE = "same_phone", _("The number came with another user id")
        SAME_USERNAME = "same_username", _("The same username")
        PHONE_VARIANT = "phone_variant", _("The numbers differ only by a digit of the country's")
        SAME_RECIPIENT = "same_recipient", _("A message to one was delivered to the other")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        MERGED = "merged", _("Merged")
        REJECTED = "rejected", _("Two people")

    one = models.ForeignKey(Contact, models.CASCADE, related_name="+", verbose_name=_("contact"))
    other = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+", verbose_name=_("other contact"))
    reason = models.CharField(_("reason"), max_length=20, choices=Reason)
    evidence = models.JSONField(_("evidence"), default=dict)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("proposal to merge")
        verbose_name_plural = _("proposals to merge")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="one_proposal_a_pair"),
            models.CheckConstraint(
                condition=models.Q(other=None) | models.Q(one__lt=models.F("other")), name="older_first"
            ),
        ]
        indexes = [models.Index(fields=["tenant", "state", "-created_at"], name="proposal_state")]

    def __str__(self) -> str:
        return f"{self.one} · {self.other}" if self.other else str(self.one)


class ContactMerge(TenantScopedModel):
    """A merge that a person decided, kept for a while so that it can be undone (tenants.merging, tenants.unmerging).

    ``gone_pk`` is the id of the contact that went, which it gets back. ``copies`` are rows that the merge changed or
    deleted, as they were: ``{"model", "pk", "before": {column: text}, "after": the same, null if it went}``.
    """

    kept = models.ForeignKey(Contact, models.CASCADE, related_name="merges", verbose_name=_("contact"))
    gone_pk = models.BigIntegerField(_("id of the other contact"))
    gone_name = models.CharField(_("name of the other contact"), max_length=140, blank=True)
    proposal = models.ForeignKey(
        ContactMergeProposal, models.SET_NULL, null=True, related_name="+", verbose_name=_("proposal to merge")
    )
    copies = models.JSONField(_("rows as they were"), default=list, editable=False)
    merged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("merged by")
    )
    created_at = models.DateTimeField(_("merged at"), auto_now_add=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("undone by")
    )
    undone_at = models.DateTimeField(_("undone at"), null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name = _("merge of contacts")
        verbose_name_plural = _("merges of contacts")

    def __str__(self) -> str:
        return f"{self.kept} · {self.gone_name}"


class MovedRows(TenantScopedModel):
    """Ids of rows that a merge pointed from one row (``was``, an id) to another (``became``), by the tenth thousand."""

    merge = models.ForeignKey(ContactMerge, models.CASCADE, related_name="moved", verbose_name=_("merge of contacts"))
    model = models.CharField(_("kind of row"), max_length=60)
    field = models.CharField(_("field"), max_length=60)
    was = models.CharField(_("from"), max_length=40)
    became = models.CharField(_("to"), max_length=40)
    ids = ArrayField(models.CharField(max_length=40), verbose_name=_("rows"))

    class Meta:
        ordering = ["id"]
        verbose_name = _("rows that a merge moved")
        verbose_name_plural = _("rows that a merge moved")

    def __str__(self) -> str:
        return f"{self.model}.{self.field}"
