"""What an appointment, or a contact alone, puts into templates and wordings."""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from django.utils import translation
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

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
    tenant, ends_at = appointment.tenant, appointment.ends_at
    with translation.override(tenant.language):
        times = _moment(appointment.starts_at.astimezone(tenant.zone).replace(tzinfo=None), tenant.language)
        ends = date_format(ends_at.astimezone(tenant.zone), "TIME_FORMAT") if ends_at else ""
        price = _money(appointment.price) if appointment.price is not None else ""
    return (
        of_tenant(tenant)
        | times
        | {
            "customer_name": appointment.customer_name,
            "first_name": voucher.first_name(appointment),
            "service": appointment.service,
            "ends": ends,
            "price": price,
            "place": voucher.place(appointment),
            "professional": appointment.professional,
            "voucher_url": voucher.url(appointment),
        }
    )


@lru_cache(maxsize=512)
def _moment(at: datetime, language: str) -> dict[str, str]:
    """A local time, without its zone, as ``language``, which is the current one, writes it: many begin at one hour.

    Months and weekdays are small within a sentence in Portuguese.
    """
    date_long, weekday = date_format(at, _("F j, Y")), date_format(at, "l")
    if language == "pt-br":
        date_long, weekday = date_long.lower(), weekday.lower()
    return {
        "date": date_format(at, "SHORT_DATE_FORMAT"),
        "date_long": date_long,
        "weekday": weekday,
        "time": date_format(at, "TIME_FORMAT"),
    }


def _money(amount: Decimal) -> str:
    """``R$ 1.250,00``"""
    return f"R$ {number_format(amount, decimal_pos=2, force_grouping=True)}"
