"""The companies' own wordings, checked as everywhere else."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from notifications import texts
from tenants import roles
from tenants.adminbase import SameTenantForm, TenantFilter, TenantScopedAdmin
from tenants.models import MessageText


class WordingForm(SameTenantForm):
    key = forms.ChoiceField(label=_("Text"), widget=UnfoldAdminSelectWidget)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            choice: Any = self.fields["key"]
            choice.choices = [(key, wording.label) for key, wording in texts.DEFAULTS.items()]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        key = values.get("key") or self.instance.key
        if key and "body" in values:
            try:
                texts.check(key, values["body"])
            except forms.ValidationError as error:
                self.add_error("body", error)
        return values


@admin.register(MessageText)
class MessageTextAdmin(TenantScopedAdmin):
    form = WordingForm
    list_display = ["label", "tenant", "updated_at"]
    list_filter = [TenantFilter, "key"]
    search_fields = ["key", "body"]
    list_select_related = ["tenant"]
    changing = adding = deleting = roles.MANAGE

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(["key"] if obj else [])]

    @admin.display(description=_("Text"), ordering="key")
    def label(self, row: MessageText) -> str:
        return str(texts.DEFAULTS[row.key].label) if row.key in texts.DEFAULTS else row.key
