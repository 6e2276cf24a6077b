"""How a person signs in: a password, a passkey."""

from typing import Any

from allauth.account.forms import LoginForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class SignInForm(LoginForm):
    """User name or e-mail, and password; allauth checks them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        attrs = {"autofocus": True, "autocomplete": "username webauthn", "autocapitalize": "none"}
        self.fields["login"].label = _("E-mail or user name")
        self.fields["login"].widget = forms.TextInput(attrs=attrs)
        self.fields["password"].label = _("Password")
        self.fields["password"].help_text = ""
        self.fields["password"].widget.attrs.pop("placeholder", None)


class PasskeyForm(AddWebAuthnForm):
    """A new passkey, which stands for name and password too unless its person wants it beside them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["passwordless"].label = _("Sign in with it alone, without name and password")
        self.fields["passwordless"].initial = True
