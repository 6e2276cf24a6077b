"""A customer's bookings and the messages that were promised, for its document (tenants.exporting)."""

from notifications.models import Appointment, ManualNotice, NotificationJob, OneTimeCode
from tenants.exporting import Rows, exports
from tenants.models import Contact


@exports("appointments")
def appointments(contact: Contact) -> Rows:
    fields = ("external_id", "customer_name", "customer_phone", "service", "starts_at", "ends_at", "place")
    rows = Appointment.objects.filter(contact=contact).order_by("starts_at", "pk")
    return rows.values(*fields, "professional", "price", "state", "created_at")


@exports("notices")
def notices(contact: Contact) -> Rows:
    fields = ("id", "kind", "origin", "to", "state", "content", "template_name", "scheduled_for", "message")
    return NotificationJob.objects.filter(contact=contact).order_by("created_at", "pk").values(*fields)


@exports("manual_notices")
def manual_notices(contact: Contact) -> Rows:
    return ManualNotice.objects.filter(contact=contact).order_by("opened_at").values("text_key", "body", "opened_at")


@exports("one_time_codes")
def one_time_codes(contact: Contact) -> Rows:
    rows = OneTimeCode.objects.filter(contact=contact).order_by("created_at")
    return rows.values("purpose", "state", "created_at", "ended_at")
