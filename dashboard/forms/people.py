"""Whom a company invites, as what, and how an invited person joins."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from dashboard.forms.base import Styled
from tenants.models import Invitation, Member


class InviteForm(Styled, forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off", "placeholder": "nome@empresa.com.br"})
    )
    role = forms.ChoiceField(label=_("Role"), choices=Member.Role.choices, initial=Member.Role.OPERATOR)


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Member.Role.choices)


class JoinForm(Styled, forms.Form):
    """A new person's name and password."""

    name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password1 = forms.CharField(
        label=_("Choose a password"),
        strip=False,
        help_text=_("At least 10 characters; a short sentence is easy to keep."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Once more"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, invitation: Invitation, *args: Any) -> None:
        super().__init__(*args)
        self.invitation = invitation

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, second = values.get("password1"), values.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first:
            self._check_password(first)
        return values

    def _check_password(self, password: str) -> None:
        person = User(username=self.invitation.email, email=self.invitation.email)
        try:
            validate_password(password, person)
        except ValidationError as error:
            self.add_error("password1", error)
