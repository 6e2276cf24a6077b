"""A step outside of Recado that a person has done."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import DayField


class TickForm(forms.Form):
    """A step outside that was done: when, and what proves it."""

    day = DayField()
    note = forms.CharField(max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A page holds one for each step, so that its fields bear no ids."""
        super().__init__(*args, **kwargs | {"auto_id": False})
        self.fields["day"].widget.attrs |= {"class": "rc-input rc-day-input", "aria-label": _("Day")}

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > timezone.localdate():
            raise ValidationError(_("This day has not come yet."))
        return day
