"""The filters of Events, read from the address; a value that fits nothing is left out."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from dashboard import chips
from dashboard.forms.base import DayField, Styled
from dashboard.queries.events import PARTLY, PARTLY_LOOK, STATES_OF_NOBODY, UNKNOWN, Filters
from tenants.models import PhoneNumber
from whatsapp.models import WebhookEvent

State = WebhookEvent.State
OF_A_COMPANY = (State.NEW, State.PROCESSED, State.IGNORED, State.FAILED)
# Meta's fields as it spells them; any other can be typed.
FIELDS = (
    "messages", "smb_message_echoes", "history", "smb_app_state_sync", "account_update", "account_alerts",
    "account_review_update", "business_capability_update", "message_template_status_update",
    "message_template_quality_update", "message_template_components_update", "template_category_update",
    "phone_number_name_update", "phone_number_quality_update", "user_preferences", "security", "flows", "calls",
)  # fmt: skip
ITEMS = ("messages", "statuses", "message_echoes", "history", "state_sync", "user_preferences", "errors", "contacts")


class EventForm(Styled, forms.Form):
    q = forms.CharField(required=False, max_length=200)
    state = forms.ChoiceField(required=False)
    field = forms.RegexField(r"^[\w.-]{1,60}$", required=False)
    item = forms.RegexField(r"^[\w.-]{1,40}$", required=False)
    number = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Until"), required=False)
    nobody = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, numbers: list[PhoneNumber], *, is_platform: bool) -> None:
        super().__init__(data)
        self.nobodys = is_platform and bool(data.get("nobody"))
        fields: dict[str, Any] = self.fields
        every = _("Waiting for their owner") if self.nobodys else _("Every state")
        fields["state"].choices = [("", every), *self._states()]
        fields["number"].choices = [("", _("Every number")), *((number.pk, str(number)) for number in numbers)]
        hints = {"q": _("Message id or event number"), "field": _("Field"), "item": _("Kind")}
        for name, hint in hints.items():
            fields[name].widget.attrs |= {"placeholder": hint, "aria-label": hint, "autocomplete": "off"}
        for name in ("field", "item"):
            fields[name].widget.attrs["list"] = f"{name}s"
        fields["state"].widget.attrs["aria-label"] = _("State")
        fields["number"].widget.attrs["aria-label"] = _("Number")

    def _states(self) -> list[tuple[str, Any]]:
        shown = STATES_OF_NOBODY if self.nobodys else OF_A_COMPANY
        own = [(str(state), chips.EVENTS[state].word) for state in shown]
        return own if self.nobodys else [*own, (UNKNOWN, _("Not understood")), (PARTLY, PARTLY_LOOK.word)]

    def filters(self) -> Filters:
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value and name != "nobody"}
        return Filters(**values, nobody=self.nobodys)
