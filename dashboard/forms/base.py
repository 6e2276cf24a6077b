"""What every form of the console is made of: its look, and the days and hours that people type."""

import re
from datetime import date, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

DAY_FORMATS = ["%d/%m/%Y", "%d/%m/%y"]
ISO_DATE = "%Y-%m-%d"
HOUR = re.compile(r"(\d{1,2})\s*(?:[h:]?\s*(\d{2}))?\s*h?", re.IGNORECASE)


class Styled:
    """Gives every widget our class, and tells screen readers which field is wrong."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs.setdefault("class", "rc-input")


class DayField(forms.DateField):
    """A day as 21/11/2026 in every language of the page, with a calendar beside it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "data-day": "", "placeholder": _("dd/mm/yyyy")}
        widget = forms.DateInput(attrs=attrs, format=DAY_FORMATS[0])
        super().__init__(widget=widget, input_formats=DAY_FORMATS, **kwargs)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip()):
            return self.strptime(value.strip(), ISO_DATE)
        return super().to_python(value)


class HourField(forms.TimeField):
    """An hour as people type it: 14:00, 14h, 14h30, 1430 or 9."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "text", "autocomplete": "off", "placeholder": "14:00", "maxlength": 8}
        super().__init__(widget=forms.TimeInput(attrs=attrs, format="%H:%M"), **kwargs)

    def to_python(self, value: Any) -> time | None:
        found = HOUR.fullmatch(value.strip()) if isinstance(value, str) else None
        return super().to_python(f"{found[1]}:{found[2] or '00'}" if found else value)
