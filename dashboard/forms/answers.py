"""A ready answer: the word that finds it, and what it says."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from dashboard.forms.base import Styled
from tenants.models import Tenant
from whatsapp.models import CannedAnswer


class AnswerForm(Styled, forms.ModelForm):
    class Meta:
        model = CannedAnswer
        fields = ("shortcut", "text")
        widgets = {
            "shortcut": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
            "text": forms.Textarea(attrs={"rows": 4}),
        }

    def __init__(self, tenant: Tenant, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.tenant = tenant

    def clean_shortcut(self) -> str:
        """One of the company's a word; the other half of the constraint stands in no field."""
        shortcut: str = self.cleaned_data["shortcut"].lower()
        others = CannedAnswer.objects.for_tenant(self.instance.tenant).exclude(pk=self.instance.pk)
        if others.filter(shortcut=shortcut).exists():
            raise ValidationError(_("There is an answer “%(shortcut)s” already.") % {"shortcut": shortcut})
        return shortcut
