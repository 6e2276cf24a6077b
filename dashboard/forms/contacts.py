"""The forms of Contacts: filters, name and note, and a word on being written to."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import Styled
from dashboard.queries.contacts import ANSWERS, Filters
from tenants.models import Consent, Contact, Label
from whatsapp.models import Lead


class ContactFilterForm(Styled, forms.Form):
    """Read from the address; a value that fits nothing is left out."""

    q = forms.CharField(required=False, max_length=100)
    consent = forms.ChoiceField(choices=[("", _("Consent")), *ANSWERS.items()], required=False)
    source = forms.ChoiceField(choices=[("", _("Every origin")), *Lead.Source.choices], required=False)
    label = forms.TypedChoiceField(coerce=int, empty_value=None, required=False)

    def __init__(self, data: QueryDict, labels: list[Label]) -> None:
        super().__init__(data)
        fields: dict[str, Any] = self.fields
        fields["label"].choices = [("", _("Every label")), *((label.pk, label.name) for label in labels)]
        words = {"q": _("Search"), "consent": _("Consent"), "source": _("Origin"), "label": _("Label")}
        for name, word in words.items():
            fields[name].widget.attrs["aria-label"] = word
        fields["q"].widget.attrs |= {"placeholder": _("Name or phone"), "type": "search"}

    def filters(self) -> Filters:
        self.is_valid()
        return Filters(**{name: value for name, value in self.cleaned_data.items() if value})


class ContactForm(Styled, forms.Form):
    """What the company's people write about a contact."""

    name = forms.CharField(
        label=_("Name"),
        max_length=120,
        required=False,
        help_text=_("Empty, the name stands that the person chose on WhatsApp."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        help_text=_("For the company's people only; the customer never sees it."),
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto", "maxlength": 2000}),
    )

    @classmethod
    def of(cls, contact: Contact) -> "ContactForm":
        return cls(initial={"name": contact.name, "note": contact.note})


class ConsentForm(forms.Form):
    """What the customer said about being written to, and how it is known."""

    category = forms.ChoiceField(choices=Consent.Category.choices)
    proof = forms.CharField(max_length=200)


class BlockForm(forms.Form):
    """Why the company wants nothing to do with a person."""

    reason = forms.CharField(max_length=200)


class EraseForm(forms.Form):
    """The word that says that somebody means it."""

    word = forms.CharField(max_length=20)

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"])
        if word.casefold() != gettext("ERASE").casefold():
            raise forms.ValidationError(gettext("This is not the word."))
        return word
