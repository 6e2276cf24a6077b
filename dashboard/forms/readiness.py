"""A step outside of Recado that a person has done."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import ISO_DATE


class TickForm(forms.Form):
    """A step outside that was done: when, and what proves it."""

    day = forms.DateField(input_formats=[ISO_DATE])
    note = forms.CharField(max_length=300, required=False)

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day
