"""The forms of Conversations: the list's filters, a note, a label."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.forms.base import Styled
from dashboard.queries.conversations import ALL, MINE, UNASSIGNED, Filters
from tenants.models import Label, PhoneNumber
from whatsapp.models import Conversation, ConversationNote

State = Conversation.State
ANY = "any"
STATES = [
    ("", pgettext_lazy("conversations", "Open")),
    (State.WAITING, pgettext_lazy("conversations", "Waiting for the customer")),
    (State.CLOSED, pgettext_lazy("conversations", "Closed")),
    (ANY, _("Every state")),
]


class ConversationFilterForm(Styled, forms.Form):
    """Read from the address; a value that fits nothing is left out, and a search looks at every state."""

    show = forms.ChoiceField(required=False, choices=[(name, name) for name in (MINE, UNASSIGNED, ALL)])
    q = forms.CharField(required=False, max_length=100)
    state = forms.ChoiceField(required=False, choices=STATES, label=_("State"))
    number = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=_("Number"))
    label = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label=_("Label"))
    unread = forms.BooleanField(required=False, label=_("Unread only"))

    def __init__(self, data: QueryDict, numbers: Sequence[PhoneNumber], labels: Sequence[Label]) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["number"].choices = [("", _("Every number")), *((row.pk, str(row)) for row in numbers)]
        fields["label"].choices = [("", _("Every label")), *((row.pk, row.name) for row in labels)]
        for name in ("state", "number", "label"):
            fields[name].widget.attrs["aria-label"] = fields[name].label
        fields["q"].widget.attrs |= {"placeholder": _("Name, phone or words"), "aria-label": _("Search")}
        fields["q"].widget.input_type = "search"

    def filters(self) -> Filters:
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        if values.get("state") == ANY or ("q" in values and "state" not in values):
            values["state"] = ""
        return Filters(**values)


class NoteForm(Styled, forms.Form):
    """What colleagues should know."""

    text = forms.CharField(
        label=_("Note"),
        max_length=ConversationNote.MOST,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": ConversationNote.MOST}),
    )


class LabelForm(Styled, forms.Form):
    """A label's name, new or known."""

    name = forms.CharField(
        label=_("Label"),
        max_length=40,
        widget=forms.TextInput(attrs={"list": "labels-offered", "autocomplete": "off", "placeholder": _("New label")}),
    )
