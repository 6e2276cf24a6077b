"""What people who answer customers keep for themselves: notes on a conversation, answers ready to be sent."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.scoping import TenantScopedModel
from whatsapp.models.conversation import Conversation


class ConversationNote(TenantScopedModel):
    """What a person wants colleagues to know; the customer never sees it. Only added, never changed."""

    MOST = 4000  # characters

    conversation = models.ForeignKey(Conversation, models.CASCADE, related_name="notes", verbose_name=_("conversation"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("author")
    )
    text = models.TextField(_("text"), max_length=MOST)
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("note on a conversation")
        verbose_name_plural = _("notes on conversations")
        indexes = [models.Index(fields=["conversation", "-at", "-id"], name="note_recent")]

    def __str__(self) -> str:
        return self.text[:60]


class CannedAnswer(TenantScopedModel):
    """A text that a company's people often send; they find it by its shortcut."""

    shortcut = models.SlugField(_("shortcut"), max_length=40, allow_unicode=True, help_text=_("For example: horarios"))
    text = models.TextField(_("text"), max_length=4096)

    class Meta:
        ordering = ["shortcut"]
        verbose_name = _("ready answer")
        verbose_name_plural = _("ready answers")
        constraints = [models.UniqueConstraint(fields=["tenant", "shortcut"], name="one_ready_answer_a_shortcut")]

    def __str__(self) -> str:
        return self.shortcut
