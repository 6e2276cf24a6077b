"""The forms of connecting a number."""

from django import forms
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import Styled

DIGITS = {"inputmode": "numeric", "autocomplete": "off"}


class ManualForm(Styled, forms.Form):
    """Ids and token as WhatsApp Manager shows them."""

    waba_id = forms.RegexField(
        r"^\s*\d{1,40}\s*$", label=_("WhatsApp Business account id (WABA id)"), widget=forms.TextInput(attrs=DIGITS)
    )
    phone_number_id = forms.RegexField(
        r"^\s*\d{1,40}\s*$",
        label=_("Phone number id"),
        widget=forms.TextInput(attrs=DIGITS),
        help_text=_("Not the phone number itself: WhatsApp Manager shows the id beside it."),
    )
    access_token = forms.CharField(
        label=_("Access token"),
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Of a system user, with both WhatsApp permissions. It is stored encrypted and never shown again."),
    )


class InvitationForm(Styled, forms.Form):
    """For whom a link is."""

    note = forms.CharField(
        label=_("For whom"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("Name of the client or of its owner"), "autocomplete": "off"}),
    )
