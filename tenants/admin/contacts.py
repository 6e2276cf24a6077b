"""The companies' customers and what they allowed."""

from django.contrib import admin

from tenants import roles
from tenants.adminbase import PLATFORM, ReadOnlyMixin, ScopedTabular, TenantFilter, TenantScopedAdmin
from tenants.models import Consent, Contact, Identity


class Identities(ScopedTabular):
    model = Identity
    fields = ["kind", "value", "business_portfolio_id", "created_at"]


class Consents(ScopedTabular):
    model = Consent
    fields = ["effective_at", "decision", "category", "source", "proof", "recorded_by"]


@admin.register(Contact)
class ContactAdmin(TenantScopedAdmin):
    """Only the name that the company gave is changed by hand; the rest comes with messages."""

    list_display = ["display_name", "profile_name", "address", "tenant", "updated_at"]
    list_filter = [TenantFilter, "updated_at"]
    search_fields = ["name", "profile_name", "address", "identities__value"]
    list_select_related = ["tenant"]
    inlines = [Identities, Consents]
    readonly_fields = ["profile_name", "address"]
    changing = roles.OPERATE
    adding = PLATFORM
    deleting = None


@admin.register(Identity)
class IdentityAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["value", "kind", "contact", "tenant", "created_at"]
    list_filter = [TenantFilter, "kind"]
    search_fields = ["value", "match_key", "contact__name"]
    list_select_related = ["tenant", "contact"]


@admin.register(Consent)
class ConsentAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["effective_at", "contact", "decision", "category", "source", "tenant"]
    list_filter = [TenantFilter, "decision", "category", "source"]
    search_fields = ["contact__name", "contact__address", "proof"]
    list_select_related = ["tenant", "contact"]
