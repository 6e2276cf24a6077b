"""Stopping everything that a company sends."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.forms.base import DayField, HourField, Styled


class StopForm(Styled, forms.Form):
    """Why, and until when; without an end somebody turns it off. ``until`` of the clean data is a moment or None."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        error_messages={"required": gettext_lazy("Say why: the reason stands on the Messages page.")},
    )
    day = DayField(label=gettext_lazy("Until the day"), required=False)
    hour = HourField(label=gettext_lazy("At"), required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        day, hour = values.get("day"), values.get("hour")
        values["until"] = None
        if (day is None) != (hour is None):
            self.add_error("hour", _("Give day and hour of the end, or neither."))
        elif day is not None and hour is not None:
            values["until"] = datetime.combine(day, hour, timezone.get_current_timezone())
            if values["until"] <= timezone.now():
                self.add_error("day", _("The end must lie in the future."))
        return values
