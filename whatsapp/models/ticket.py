"""A service episode of a conversation: from the customer's first message until somebody, or silence, ends it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tenants.scoping import TenantScopedModel, tenant_key
from whatsapp.models.conversation import Conversation


class Ticket(TenantScopedModel):
    """One episode. whatsapp.episodes says which messages make one, whatsapp.tickets writes it.

    ::

        open <-> pending (a person waits for the customer) -> open (the customer wrote)
        open, pending -> solved (a person, or silence)
        solved -> open (the customer wrote within the time to reopen, or a person took it back)

    ``opened_at`` and ``last_at`` are the times of its first and last message from the customer. ``decided_at`` is a
    person's last word on the state, which stands until the customer writes again; ``solved_at`` is when it ended.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("ticket", "Open")
        PENDING = "pending", _("Waiting for the customer")
        SOLVED = "solved", pgettext_lazy("ticket", "Solved")

    class SolvedBy(models.TextChoices):
        PERSON = "person", _("A person")
        SILENCE = "silence", _("Silence")

    UNSOLVED = frozenset({State.OPEN, State.PENDING})

    tenant = tenant_key(db_index=False)
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="tickets", verbose_name=_("conversation"), db_index=False
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=8, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    opened_at = models.DateTimeField(_("opened at"))
    last_at = models.DateTimeField(_("customer's last message"))
    reopened = models.PositiveIntegerField(_("reopened by messages"), default=0)
    decided_state = models.CharField(_("state by a person"), max_length=8, choices=State, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided at"), null=True, editable=False)
    solved_at = models.DateTimeField(_("solved at"), null=True)
    solved_by = models.CharField(_("solved by"), max_length=8, choices=SolvedBy, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-opened_at", "-id"]
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [models.UniqueConstraint(fields=["conversation", "opened_at"], name="one_ticket_an_episode")]
        indexes = [
            models.Index(fields=["tenant", "-opened_at", "-id"], name="ticket_recent"),
            models.Index(fields=["last_at"], condition=~models.Q(state="solved"), name="ticket_unsolved"),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.conversation)
