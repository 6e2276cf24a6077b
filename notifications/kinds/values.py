"""What an appointment, or a contact alone, puts into templates and wordings."""

from django.utils import translation
from django.utils.formats import date_format

from notifications import voucher
from notifications.models import Appointment
from tenants.models import Contact, Tenant


def of_tenant(tenant: Tenant) -> dict[str, str]:
    """What is true whoever the customer is."""
    return {
        "tenant_name": tenant.name,
        "contact_name": tenant.contact_name or tenant.name,
        "booking_url": tenant.booking_url,
    }


def of_contact(contact: Contact) -> dict[str, str]:
    """The customer's names, where only the contact is known."""
    name = contact.name or contact.profile_name
    return of_tenant(contact.tenant) | {"customer_name": name, "first_name": name.partition(" ")[0]}


def of_appointment(appointment: Appointment) -> dict[str, str]:
    """Every value of an appointment, in the tenant's time zone and language; the place falls back to its address."""
    tenant = appointment.tenant
    starts_at = appointment.starts_at.astimezone(tenant.zone)
    with translation.override(tenant.language):
        date, time = date_format(starts_at, "SHORT_DATE_FORMAT"), date_format(starts_at, "TIME_FORMAT")
    return of_tenant(tenant) | {
        "customer_name": appointment.customer_name,
        "first_name": voucher.first_name(appointment),
        "service": appointment.service,
        "date": date,
        "time": time,
        "place": voucher.place(appointment),
        "professional": appointment.professional,
        "voucher_url": voucher.url(appointment),
    }
