"""The filters of the alerts' history, read from the address; a value that fits nothing is left out."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import DayField, Styled
from dashboard.queries.alerts import LASTING, Filters
from notifications import watching
from tenants.models import Alert


class AlertForm(Styled, forms.Form):
    state = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)
    nobodys = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, *, is_platform: bool) -> None:
        super().__init__(data)
        self.is_platform = is_platform
        fields: dict[str, Any] = self.fields
        kinds = sorted((str(kind.word), name) for name, kind in watching.KINDS.items())
        fields["state"].choices = [("", _("Every state")), (LASTING, _("Not solved")), *Alert.State.choices]
        fields["kind"].choices = [("", _("Every kind")), *((name, word) for word, name in kinds)]
        fields["state"].widget.attrs["aria-label"] = _("State")
        fields["kind"].widget.attrs["aria-label"] = _("Kind")

    def filters(self) -> Filters:
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value and name != "nobodys"}
        return Filters(**values, nobodys=self.is_platform and bool(self.cleaned_data.get("nobodys")))
