"""The filters of the audit trail, read from the address; a value that fits nothing is left out."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import DayField, Styled
from dashboard.queries.audit import Filters

EVERY = {"person": _("Everybody"), "action": _("Every action"), "kind": _("Every kind of row")}


class AuditForm(Styled, forms.Form):
    q = forms.CharField(required=False, max_length=100)
    person = forms.ChoiceField(required=False)
    action = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False)
    row = forms.CharField(required=False, max_length=130, widget=forms.HiddenInput)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)

    def __init__(self, data: QueryDict, choices: dict[str, list[tuple[str, str]]]) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        for name, every in EVERY.items():
            fields[name].choices = [("", every), *choices[name]]
            fields[name].widget.attrs["aria-label"] = every
        fields["q"].widget.attrs |= {"placeholder": _("Name of a person or a row"), "aria-label": _("Search")}

    def filters(self) -> Filters:
        self.is_valid()
        return Filters(**{name: value for name, value in self.cleaned_data.items() if value})
