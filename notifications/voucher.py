"""The customer's voucher: its address, and the calendar file of an appointment."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from notifications.models import Appointment
from tenants import phones
from tenants.models import PhoneNumber, Tenant

PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True)
class Look:
    """How the page tells the customer an appointment's state: a headline, what follows from it, a tone, an icon."""

    headline: str | Promise
    hint: str | Promise
    tone: str
    icon: str


State = Appointment.State
LOOKS: dict[State, Look] = {
    State.BOOKED: Look(
        gettext_lazy("Your appointment is booked"),
        gettext_lazy("Press “Confirm” in our WhatsApp message so that we know you are coming."),
        "calm",
        "clock",
    ),
    State.CONFIRMED: Look(
        gettext_lazy("Your appointment is confirmed"), gettext_lazy("We are expecting you."), "good", "tick"
    ),
    State.RESCHEDULE_REQUESTED: Look(
        gettext_lazy("You asked for another time"),
        gettext_lazy("We will write to you on WhatsApp to agree on it."),
        "waiting",
        "clock",
    ),
    State.CANCELLED: Look(
        gettext_lazy("This appointment was cancelled"),
        gettext_lazy("You do not need to come. To book again, write to us."),
        "over",
        "cross",
    ),
    State.DONE: Look(
        gettext_lazy("This appointment has taken place"), gettext_lazy("Thank you for coming."), "over", "tick"
    ),
    State.NO_SHOW: Look(
        gettext_lazy("This appointment has passed"), gettext_lazy("To book again, write to us."), "over", "clock"
    ),
}
PASSED = LOOKS[State.NO_SHOW]
CALENDAR_STATUS = {
    State.CANCELLED: "CANCELLED",
    State.BOOKED: "TENTATIVE",
    State.RESCHEDULE_REQUESTED: "TENTATIVE",
}


def look(appointment: Appointment, now: datetime) -> Look:
    """The state's look; an open appointment whose time is over has passed, whatever was recorded since."""
    end = appointment.ends_at or appointment.starts_at
    return PASSED if appointment.state in Appointment.OPEN and end <= now else LOOKS[State(appointment.state)]


def is_ahead(appointment: Appointment, now: datetime) -> bool:
    """Whether it is worth a place in a calendar: it lies ahead, and its time stands."""
    return appointment.state in {State.BOOKED, State.CONFIRMED} and appointment.starts_at > now


def find(public_id: str) -> Appointment | None:
    """The appointment of a voucher, unless its company is closed."""
    if not PUBLIC_ID.fullmatch(public_id):
        return None
    rows = Appointment.objects.select_related("tenant").exclude(tenant__state=Tenant.State.CLOSED)
    return rows.filter(public_id=public_id).first()


def url(appointment: Appointment) -> str:
    """The page that the customer opens; nobody can guess it."""
    return settings.PUBLIC_URL + reverse("voucher", args=[appointment.public_id])


def first_name(appointment: Appointment) -> str:
    """The only part of the customer's name that the page shows."""
    return appointment.customer_name.split()[0] if appointment.customer_name.split() else ""


def place(appointment: Appointment) -> str:
    """Where it happens: the booking's own place, else the tenant's address."""
    return appointment.place or appointment.tenant.address_line


def map_url(appointment: Appointment) -> str:
    """Where a map shows the place; empty without one."""
    where = place(appointment)
    return f"https://www.google.com/maps/search/?api=1&query={quote(where)}" if where else ""


def whatsapp_url(tenant: Tenant) -> str:
    """Opens a conversation with the company; empty while it has no number in use."""
    number = PhoneNumber.objects.for_tenant(tenant).owned().filter(state__in=PhoneNumber.SENDS).first()
    return f"https://wa.me/{phones.digits(number.display_phone_number)}" if number else ""


def day(appointment: Appointment) -> str:
    """The day in words, in the tenant's zone and the current language."""
    starts_at = appointment.starts_at.astimezone(appointment.tenant.zone)
    weekday, month = capfirst(date_format(starts_at, "l")), date_format(starts_at, "F")
    if get_language() == "pt-br":  # Django writes Portuguese months with a capital, Portuguese does not
        month = month.lower()
    words = {"weekday": weekday, "month": month, "day": starts_at.day, "year": starts_at.year}
    return _("%(weekday)s, %(month)s %(day)s, %(year)s") % words


def calendar(appointment: Appointment) -> bytes:
    """The appointment as an iCalendar file; imported again after a change it replaces the former entry."""
    file = Calendar()
    file.add("prodid", "-//Recado//Voucher//PT")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    with translation.override(appointment.tenant.language):
        file.add_component(_event(appointment))
    return file.to_ical()


def _event(appointment: Appointment) -> Event:
    event = Event()
    event.add("uid", f"{appointment.public_id}@{urlsplit(settings.PUBLIC_URL).hostname}")
    event.add("sequence", appointment.revision)
    event.add("dtstamp", appointment.updated_at.astimezone(UTC))
    event.add("dtstart", appointment.starts_at.astimezone(UTC))
    if appointment.ends_at:
        event.add("dtend", appointment.ends_at.astimezone(UTC))
    event.add("summary", f"{appointment.service} · {appointment.tenant.name}")
    event.add("status", CALENDAR_STATUS.get(State(appointment.state), "CONFIRMED"))
    event.add("url", url(appointment))
    if where := place(appointment):
        event.add("location", where)
    if appointment.professional:
        event.add("description", _("With %(professional)s") % {"professional": appointment.professional})
    return event
