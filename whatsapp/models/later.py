"""What is done to a message after it was said. Both find their message by (number, wamid), so it may come later."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenants.models import Contact, PhoneNumber
from tenants.scoping import TenantScopedModel
from whatsapp.models.message import Message
from whatsapp.models.webhook import WebhookEvent


class Reaction(TenantScopedModel):
    """The emoji that somebody has on a message; the newest word of a person counts (whatsapp.reactions).

    ``contact`` is empty for the business itself. ``emoji`` is empty once it was taken back: the row stays, so that an
    older reaction that comes late changes nothing.
    """

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+", verbose_name=_("number"), db_index=False)
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="reactions", verbose_name=_("contact"))
    target_id = models.CharField(_("message id"), max_length=200)
    emoji = models.CharField(_("emoji"), max_length=40, blank=True)
    provider_message_id = models.CharField(_("the reaction's id"), max_length=200)
    occurred_at = models.DateTimeField(_("time"))

    class Meta:
        ordering = ["occurred_at", "id"]
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "target_id", "contact"], nulls_distinct=False, name="one_reaction_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.emoji} {self.target_id}".strip()


class Revision(TenantScopedModel):
    """One edit or deletion of a message by its author; whatsapp.revisions brings the message up to date.

    ``message`` is empty while the message itself has not come.
    """

    class Kind(models.TextChoices):
        EDIT = "edit", _("Edited")
        REVOKE = "revoke", _("Deleted")

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+", verbose_name=_("number"), db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="revisions", verbose_name=_("message"))
    event = models.ForeignKey(WebhookEvent, models.SET_NULL, null=True, related_name="+", verbose_name=_("event"))
    target_id = models.CharField(_("message id"), max_length=200)
    kind = models.CharField(_("change"), max_length=6, choices=Kind)
    provider_message_id = models.CharField(_("the change's id"), max_length=200)
    text = models.TextField(_("text"), blank=True)
    content = models.JSONField(_("content"), default=dict, blank=True)
    occurred_at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField(_("received at"))

    class Meta:
        ordering = ["occurred_at", "provider_message_id"]
        verbose_name = _("change of a message")
        verbose_name_plural = _("changes of messages")
        constraints = [models.UniqueConstraint(fields=["number", "provider_message_id"], name="one_row_a_revision")]
        indexes = [
            models.Index(
                fields=["number", "target_id"], condition=models.Q(message=None), name="revision_without_message"
            ),
            models.Index(fields=["received_at"], condition=models.Q(message=None), name="revision_without_message_new"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.target_id}"
