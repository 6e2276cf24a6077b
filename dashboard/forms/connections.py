"""What a person changes of a connection: its access, its number."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import PhoneNumber
from whatsapp import renumbering


class TokenForm(forms.Form):
    """An access token, which no page ever repeats."""

    access_token = forms.CharField(
        label=_("New access token"),
        max_length=4096,
        widget=forms.PasswordInput(attrs={"class": "rc-input", "autocomplete": "off"}),
    )


class NumberForm(forms.Form):
    """The number that takes the place of a connection's: its id at Meta, and of which of the company's accounts."""

    phone_number_id = forms.RegexField(
        r"^\d{5,40}$",
        label=_("New number's id at Meta"),
        strip=True,
        help_text=_("In WhatsApp Manager, under the number's details: digits only, not the phone number itself."),
        error_messages={"invalid": _("Give the number's id as Meta shows it: digits only.")},
        widget=forms.TextInput(attrs={"class": "rc-input", "inputmode": "numeric", "autocomplete": "off"}),
    )
    waba_id = forms.ChoiceField(label=_("The new number's account"), widget=forms.Select(attrs={"class": "rc-input"}))

    def __init__(self, number: PhoneNumber, *args: Any) -> None:
        super().__init__(*args)
        choices = [(account.waba_id, f"{account} · {account.waba_id}") for account in renumbering.accounts_of(number)]
        self.fields["waba_id"].choices = choices  # type: ignore[attr-defined]
