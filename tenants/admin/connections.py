"""Accounts, numbers and their secrets. A secret can be set here and never read: its last four characters at most."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.widgets import UnfoldAdminPasswordWidget

from tenants import connections, roles, vault
from tenants.adminbase import (
    PLATFORM,
    ReadOnlyMixin,
    SameTenantForm,
    ScopedRelatedFilter,
    ScopedTabular,
    TenantFilter,
    TenantScopedAdmin,
    is_platform,
)
from tenants.models import ConnectionStep, Credential, PhoneNumber, WhatsAppAccount

State = PhoneNumber.State


class Credentials(ScopedTabular):
    model = Credential
    fields = ["kind", "last4", "expires_at", "created_by", "created_at", "retired_at"]


class Steps(ScopedTabular):
    model = ConnectionStep
    fields = ["at", "from_state", "to_state", "reason", "actor"]


@admin.register(WhatsAppAccount)
class WhatsAppAccountAdmin(TenantScopedAdmin):
    list_display = ["name", "waba_id", "tenant", "business_portfolio_id", "owned_from", "owned_until"]
    list_filter = [TenantFilter, ("owned_until", admin.EmptyFieldListFilter)]
    search_fields = ["name", "waba_id"]
    list_select_related = ["tenant"]
    inlines = [Credentials]
    adding = PLATFORM
    deleting = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = [] if is_platform(request) else ["waba_id", "business_portfolio_id", "owned_from", "owned_until"]
        return [*super().get_readonly_fields(request, obj), *fixed]


@admin.register(PhoneNumber)
class PhoneNumberAdmin(TenantScopedAdmin):
    """The state moves along its machine: by its own actions, never as a field."""

    list_display = ["display_phone_number", "tenant", "account", "provider", "state", "quality_rating", "owned_until"]
    list_filter = [TenantFilter, "state", "provider", "quality_rating", ("account", ScopedRelatedFilter)]
    search_fields = ["display_phone_number", "phone_number_id", "verified_name"]
    list_select_related = ["tenant", "account"]
    autocomplete_fields = ["account"]
    inlines = [Credentials, Steps]
    actions = ["pause", "resume"]
    adding = PLATFORM
    deleting = None
    readonly_fields = ["state", "state_reason", "state_changed_at", "connected_by", "connected_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        ours = ["provider", "account", "phone_number_id", "throughput", "owned_from", "owned_until", "app_mode"]
        return [*super().get_readonly_fields(request, obj), *([] if is_platform(request) else ours)]

    @admin.action(description=_("Pause (messages wait)"), permissions=["manage"])
    def pause(self, request: HttpRequest, rows: QuerySet) -> None:
        self._move(request, rows, State.PAUSED)

    @admin.action(description=_("Resume"), permissions=["manage"])
    def resume(self, request: HttpRequest, rows: QuerySet) -> None:
        self._move(request, rows, State.CONNECTED)

    def _move(self, request: HttpRequest, rows: QuerySet, to_state: str) -> None:
        moved = 0
        for number in self.chosen(request, rows, roles.MANAGE):
            try:
                connections.move(number, to_state, actor=request.user, now=timezone.now())
            except connections.MoveRefused as refusal:
                self.message_user(request, f"{number}: {refusal}", messages.WARNING)
            else:
                moved += 1
        told = ngettext("%(count)d number was changed.", "%(count)d numbers were changed.", moved)
        self.message_user(request, told % {"count": moved})


@admin.register(ConnectionStep)
class ConnectionStepAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["at", "number", "from_state", "to_state", "reason", "actor", "tenant"]
    list_filter = [TenantFilter, "to_state", ("number", ScopedRelatedFilter)]
    search_fields = ["number__display_phone_number", "reason"]
    list_select_related = ["tenant", "number", "actor"]


class SecretForm(SameTenantForm):
    """Whose secret, which, and its new value; the value is written and never shown again."""

    secret = forms.CharField(
        label=_("New secret"),
        max_length=1000,
        strip=True,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}, render_value=False),
        help_text=_("It is encrypted and never shown again. The secret in use until now is retired."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.instance.pk is None and bool(values.get("account")) == bool(values.get("number")):
            raise forms.ValidationError(_("Choose an account or a number: one of the two."))
        return values


@admin.register(Credential)
class CredentialAdmin(TenantScopedAdmin):
    form = SecretForm
    list_display = ["kind", "owner", "ends_in", "tenant", "created_by", "created_at", "retired_at"]
    list_filter = [TenantFilter, "kind", ("retired_at", admin.EmptyFieldListFilter)]
    search_fields = ["account__name", "account__waba_id", "number__display_phone_number"]
    list_select_related = ["tenant", "account", "number", "created_by"]
    autocomplete_fields = ["account", "number"]
    deleting = None

    def get_fields(self, _request: HttpRequest, obj: Any = None) -> Any:
        own = ["account", "number", "kind", "secret", "token_kind", "expires_at"]
        return [*own, "ends_in", "created_by", "created_at", "retired_at"] if obj else own

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [name for name in self.get_fields(request, obj) if name not in {"secret"}] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A retired secret stays as it is."""
        return (obj is None or obj.retired_at is None) and super().has_change_permission(request, obj)

    @admin.display(description=_("of"))
    def owner(self, credential: Credential) -> str:
        return str(credential.account or credential.number)

    @admin.display(description=_("ends in"))
    def ends_in(self, credential: Credential) -> str:
        return f"····{credential.last4}" if credential.last4 else "····"

    def save_model(self, request: HttpRequest, obj: Credential, form: SecretForm, change: bool) -> None:
        """A new row takes the place of the one in use: the vault writes it, and the audit trail knows who set it."""
        owner: Any = obj.account or obj.number
        obj.tenant_id = owner.tenant_id
        if not self.is_allowed(request, roles.MANAGE, obj):
            raise PermissionDenied
        facts = {"token_kind": obj.token_kind, "expires_at": obj.expires_at}
        row = vault.set_secret(owner, obj.kind, form.cleaned_data["secret"], actor=request.user, **facts)
        self.note(request, row, "set", kind=row.kind)
        if not change:
            obj.pk = row.pk
