"""What webhooks told us, as received: the inbox of flow A."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber, Tenant
from tenants.scoping import TenantOrPlatformModel
from whatsapp import notes

SET_ASIDE = models.Q(state__in=["waiting", "ignored", "failed"])
NOT_UNDERSTOOD = models.Q(state="ignored", note__in=notes.UNKNOWN)


class WebhookEvent(TenantOrPlatformModel):
    """One fact from a webhook, stored before the POST was answered.

    State::

        new -> processed | ignored | failed (after the last attempt: a dead letter)
        new -> waiting (nobody owns its number yet) -> new (a tenant claimed the number)
        failed, ignored, processed -> new (replay; handlers are idempotent)

    ``payload`` is the event's slice of the body as JSON text with ASCII escapes (PostgreSQL's jsonb refuses NUL and
    lone surrogates); a body that is not understood is in ``body`` as it came. ``key`` stops the same delivery twice;
    whether an event has an effect is decided by the unique rows of the domain.
    """

    class State(models.TextChoices):
        NEW = "new", _("New")
        WAITING = "waiting", _("Waiting for its number's owner")
        PROCESSED = "processed", _("Processed")
        IGNORED = "ignored", _("Not used yet")
        FAILED = "failed", _("Failed")

    class Lane(models.TextChoices):
        LIVE = "live", _("Live")
        HISTORY = "history", _("History")

    tenant = models.ForeignKey(
        Tenant, models.CASCADE, null=True, related_name="+", verbose_name=_("company"), db_index=False
    )
    number = models.ForeignKey(
        PhoneNumber, models.SET_NULL, null=True, related_name="+", verbose_name=_("number"), db_index=False
    )
    provider = models.CharField(_("provider"), max_length=10)
    field = models.CharField(_("field"), max_length=60, blank=True)
    item = models.CharField(_("item"), max_length=40, blank=True, help_text=_("The list of the value it stood in."))
    key = models.CharField(_("key"), max_length=64)
    lane = models.CharField(_("lane"), max_length=8, choices=Lane, default=Lane.LIVE)
    entry_id = models.CharField(_("entry id"), max_length=40, blank=True)
    phone_number_id = models.CharField(_("phone number id"), max_length=40, blank=True)
    contact_ref = models.CharField(_("contact reference"), max_length=140, blank=True)
    message_ref = models.CharField(_("message reference"), max_length=200, blank=True)
    payload = models.TextField(_("payload"), blank=True)
    body = models.BinaryField(_("body as received"), null=True)
    parser_version = models.PositiveSmallIntegerField(_("parser version"), default=0)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW)
    note = models.CharField(_("note"), max_length=60, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("error"), blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now)
    due_at = models.DateTimeField(_("due at"), default=timezone.now)
    processed_at = models.DateTimeField(_("processed at"), null=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [models.UniqueConstraint(fields=["key"], name="one_event_a_key")]
        # Every index is paid for by each webhook that waits for its answer: only those that a question needs.
        indexes = [
            models.Index(fields=["lane", "due_at", "id"], condition=models.Q(state="new"), name="event_due"),
            models.Index(fields=["phone_number_id"], condition=models.Q(state="waiting"), name="event_waiting"),
            models.Index(fields=["tenant", "-id"], condition=models.Q(tenant__isnull=False), name="event_recent"),
            models.Index(fields=["state", "-id"], condition=SET_ASIDE, name="event_unsettled"),
            models.Index(fields=["state", "field", "note"], condition=SET_ASIDE, name="event_set_aside"),
            models.Index(fields=["tenant", "state", "-id"], condition=SET_ASIDE, name="event_aside_of_tenant"),
            models.Index(fields=["tenant", "-id"], condition=NOT_UNDERSTOOD, name="event_not_understood"),
            models.Index(
                fields=["tenant", "field", "-id"],
                condition=models.Q(tenant__isnull=False) & ~models.Q(field__in=["messages", ""]),
                name="event_other_field",
            ),
            models.Index(
                fields=["tenant", "item", "-id"],
                condition=models.Q(tenant__isnull=False) & ~models.Q(item__in=["messages", "statuses", ""]),
                name="event_other_item",
            ),
            models.Index(fields=["message_ref"], name="event_message"),
        ]

    def __str__(self) -> str:
        return f"{self.field}.{self.item} {self.message_ref}".strip()


class HandlerFailure(models.Model):
    """A subscriber that failed on an event whose core rows are done; it alone is tried again."""

    event = models.ForeignKey(WebhookEvent, models.CASCADE, related_name="failures", verbose_name=_("event"))
    handler = models.CharField(_("handler"), max_length=120)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=1)
    error = models.TextField(_("error"), blank=True)
    due_at = models.DateTimeField(_("due at"), null=True, help_text=_("Empty: no more automatic attempts."))

    class Meta:
        verbose_name = _("handler failure")
        verbose_name_plural = _("handler failures")
        constraints = [models.UniqueConstraint(fields=["event", "handler"], name="one_failure_a_handler")]

    def __str__(self) -> str:
        return self.handler
