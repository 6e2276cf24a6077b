"""Companies, their settings, kill switches, alerts and the audit trail."""

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, URLField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from tenants import alerts, flags, roles
from tenants.adminbase import (
    PLATFORM,
    PlatformOnlyMixin,
    ReadOnlyMixin,
    Scoped,
    ScopedTabular,
    TenantFilter,
    TenantScopedAdmin,
    is_platform,
)
from tenants.models import (
    Alert,
    AuditEntry,
    AutomationSettings,
    Confirmation,
    DataDeletion,
    KillSwitch,
    Member,
    Tenant,
)

admin.site.unregister(AuditEntry)  # django-auditlog's own page of it


class Members(ScopedTabular):
    model = Member
    fields = ["user", "role", "created_at"]
    verbose_name_plural = _("members")


@admin.register(Tenant)
class TenantAdmin(TenantScopedAdmin):
    list_display = ["name", "slug", "state", "time_zone", "language", "created_at"]
    list_filter = ["state"]
    search_fields = ["name", "slug"]
    inlines = [Members]
    tenant_path = "pk"
    formfield_overrides: ClassVar[dict[Any, Any]] = {
        URLField: {"form_class": partial(forms.URLField, assume_scheme="https")}
    }
    changing = roles.OWN
    adding = PLATFORM
    deleting = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What ends a company's service, and its name in addresses, is for the platform's team."""
        return [] if is_platform(request) else ["slug", "state"]


@admin.register(AutomationSettings)
class AutomationSettingsAdmin(TenantScopedAdmin):
    list_display = ["tenant", "mode", "queue_enabled", "test_recipient", "updated_at"]
    list_filter = [TenantFilter, "mode"]
    list_select_related = ["tenant"]
    adding = PLATFORM
    deleting = None


@admin.register(KillSwitch)
class KillSwitchAdmin(TenantScopedAdmin):
    """Adding one stops everything at once; rows are the history."""

    list_display = ["tenant", "reason", "author", "started_at", "until", "ended_at"]
    list_filter = [TenantFilter, ("ended_at", admin.EmptyFieldListFilter)]
    list_select_related = ["tenant", "author"]
    fields = ["tenant", "reason", "until"]
    actions = ["resume"]
    changing = deleting = None

    def save_model(self, request: HttpRequest, obj: KillSwitch, _form: Any, _change: bool) -> None:
        if not self.is_allowed(request, roles.MANAGE, obj):
            raise PermissionDenied
        obj.pk = flags.stop(obj.tenant, obj.reason, request.user, obj.until).pk

    @admin.action(description=_("Turn sending on again"), permissions=["manage"])
    def resume(self, request: HttpRequest, rows: QuerySet) -> None:
        chosen = self.chosen(request, rows, roles.MANAGE).select_related("tenant")
        ended = sum(flags.resume(switch.tenant, request.user, timezone.now()) for switch in chosen)
        told = ngettext("%(count)d kill switch was turned off.", "%(count)d kill switches were turned off.", ended)
        self.message_user(request, told % {"count": ended})


@admin.register(Alert)
class AlertAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["kind", "subject", "tenant", "state", "count", "first_at", "last_at"]
    list_filter = [TenantFilter, "state", "kind"]
    search_fields = ["kind", "subject"]
    list_select_related = ["tenant"]
    actions = ["acknowledge"]

    @admin.action(description=_("Mark as seen"), permissions=["operate"])
    def acknowledge(self, request: HttpRequest, rows: QuerySet) -> None:
        chosen, now = self.chosen(request, rows, roles.OPERATE), timezone.now()
        seen = sum(alerts.acknowledge(alert, request.user, now) for alert in chosen)
        told = ngettext("%(count)d alert was marked as seen.", "%(count)d alerts were marked as seen.", seen)
        self.message_user(request, told % {"count": seen})


@admin.register(Confirmation)
class ConfirmationAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["at", "item", "day", "by", "note", "withdrawn_at", "tenant"]
    list_filter = [TenantFilter, "item", ("withdrawn_at", admin.EmptyFieldListFilter)]
    search_fields = ["item", "note"]
    list_select_related = ["tenant", "by"]


@admin.register(DataDeletion)
class DataDeletionAdmin(ReadOnlyMixin, PlatformOnlyMixin, Scoped, ModelAdmin):
    list_display = ["code", "requested_at", "completed_at", "accesses", "records"]
    search_fields = ["code"]


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["at", "action", "object_label", "actor_label", "tenant"]
    list_filter = [TenantFilter, "action", "at"]
    search_fields = ["action", "object_label", "actor_label", "object_id"]
    list_select_related = ["tenant"]
