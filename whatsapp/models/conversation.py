"""One conversation a contact and number; it also carries the evidence of the 24-hour window."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenants.models import Contact, PhoneNumber
from tenants.scoping import TenantScopedModel, tenant_key

# There is a live message of the customer that nobody of the company has read.
UNREAD = Q(last_inbound_at__isnull=False) & (Q(read_at__isnull=True) | Q(last_inbound_at__gt=F("read_at")))


class Conversation(TenantScopedModel):
    """What was said between a contact and a number.

    ``window_message`` / ``window_opened_at`` hold the inbound message that last opened the customer service window
    and its effective time (whatsapp.window decides); both only ever move forward, as do ``last_message_at``, the
    customer's live ``last_inbound_at`` and ``read_at``. ``blocked_at``: the provider keeps the person from writing to
    this number since then.

    ::

        open <-> waiting (for the customer), closed (a person)
        waiting, closed -> open (the customer wrote, or a person)
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        WAITING = "waiting", _("Waiting")
        CLOSED = "closed", _("Closed")

    class Handler(models.TextChoices):
        ROBOT = "robot", _("Robot")
        HUMAN = "human", _("Person")

    TAKEN_BY_API = "taken_by_api"  # why: the company's own system answers

    tenant = tenant_key(db_index=False)
    number = models.ForeignKey(
        PhoneNumber, models.CASCADE, related_name="conversations", verbose_name=_("number"), db_index=False
    )
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="conversations", verbose_name=_("contact"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    handler = models.CharField(_("handled by"), max_length=6, choices=Handler, default=Handler.ROBOT)
    handler_reason = models.CharField(_("why"), max_length=40, blank=True)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("assigned to"),
    )
    last_message_at = models.DateTimeField(_("last message"), null=True)
    last_inbound_at = models.DateTimeField(_("customer's last message"), null=True)
    window_opened_at = models.DateTimeField(_("last message from the customer"), null=True)
    window_message = models.ForeignKey(
        "Message", models.SET_NULL, null=True, related_name="+", verbose_name=_("opened by")
    )
    read_at = models.DateTimeField(_("read by us until"), null=True)
    blocked_at = models.DateTimeField(_("blocked at the provider at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-last_message_at"]
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.UniqueConstraint(fields=["number", "contact"], name="one_conversation_a_contact_and_number")
        ]
        indexes = [
            models.Index(fields=["tenant", "-last_message_at", "-id"], name="conversation_recent"),
            models.Index(fields=["tenant", "-last_message_at", "-id"], condition=UNREAD, name="conversation_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.contact} · {self.number}"

    @property
    def is_taken(self) -> bool:
        """Somebody in particular answers, a person or the company's own system: the robot keeps still."""
        by_somebody = self.assigned_to_id is not None or self.handler_reason == self.TAKEN_BY_API
        return self.handler == self.Handler.HUMAN and by_somebody
