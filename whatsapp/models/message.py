"""Messages both ways, and every status Meta told of them."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Func
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.folding import UNSORTED_KB
from tenants.models import Contact, PhoneNumber
from tenants.scoping import TenantScopedModel, tenant_key
from whatsapp.models.conversation import Conversation
from whatsapp.models.webhook import WebhookEvent


class Status(models.TextChoices):
    """The delivery ladder. It is only climbed: accepted < sent < delivered < read < played.

    ``failed`` is final and wins over accepted and sent; a proof of delivery (delivered, read, played) wins over
    failed. whatsapp.statuses holds the order and is the only writer.
    """

    ACCEPTED = "accepted", _("Accepted")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    PLAYED = "played", _("Played")
    FAILED = "failed", _("Failed")


class Message(TenantScopedModel):
    """One message between a number and a contact, whoever wrote it.

    Outbound rows are made before the call (``status`` empty, ``client_ref`` set), so that a status that beats the
    answer, or that comes after a crash, finds its message. ``provider_message_id`` is Meta's wamid. ``text`` is what
    stands there now; ``content`` stays as it was first said, and whatsapp.models.Revision keeps what came between.
    """

    class Direction(models.TextChoices):
        INBOUND = "inbound", _("Received")
        OUTBOUND = "outbound", _("Sent by us")

    class Origin(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        AUTOMATION = "automation", _("Automation")
        OPERATOR = "operator", _("Operator")
        CAMPAIGN = "campaign", _("Campaign")
        API = "api", _("API")
        APP = "app", _("Phone app")
        HISTORY = "history", _("History")

    # What the phone app tells of a message of ours is replaced by our own record of it, and history by anything else.
    WEAK = (Origin.HISTORY, Origin.APP)

    tenant = tenant_key(db_index=False)
    number = models.ForeignKey(
        PhoneNumber, models.CASCADE, related_name="messages", verbose_name=_("number"), db_index=False
    )
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, related_name="messages", verbose_name=_("contact"), db_index=False
    )
    conversation = models.ForeignKey(
        Conversation, models.CASCADE, null=True, related_name="messages", verbose_name=_("conversation"), db_index=False
    )
    event = models.ForeignKey(WebhookEvent, models.SET_NULL, null=True, related_name="+", verbose_name=_("event"))
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin)
    provider_message_id = models.CharField(_("message id"), max_length=200, null=True, blank=True)
    client_ref = models.CharField(_("our reference"), max_length=80, null=True, blank=True)
    address = models.CharField(_("customer's address"), max_length=140, blank=True)
    type = models.CharField(_("type"), max_length=30)
    text = models.TextField(_("text"), blank=True)
    content = models.JSONField(_("content"), default=dict, blank=True)
    context_message_id = models.CharField(_("answers message"), max_length=200, blank=True)
    template_name = models.CharField(_("template"), max_length=512, blank=True)
    template_language = models.CharField(_("language"), max_length=15, blank=True)
    template_category = models.CharField(_("category"), max_length=30, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, blank=True)
    status_at = models.DateTimeField(_("status at"), null=True)
    error_code = models.IntegerField(_("error code"), null=True)
    error_title = models.CharField(_("error"), max_length=300, blank=True)
    occurred_at = models.DateTimeField(_("time"), default=timezone.now)
    clock_doubtful = models.BooleanField(_("time not readable"), default=False)
    edited_at = models.DateTimeField(_("edited at"), null=True)
    revoked_at = models.DateTimeField(_("deleted by its author at"), null=True)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    class Meta:
        ordering = ["-occurred_at", "-id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["number", "provider_message_id"], name="one_message_a_wamid_and_number"),
            models.UniqueConstraint(fields=["number", "client_ref"], name="one_message_a_client_ref_and_number"),
        ]
        indexes = [
            models.Index(fields=["conversation", "-occurred_at", "-id"], name="message_thread"),
            models.Index(fields=["tenant", "-occurred_at"], name="message_recent"),
            models.Index(fields=["contact", "-occurred_at"], name="message_of_contact"),
            models.Index(
                fields=["tenant", "template_name", "occurred_at"],
                condition=~models.Q(template_name=""),
                name="message_of_template",
            ),
            models.Index(
                fields=["occurred_at"],
                condition=models.Q(direction="outbound", status__in=["accepted", "sent"]),
                name="message_undelivered",
            ),
            models.Index(fields=["tenant", "occurred_at"], condition=models.Q(status="failed"), name="message_refused"),
            GinIndex(
                Func("tenant", "text", "content", function="recado_words_of"),
                name="message_words_of_tenant",
                gin_pending_list_limit=UNSORTED_KB,
            ),
        ]

    def __str__(self) -> str:
        return self.provider_message_id or f"{self.direction} {self.type}"


class MessageStatus(TenantScopedModel):
    """One status as Meta told it: the whole history, also of messages that we do not know (yet: ``message`` empty)."""

    number = models.ForeignKey(PhoneNumber, models.CASCADE, related_name="+", verbose_name=_("number"), db_index=False)
    message = models.ForeignKey(Message, models.CASCADE, null=True, related_name="statuses", verbose_name=_("message"))
    provider_message_id = models.CharField(_("message id"), max_length=200)
    client_ref = models.CharField(_("our reference"), max_length=80, blank=True)
    status = models.CharField(_("status"), max_length=20, help_text=_("As the provider spells it."))
    participant = models.CharField(_("participant"), max_length=140, blank=True)
    occurred_at = models.DateTimeField(_("time"))
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    recipient = models.CharField(_("recipient"), max_length=140, blank=True)
    errors = models.JSONField(_("errors"), default=list)
    pricing = models.JSONField(_("pricing"), default=dict)

    class Meta:
        ordering = ["occurred_at", "id"]
        verbose_name = _("message status")
        verbose_name_plural = _("message statuses")
        constraints = [
            models.UniqueConstraint(
                fields=["number", "provider_message_id", "status", "participant", "occurred_at"],
                name="one_row_a_status",
            )
        ]
        indexes = [
            models.Index(
                fields=["number", "provider_message_id"],
                condition=models.Q(message=None),
                name="status_without_message",
            ),
            models.Index(
                fields=["number", "client_ref"],
                condition=models.Q(message=None) & ~models.Q(client_ref=""),
                name="status_without_message_by_ref",
            ),
            models.Index(fields=["received_at"], condition=models.Q(message=None), name="status_without_message_new"),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.provider_message_id}"
