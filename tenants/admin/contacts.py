"""The companies' customers and what they allowed."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tenants import merging, roles
from tenants.adminbase import PLATFORM, ReadOnlyMixin, ScopedTabular, TenantFilter, TenantScopedAdmin
from tenants.models import (
    Consent,
    Contact,
    ContactLabel,
    ContactMerge,
    ContactMergeProposal,
    ErasedRefusal,
    Identity,
    Label,
    MovedRows,
)


class Identities(ScopedTabular):
    model = Identity
    fields = ["kind", "value", "business_portfolio_id", "replaced_at", "created_at"]


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

    @admin.display(description=_("name"))
    def display_name(self, contact: Contact) -> str:
        return contact.display_name


@admin.register(ContactMergeProposal)
class ContactMergeProposalAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """Whether two contacts are one person: a person says."""

    list_display = ["one", "other", "reason", "state", "decided_by", "tenant", "created_at"]
    list_filter = [TenantFilter, "state", "reason"]
    search_fields = ["one__name", "one__profile_name", "other__name", "other__profile_name", "one__address"]
    list_select_related = ["tenant", "one", "other", "decided_by"]
    actions = ["merge", "reject"]

    @admin.action(description=_("They are one person: merge"), permissions=["manage"])
    def merge(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, merging.merge, _("Merged: %(count)d."))

    @admin.action(description=_("They are two people"), permissions=["manage"])
    def reject(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, merging.reject, _("Kept apart: %(count)d."))

    def _decide(self, request: HttpRequest, rows: QuerySet, decide: Callable[..., Any], told: Any) -> None:
        """Each by itself; one that was decided meanwhile is told and stops no other."""
        count, now = 0, timezone.now()
        for proposal in self.chosen(request, rows, roles.MANAGE):
            try:
                decide(proposal, request.user, now)
                count += 1
            except merging.DecisionRefused as refused:
                self.message_user(request, f"{proposal}: {refused}", messages.WARNING)
        if count:
            self.message_user(request, str(told) % {"count": count})


@admin.register(ContactMerge)
class ContactMergeAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """What a merge changed is undone on the contact's page."""

    list_display = ["kept", "gone_name", "tenant", "merged_by", "created_at", "undone_by", "undone_at"]
    list_filter = [TenantFilter, "created_at"]
    search_fields = ["kept__name", "kept__profile_name", "gone_name"]
    list_select_related = ["tenant", "kept", "merged_by", "undone_by"]
    exclude = ["copies"]


@admin.register(MovedRows)
class MovedRowsAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["merge", "model", "field", "tenant"]
    list_filter = [TenantFilter, "model"]
    search_fields = ["merge__gone_name"]
    list_select_related = ["tenant", "merge__kept"]
    exclude = ["ids"]


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


@admin.register(ErasedRefusal)
class ErasedRefusalAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """What forgotten people had refused; it leads to nobody."""

    list_display = ["digest", "category", "effective_at", "tenant", "created_at"]
    list_filter = [TenantFilter, "category"]
    search_fields = ["digest"]
    list_select_related = ["tenant"]


@admin.register(Label)
class LabelAdmin(TenantScopedAdmin):
    list_display = ["name", "tone", "tenant"]
    list_filter = [TenantFilter, "tone"]
    search_fields = ["name"]
    list_select_related = ["tenant"]


@admin.register(ContactLabel)
class ContactLabelAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """Put on and taken off in Conversations."""

    list_display = ["contact", "label", "tenant", "created_at"]
    list_filter = [TenantFilter]
    search_fields = ["contact__name", "contact__address", "label__name"]
    list_select_related = ["tenant", "contact", "label"]
