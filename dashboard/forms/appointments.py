"""A booking as a person types it."""

import secrets
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import DayField, HourField, Styled
from notifications.booking import Booking, Invalid
from notifications.models import Appointment

# The fields that a Booking has as they are in its form.
AS_BOOKED = ("external_id", "customer_name", "customer_phone", "service", "professional", "price", "place", "notify")


class AppointmentForm(Styled, forms.Form):
    """A booking as a person types it: day and hours are of the tenant's time zone.

    ``external_id`` is made with the page, so that a form sent twice books once.
    """

    external_id = forms.CharField(widget=forms.HiddenInput, max_length=100)
    customer_name = forms.CharField(label=_("Customer"), max_length=120)
    customer_phone = forms.CharField(
        label=_("WhatsApp number"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "tel", "autocomplete": "off", "placeholder": "(11) 98888-7777", "data-phone": ""}
        ),
    )
    service = forms.CharField(label=_("Service"), max_length=120)
    day = DayField(label=_("Day"))
    starts = HourField(label=_("Starts"))
    ends = HourField(label=_("Ends"), required=False)
    professional = forms.CharField(label=_("Professional"), max_length=120, required=False)
    price = forms.DecimalField(
        label=_("Price (R$)"),
        max_digits=10,
        decimal_places=2,
        min_value=0,
        required=False,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    place = forms.CharField(
        label=_("Place"), max_length=200, required=False, help_text=_("Empty means the company's address.")
    )
    notify = forms.BooleanField(label=_("Send the notices of this appointment on WhatsApp"), required=False)

    # Where the errors of a Booking's field stand in this form.
    PLACES = {"starts_at": "starts", "ends_at": "ends", "external_id": None}

    @classmethod
    def blank(cls, day: date) -> "AppointmentForm":
        new_id = f"console-{secrets.token_hex(8)}"
        return cls(initial={"external_id": new_id, "day": day, "notify": True})

    @classmethod
    def of(cls, appointment: Appointment) -> "AppointmentForm":
        starts = timezone.localtime(appointment.starts_at)
        ends = timezone.localtime(appointment.ends_at) if appointment.ends_at else None
        values = {name: getattr(appointment, name) for name in AS_BOOKED}
        times = {"day": starts.date(), "starts": starts.time(), "ends": ends.time() if ends else None}
        return cls(initial=values | times)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        starts, ends = values.get("starts"), values.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must come after the start."))
        return values

    def booking(self) -> Booking:
        """The booking of a valid form."""
        values = self.cleaned_data
        return Booking(
            **{name: values[name] for name in AS_BOOKED},
            starts_at=self._at(values["starts"]),
            ends_at=self._at(values["ends"]) if values["ends"] else None,
        )

    def _at(self, hour: time) -> datetime:
        return datetime.combine(self.cleaned_data["day"], hour, timezone.get_current_timezone())

    def take_errors(self, invalid: Invalid) -> None:
        """Puts what the use case refused at the fields that a person sees."""
        for name, sentence in invalid.fields.items():
            self.add_error(self.PLACES.get(name, name), sentence)
