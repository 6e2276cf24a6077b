"""Bookings of a tenant's customers."""

import secrets

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from tenants.folding import UNSORTED_KB, Fold
from tenants.models import Contact
from tenants.scoping import TenantScopedModel, tenant_key


def new_public_id() -> str:
    """The voucher's unguessable id: 128 random bits, safe in a URL."""
    return secrets.token_urlsafe(16)


def booking_of() -> Fold:
    """Who booked what, as search compares it."""
    return Fold(Concat(F("customer_name"), Value(" "), F("service")))


class Appointment(TenantScopedModel):
    """A booking. notifications.appointments is the only writer.

    ::

        booked <-> confirmed        reschedule_requested -> booked (moved), confirmed
        booked, confirmed -> reschedule_requested
        booked, confirmed, reschedule_requested -> cancelled, done, no_show
        cancelled -> booked (posted again: a new revision)

    ``revision`` grows with every change that a customer must be told of, so that a notice is unique by
    (appointment, revision) and a moved booking never sends the old one.
    """

    class State(models.TextChoices):
        BOOKED = "booked", _("Booked")
        CONFIRMED = "confirmed", _("Confirmed")
        RESCHEDULE_REQUESTED = "reschedule_requested", _("Reschedule requested")
        CANCELLED = "cancelled", _("Cancelled")
        DONE = "done", _("Done")
        NO_SHOW = "no_show", _("No-show")

    OPEN = frozenset({State.BOOKED, State.CONFIRMED, State.RESCHEDULE_REQUESTED})
    TERMINAL = frozenset({State.CANCELLED, State.DONE, State.NO_SHOW})

    tenant = tenant_key(db_index=False)
    external_id = models.CharField(_("external id"), max_length=100)
    public_id = models.CharField(_("voucher id"), max_length=40, unique=True, default=new_public_id, editable=False)
    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="appointments", verbose_name=_("contact"), db_index=False
    )
    customer_name = models.CharField(_("customer"), max_length=120)
    customer_phone = models.CharField(_("phone"), max_length=20, help_text=_("With country code: +55 11 98888-7777."))
    service = models.CharField(_("service"), max_length=120)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=200, blank=True)
    professional = models.CharField(_("professional"), max_length=120, blank=True)
    price = models.DecimalField(_("price (R$)"), max_digits=10, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("state"), max_length=22, choices=State, default=State.BOOKED)
    notify = models.BooleanField(_("notify the customer"), default=True)
    revision = models.PositiveIntegerField(_("revision"), default=1)
    answered_at = models.DateTimeField(_("customer's last answer"), null=True, blank=True)
    answer_message_id = models.CharField(_("answer's message id"), max_length=200, blank=True)
    state_changed_at = models.DateTimeField(_("state since"), auto_now_add=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    class Meta:
        ordering = ["starts_at"]
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [models.UniqueConstraint(fields=["tenant", "external_id"], name="one_appointment_an_external_id")]
        indexes = [
            models.Index(fields=["tenant", "starts_at"], name="appointment_day"),
            models.Index(fields=["contact", "starts_at"], name="appointment_of_contact"),
            GinIndex(
                OpClass(booking_of(), name="gin_trgm_ops"), name="appointment_words", gin_pending_list_limit=UNSORTED_KB
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_name} · {self.service}"
