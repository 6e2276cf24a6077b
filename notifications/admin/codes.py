"""One-time codes in the admin: that there was one and what came of it, never the code or its hash."""

from django.contrib import admin

from notifications.models import OneTimeCode
from tenants.adminbase import ReadOnlyMixin, TenantFilter, TenantScopedAdmin


@admin.register(OneTimeCode)
class OneTimeCodeAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["created_at", "contact", "purpose", "state", "tries", "expires_at", "appointment", "tenant"]
    list_filter = [TenantFilter, "state", "created_at"]
    search_fields = ["contact__name", "contact__address", "purpose"]
    list_select_related = ["tenant", "contact", "appointment"]
    exclude = ["digest", "ciphertext"]
