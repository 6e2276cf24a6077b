"""Who may enter: people and groups of the platform, members of companies, keys of their systems."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import APIKey
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from tenants import roles
from tenants.adminbase import PLATFORM, PlatformOnlyMixin, Scoped, TenantFilter, TenantScopedAdmin
from tenants.models import Member, TenantApiKey

admin.site.unregister(APIKey)  # the library's own keys, which nothing here accepts
admin.site.unregister(User)
admin.site.unregister(Group)


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
