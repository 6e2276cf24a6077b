"""Forms of the Messages page: its filters, and what a person does to messages."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import DayField, OnceForm, Styled
from dashboard.queries.messages import GROUPS, REACHED_TODAY, Filters
from notifications.kinds import KINDS
from notifications.states import STATES
from tenants.models import PhoneNumber
from whatsapp.content import TEXT_LIMIT

LABELS = {
    "state": _("State"),
    "kind": _("Kind"),
    "number": _("Number"),
    "period": _("Period"),
    "q": _("Search"),
}
PERIODS = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "week": _("Last 7 days"),
    "month": _("Last 30 days"),
    "dates": _("Choose dates…"),
}
DAYS_BACK = {"today": (0, 0), "yesterday": (1, 1), "week": (6, 0), "month": (29, 0)}


class FilterForm(Styled, forms.Form):
    """The filters of Messages, read from the address; a value that fits nothing is left out."""

    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False)
    number = forms.ModelChoiceField(PhoneNumber.objects.none(), required=False, empty_label=_("Every number"))
    period = forms.ChoiceField(required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, data: QueryDict, numbers: list[PhoneNumber]) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        words = {name: STATES[name].word for name in GROUPS if name in STATES}
        extra = [(REACHED_TODAY, _("Delivered today")), ("queue", _("In the queue"))]
        fields["state"].choices = [("", _("Every state")), *words.items(), *extra]
        fields["kind"].choices = [("", _("Every kind")), *((name, kind.label) for name, kind in KINDS.items())]
        fields["number"] = forms.TypedChoiceField(
            required=False,
            coerce=int,
            empty_value=None,
            choices=[("", _("Every number")), *((row.pk, str(row)) for row in numbers)],
            widget=forms.Select(attrs={"class": "rc-input"}),
        )
        for name, label in LABELS.items():
            self.fields[name].label = label
            self.fields[name].widget.attrs["aria-label"] = label
        fields["period"].choices = [("", _("Every day")), *PERIODS.items()]
        self.fields["q"].widget.attrs["placeholder"] = _("Name, phone, appointment or message id")

    def filters(self) -> Filters:
        """A period is two dates; dates of a person's own choice come as they are."""
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        period = values.pop("period", "")
        if period in DAYS_BACK:
            today = timezone.localdate()
            values["since"], values["until"] = (today - timedelta(days=days) for days in DAYS_BACK[period])
        return Filters(**values, period=period)


class SaveFilterForm(Styled, forms.Form):
    """The name of a filter; ``query`` is what the address of the list says."""

    name = forms.CharField(label=_("Name"), max_length=40)
    query = forms.CharField(max_length=500)
    is_start = forms.BooleanField(label=_("Begin with it whenever I open Messages"), required=False)


class ReasonForm(forms.Form):
    """Why a person discards a message, or marks it as failed."""

    reason = forms.CharField(max_length=200)


class WriteForm(OnceForm):
    """Free text to a customer."""

    text = forms.CharField(
        label=_("Message"),
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"class": "rc-input", "rows": 3, "maxlength": TEXT_LIMIT}),
    )
