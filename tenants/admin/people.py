"""Who may enter: people and groups of the platform, members of companies, keys of their systems."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from rest_framework_api_key.models import APIKey
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from tenants import people, roles
from tenants.adminbase import (
    PLATFORM,
    PlatformOnlyMixin,
    ReadOnlyMixin,
    Scoped,
    TenantFilter,
    TenantScopedAdmin,
    name_in_words,
)
from tenants.models import Invitation, Member, SavedFilter, TenantApiKey
from tenants.sign_in import record_for

# Of libraries: what nothing here uses (keys, addresses to confirm), and what gets our own rules and look below.
admin.site.unregister([APIKey, EmailAddress])
admin.site.unregister([User, Group, Authenticator, UserSession])
name_in_words(
    Authenticator,
    _("second factor"),
    _("second factors"),
    user=_("person"),
    type=_("type"),
    last_used_at=_("last used at"),
    created_at=_("created at"),
)
name_in_words(
    UserSession,
    _("session"),
    _("sessions"),
    user=_("person"),
    ip=_("IP address"),
    user_agent=_("browser"),
    created_at=_("created at"),
)
name_in_words(
    TenantApiKey,
    _("API key"),
    _("API keys"),
    name=_("name"),
    prefix=_("key begins with"),
    created=_("created at"),
    expiry_date=_("expires"),
    revoked=pgettext_lazy("key", "revoked"),
)


@admin.register(User)
class PersonAdmin(PlatformOnlyMixin, Scoped, UserAdmin, ModelAdmin):
    """People who sign in; companies see theirs as members."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    changing = adding = deleting = PLATFORM


@admin.register(Group)
class PeopleGroupAdmin(PlatformOnlyMixin, Scoped, GroupAdmin, ModelAdmin):
    changing = adding = deleting = PLATFORM


@admin.register(Member)
class MemberAdmin(TenantScopedAdmin):
    """Roles; the platform's team adds people, a company's owners change and end them."""

    list_display = ["user", "tenant", "role", "created_at"]
    list_filter = [TenantFilter, "role"]
    search_fields = ["user__username", "user__email", "user__first_name", "user__last_name"]
    list_select_related = ["user", "tenant"]
    autocomplete_fields = ["user"]
    changing = deleting = roles.OWN
    adding = PLATFORM

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*super().get_readonly_fields(request, obj), *(["user"] if obj else [])]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        people.free(obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        people.free(obj)

    def delete_queryset(self, request: HttpRequest, rows: QuerySet) -> None:
        for row in rows:
            self.delete_model(request, row)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """Who was invited; inviting and withdrawing is done in the console."""

    list_display = ["email", "tenant", "role", "invited_by", "created_at", "expires_at", "accepted_at", "revoked_at"]
    list_filter = [TenantFilter, "role"]
    search_fields = ["email"]
    list_select_related = ["tenant", "invited_by"]
    fields = ["email", "tenant", "role", "invited_by", "created_at", "expires_at", "accepted_at", "revoked_at"]


class OwnAccessAdmin(ReadOnlyMixin, PlatformOnlyMixin, Scoped, ModelAdmin):
    """A piece of a person's access, which the platform's team may take away (a lost phone, a stolen laptop)."""

    list_select_related = ["user"]
    search_fields = ["user__username", "user__email"]
    deleting = PLATFORM
    act = ""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        record_for(obj.user, self.act, by=str(request.user))
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, rows: QuerySet) -> None:
        for row in rows:
            self.delete_model(request, row)


@admin.register(Authenticator)
class SecondFactorAdmin(OwnAccessAdmin):
    """Never what it is made of."""

    list_display = ["user", "type", "created_at", "last_used_at"]
    list_filter = ["type"]
    fields = ["user", "type", "created_at", "last_used_at"]
    act = "person.second_factor_taken"


@admin.register(UserSession)
class SessionAdmin(OwnAccessAdmin):
    """Deleting one ends it; its key, which would open it, is not shown."""

    list_display = ["user", "ip", "user_agent", "created_at"]
    fields = ["user", "ip", "user_agent", "created_at"]
    act = "person.session_ended"

    def delete_model(self, request: HttpRequest, obj: UserSession) -> None:
        record_for(obj.user, self.act, by=str(request.user))
        obj.end()


@admin.register(SavedFilter)
class SavedFilterAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["name", "user", "page", "is_start", "tenant"]
    list_filter = [TenantFilter, "page"]
    search_fields = ["name", "user__username"]
    list_select_related = ["tenant", "user"]


@admin.register(TenantApiKey)
class TenantApiKeyAdmin(TenantScopedAdmin):
    """Keys of the REST API: shown once, when made; afterwards only revoked."""

    list_display = ["name", "tenant", "prefix", "created", "expiry_date", "revoked"]
    list_filter = [TenantFilter, "revoked"]
    search_fields = ["name", "prefix"]
    list_select_related = ["tenant"]
    fields = ["tenant", "name", "expiry_date", "revoked", "prefix"]
    readonly_fields = ["prefix"]
    changing = adding = roles.OWN
    deleting = None

    def save_model(self, request: HttpRequest, obj: TenantApiKey, form: Any, change: bool) -> None:
        key = None if change else TenantApiKey.objects.assign_key(obj)
        super().save_model(request, obj, form, change)
        if key:
            told = _("The new key is %(key)s. Copy it now: it is not shown again.")
            messages.warning(request, told % {"key": key})
