"""The forms around templates: the list's filters, and to whom a test goes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from dashboard import template_words
from dashboard.editor import choices
from dashboard.forms.base import Styled
from dashboard.queries.templates import Choices, Filters
from templates_mgmt import preview, trial
from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import Placeholder, card_placeholders, placeholders, slot_word
from tenants import phones
from tenants.models import WhatsAppAccount

EVERY = {
    "status": _("Every state"),
    "category": _("Every category"),
    "language": _("Every language"),
    "account": _("Every account"),
}
VALUE = "value."  # begins the name of a variable's field
FILE = "file."  # begins the name of a file's field
PARTS = {"header": _("header"), "button": _("button")}


class TemplateFilterForm(Styled, forms.Form):
    """The filters of Templates, read from the address; a value that fits nothing is left out."""

    q = forms.CharField(required=False, max_length=100)
    status = forms.ChoiceField(required=False)
    category = forms.ChoiceField(required=False)
    language = forms.ChoiceField(required=False)
    account = forms.ChoiceField(required=False)
    used = forms.BooleanField(required=False, label=_("In use"))

    def __init__(self, data: QueryDict, offered: Choices, accounts: list[WhatsAppAccount]) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        choices: dict[str, list[tuple[str, Any]]] = {
            "status": offered.statuses,
            "category": list(template_words.CATEGORIES.items()),
            "language": offered.languages,
            "account": [(str(account.pk), str(account)) for account in accounts],
        }
        for name, every in EVERY.items():
            fields[name].choices = [("", every), *choices[name]]
            fields[name].widget.attrs["aria-label"] = every
        fields["q"].widget.attrs |= {"placeholder": _("Name or words of a template"), "aria-label": _("Search")}

    def filters(self) -> Filters:
        self.is_valid()
        values = {name: value for name, value in self.cleaned_data.items() if value}
        return Filters(**values | ({"used": "1"} if "used" in values else {}))


class TrialForm(Styled, forms.Form):
    """One phone, a value for each variable of the template (``value.1``), and the files of its headers where it has any
    (``file.header``, ``file.card.0.header``).
    """

    to = forms.CharField(
        label=_("To which number"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel", "placeholder": "(11) 98888-7777"}),
    )

    def __init__(self, template: MessageTemplate, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        samples = preview.examples(template.components)
        labels = {slot.key: _label(slot) for slot in placeholders(template.components)}
        labels |= {slot.key: capfirst(slot_word(slot.key)) for slot in card_placeholders(template.components)}
        for key, label in labels.items():
            self.fields[VALUE + key] = forms.CharField(
                label=label, max_length=1000, initial=samples.get(key, ""), required=True, widget=_text_input()
            )
        for slot, kind in trial.files(template).items():
            self.fields[FILE + slot] = _file_field(slot, kind)

    def clean_to(self) -> str:
        try:
            return phones.normalize(self.cleaned_data["to"])
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def values(self) -> dict[str, str]:
        """By placeholder key, of a valid form."""
        return {name.removeprefix(VALUE): text for name, text in self.cleaned_data.items() if name.startswith(VALUE)}

    def files_given(self) -> dict[str, UploadedFile]:
        """By slot, of a valid form."""
        return {name.removeprefix(FILE): file for name, file in self.cleaned_data.items() if name.startswith(FILE)}

    def shown(self) -> dict[str, str]:
        """What stands in the fields now, valid or not."""
        names = [name for name in self.fields if name.startswith(VALUE)]
        return {name.removeprefix(VALUE): str(self[name].value() or "") for name in names if self[name].value()}


def _label(slot: Placeholder) -> str:
    variable = f"{{{{{slot.name}}}}}"
    return variable if slot.part == "body" else f"{variable} ({PARTS[slot.part]})"


def _file_field(slot: str, kind: str) -> forms.FileField:
    label = _("File of the header") if slot == trial.HEADER else capfirst(slot_word(slot))
    accept = ",".join(choices.FILES[kind.upper()])
    return forms.FileField(label=label, widget=forms.ClearableFileInput(attrs={"class": "rc-input", "accept": accept}))


def _text_input() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "rc-input", "dir": "auto", "autocomplete": "off"})
