"""A new API key: what it is for, and how long it works."""

from datetime import datetime, time

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.forms.base import DayField, Styled


class KeyForm(Styled, forms.Form):
    """``until`` of the clean data is the end of that day, or None."""

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=50,
        widget=forms.TextInput(attrs={"placeholder": gettext_lazy("Booking system"), "autocomplete": "off"}),
    )
    until = DayField(label=gettext_lazy("Works until"), required=False)

    def clean_until(self) -> datetime | None:
        day = self.cleaned_data["until"]
        if day is None:
            return None
        if day < timezone.localdate():
            raise ValidationError(_("This day is over already."))
        return datetime.combine(day, time.max, timezone.get_current_timezone())
