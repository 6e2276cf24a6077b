"""What every form of the console is made of: its look, and the days and hours that people type."""

import hashlib
import re
import secrets
from datetime import date, time
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer, Jinja2
from django.utils.translation import gettext_lazy as _

ISO_DATE = "%Y-%m-%d"
DAY_FORMATS = ["%d/%m/%Y", "%d/%m/%y", ISO_DATE]
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)  # beyond them nothing lies, and reckoning breaks
HOUR = re.compile(r"(\d{1,2})\s*(?:[h:]?\s*(\d{2}))?\s*h?", re.IGNORECASE)


class Styled:
    """Gives every widget our class, and tells screen readers which field is wrong."""

    fields: dict[str, forms.Field]
    default_renderer: BaseRenderer | type[BaseRenderer] | None = Jinja2()  # lists of options in half of the time

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if not isinstance(field.widget, forms.CheckboxInput | forms.HiddenInput):
                field.widget.attrs.setdefault("class", "rc-input")


def new_key() -> str:
    """Of one message: sent twice, it is one."""
    return secrets.token_hex(12)


class OnceForm(forms.Form):
    """``key`` is made with the page: a form that was sent twice sends once."""

    key = forms.CharField(max_length=40, initial=new_key, widget=forms.HiddenInput)

    def dedupe_key(self, place: str) -> str:
        """The same form with the same words is the same message; other words under an old key are another one."""
        values = {name: _plain(value) for name, value in self.cleaned_data.items() if name != "key"}
        digest = hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:32]
        return f"console:{place}:{self.cleaned_data['key']}:{digest}"


def _plain(value: Any) -> str:
    return f"{value.name} {value.size}" if hasattr(value, "size") else str(value)


class DayField(forms.DateField):
    """A day as 21/11/2026 in every language of the page, with a calendar beside it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "off", "data-day": "", "placeholder": _("dd/mm/yyyy")}
        widget = forms.DateInput(attrs=attrs, format=DAY_FORMATS[0])
        super().__init__(widget=widget, input_formats=DAY_FORMATS, **kwargs)

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class HourField(forms.TimeField):
    """An hour as people type it: 14:00, 14h, 14h30, 1430 or 9."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "text", "autocomplete": "off", "placeholder": "14:00", "maxlength": 8}
        super().__init__(widget=forms.TimeInput(attrs=attrs, format="%H:%M"), **kwargs)

    def to_python(self, value: Any) -> time | None:
        found = HOUR.fullmatch(value.strip()) if isinstance(value, str) else None
        return super().to_python(f"{found[1]}:{found[2] or '00'}" if found else value)
