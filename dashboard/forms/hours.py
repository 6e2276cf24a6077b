"""Quiet hours, holidays and limits of a company, by kind of message."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboard.forms.base import HourField
from dashboard.forms.settings import Section
from notifications.daily import ALL, CUSTOMER
from notifications.kinds import KINDS

DAY = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")
LEAP_YEAR = 2024  # in which every day of every year exists
MOST_HOLIDAYS = 100
FROM, UNTIL = "from", "until"


def automatic_kinds() -> dict[str, str | Promise]:
    """The kinds that quiet hours and limits bind, by name."""
    return {name: kind.label for name, kind in KINDS.items() if kind.automatic and not kind.exempt_from_consent}


@dataclass(frozen=True)
class Span:
    """One row of the form: a kind, and the two ends of its quiet hours."""

    label: str | Promise
    start: BoundField
    end: BoundField


class HoursForm(Section):
    """When nothing goes by itself. Messages wait until the hours end; answers to customers wait for no holiday."""

    title: ClassVar[Promise] = gettext_lazy("Quiet hours and holidays")
    holidays = forms.CharField(
        label=gettext_lazy("Holidays"),
        required=False,
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("One a line: 25/12 for every year, 17/02/2027 for that day alone."),
    )

    def prepare(self) -> None:
        for key, _label in self._keys():
            for end in (FROM, UNTIL):
                self.fields[f"{key}_{end}"] = _hour()

    @staticmethod
    def _keys() -> list[tuple[str, str | Promise]]:
        return [("all", gettext_lazy("All kinds")), *automatic_kinds().items()]

    def spans(self) -> list[Span]:
        return [Span(label, self[f"{key}_{FROM}"], self[f"{key}_{UNTIL}"]) for key, label in self._keys()]

    def shown(self) -> dict[str, Any]:
        values: dict[str, Any] = {"holidays": "\n".join(map(told_day, self.own.holidays))}
        for key, _label in self._keys():
            values[f"{key}_{FROM}"], values[f"{key}_{UNTIL}"] = _ends(self.own.quiet_hours.get(_stored(key)))
        return values

    @property
    def inherited(self) -> set[str]:
        return set()

    def clean_holidays(self) -> list[str]:
        lines = [line.strip() for line in re.split(r"[\n,;]", self.cleaned_data["holidays"]) if line.strip()]
        if len(lines) > MOST_HOLIDAYS:
            raise ValidationError(_("At most %(most)d days.") % {"most": MOST_HOLIDAYS})
        return sorted(set(map(read_day, lines)))

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for key, _label in self._keys():
            start, end = values.get(f"{key}_{FROM}"), values.get(f"{key}_{UNTIL}")
            if (start is None) != (end is None):
                self.add_error(f"{key}_{UNTIL if end is None else FROM}", _("Give both hours, or none."))
            elif start is not None and start == end:
                self.add_error(f"{key}_{UNTIL}", _("The two hours are the same: nothing would be quiet."))
        return values

    def apply(self) -> None:
        values = self.cleaned_data
        self.own.holidays = values["holidays"]
        spans = {key: (values[f"{key}_{FROM}"], values[f"{key}_{UNTIL}"]) for key, _label in self._keys()}
        known = {_stored(key): [f"{end:%H:%M}" for end in ends] for key, ends in spans.items() if ends[0] is not None}
        self.own.quiet_hours = _others(self.own.quiet_hours, self._keys()) | known


class LimitsForm(Section):
    """How many automatic messages a day. What is too many waits for the next day."""

    title: ClassVar[Promise] = gettext_lazy("Limits")

    def prepare(self) -> None:
        for key, label in self._keys():
            field = forms.IntegerField(label=str(label), required=False, min_value=1, max_value=1_000_000)
            field.widget.attrs |= {"class": "rc-input", "placeholder": _("no limit")}
            self.fields[key] = field

    @staticmethod
    def _keys() -> list[tuple[str, str | Promise]]:
        whole = [("all", gettext_lazy("All together, a day")), (CUSTOMER, gettext_lazy("To one customer, a day"))]
        return [*whole, *automatic_kinds().items()]

    def shown(self) -> dict[str, Any]:
        found = {key: self.own.daily_limits.get(_stored(key)) for key, _label in self._keys()}
        return {key: value for key, value in found.items() if isinstance(value, int)}

    @property
    def inherited(self) -> set[str]:
        return set()

    def apply(self) -> None:
        known = {_stored(key): value for key, value in self.cleaned_data.items() if value is not None}
        self.own.daily_limits = _others(self.own.daily_limits, self._keys()) | known


def _hour() -> HourField:
    field = HourField(required=False)
    field.widget.attrs |= {"class": "rc-input", "placeholder": "–"}
    return field


def _stored(key: str) -> str:
    return ALL if key == "all" else key


def _others(kept: dict[str, Any], keys: list[tuple[str, Any]]) -> dict[str, Any]:
    """What the form does not show: kinds of a later or an earlier version."""
    shown = {_stored(key) for key, _label in keys}
    return {name: value for name, value in kept.items() if name not in shown}


def _ends(stored: Any) -> Iterator[time | None]:
    """Both ends; empty for what is no span."""
    try:
        start, end = map(time.fromisoformat, stored)
    except (TypeError, ValueError):
        return iter((None, None))
    return iter((start, end))


def read_day(text: str) -> str:
    """``25/12`` as ``12-25``, ``17/02/2027`` as ``2027-02-17``."""
    found = DAY.fullmatch(text)
    try:
        day = date(int(found[3] or LEAP_YEAR), int(found[2]), int(found[1])) if found else None
    except ValueError:
        day = None
    if found is None or day is None:
        raise ValidationError(_("“%(text)s” is no day. Write for example 25/12 or 17/02/2027.") % {"text": text[:20]})
    return day.isoformat() if found[3] else f"{day:%m-%d}"


def told_day(stored: Any) -> str:
    """The other way round; what is no day stays as it is, for a person to see."""
    return "/".join(reversed(str(stored).split("-")))
