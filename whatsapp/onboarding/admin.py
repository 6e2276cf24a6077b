"""The admin of signups: rows that the code wrote, and links that people made."""

from django.contrib import admin

from tenants.adminbase import ReadOnlyMixin, ScopedTabular, TenantFilter, TenantScopedAdmin
from whatsapp.models import Signup, SignupInvitation, SignupStep


class Steps(ScopedTabular):
    model = SignupStep
    fields = ["name", "state", "problem", "outcome", "attempts", "meta_code", "meta_message", "ended_at"]


@admin.register(Signup)
class SignupAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["created_at", "way", "source", "state", "number", "person", "tenant"]
    list_filter = [TenantFilter, "state", "way", "source", "created_at"]
    search_fields = ["waba_id", "phone_number_id", "number__display_phone_number"]
    list_select_related = ["tenant", "number", "person"]
    inlines = [Steps]
    fields = [
        *("tenant", "way", "source", "state", "person", "invitation", "waba_id", "phone_number_id", "number"),
        *("facts", "state_until", "state_used_at", "created_at", "expires_at", "ended_at"),
    ]


@admin.register(SignupStep)
class SignupStepAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["signup", "name", "state", "problem", "meta_code", "attempts", "ended_at", "tenant"]
    list_filter = [TenantFilter, "name", "state", "problem"]
    search_fields = ["meta_message", "meta_trace", "signup__waba_id"]
    list_select_related = ["tenant", "signup"]


@admin.register(SignupInvitation)
class SignupInvitationAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """Made and revoked in the console: the link is shown there, once."""

    list_display = ["created_at", "note", "created_by", "expires_at", "opened_at", "used_at", "revoked_at", "tenant"]
    list_filter = [TenantFilter, "expires_at", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["note"]
    list_select_related = ["tenant", "created_by"]
    fields = ["tenant", "note", "created_by", "created_at", "expires_at", "opened_at", "used_at", "revoked_at"]
