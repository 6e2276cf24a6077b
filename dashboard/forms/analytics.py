"""Which days, and which number, Analytics are of; read from the address."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dashboard.forms.base import DayField, Styled
from notifications.analytics.figures import LONGEST, Period
from tenants.models import PhoneNumber

PERIODS = {
    "today": _("Today"),
    "week": _("Last 7 days"),
    "month": _("Last 30 days"),
    "quarter": _("Last 90 days"),
    "dates": _("Choose dates…"),
}
DAYS_BACK = {"today": 0, "week": 6, "month": 29, "quarter": 89}
USUAL = "month"


class AnalyticsForm(Styled, forms.Form):
    """A value that fits nothing gives way to the usual one; a period that is too long is cut at its beginning."""

    period = forms.ChoiceField(label=_("Period"), choices=list(PERIODS.items()), required=False)
    number = forms.TypedChoiceField(label=_("Number"), coerce=int, empty_value=None, required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, data: QueryDict, numbers: list[PhoneNumber], today: date) -> None:
        super().__init__(data if "period" in data else {**data.dict(), "period": USUAL})
        self.numbers, self.today = {number.pk: number for number in numbers}, today
        fields: dict[str, Any] = self.fields
        fields["number"].choices = [("", _("Every number")), *((row.pk, str(row)) for row in numbers)]
        for name in ("period", "number"):
            fields[name].widget.attrs["aria-label"] = fields[name].label
        self.is_valid()

    @property
    def chosen(self) -> str:
        """One of PERIODS."""
        return self.cleaned_data.get("period") or USUAL

    @property
    def asked(self) -> Period:
        """Whole days, the last 30 unless told otherwise."""
        if self.chosen != "dates":
            return Period(self.today - timedelta(days=DAYS_BACK[self.chosen]), self.today)
        until = self.cleaned_data.get("until") or self.today
        since = self.cleaned_data.get("since") or until - timedelta(days=DAYS_BACK[USUAL])
        first, last = sorted((since, until))
        return Period(max(first, last - timedelta(days=LONGEST - 1)), last)

    @property
    def is_cut(self) -> bool:
        """Whether the dates asked for are further apart than what is shown."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until") or self.today
        return self.chosen == "dates" and since is not None and abs((until - since).days) >= LONGEST

    @property
    def cut_told(self) -> str:
        told = ngettext("At most %(count)d day at once is shown.", "At most %(count)d days at once are shown.", LONGEST)
        return told % {"count": LONGEST}

    @property
    def asked_number(self) -> PhoneNumber | None:
        """The number chosen, None for all."""
        pk = self.cleaned_data.get("number")
        return self.numbers.get(pk) if pk else None
