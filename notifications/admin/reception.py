"""Leads and tickets: what messages made of them is read only; people say how they stand."""

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications import reception
from tenants import roles
from tenants.adminbase import ScopedRelatedFilter, TenantFilter, TenantScopedAdmin
from whatsapp import leads
from whatsapp.models import Lead, Ticket


@admin.register(Lead)
class LeadAdmin(TenantScopedAdmin):
    list_display = ["contact", "source", "state", "headline", "number", "first_at", "tenant"]
    list_filter = [TenantFilter, "state", "source", ("number", ScopedRelatedFilter), "first_at"]
    search_fields = ["contact__name", "contact__profile_name", "contact__address", "headline", "ctwa_clid"]
    list_select_related = ["tenant", "contact", "number"]
    readonly_fields = [
        *("contact", "number", "state_at", "source", "keyword", "headline"),
        *("source_id", "ctwa_clid", "referral", "first_message_id", "first_at"),
    ]
    fields = ["tenant", "state", *readonly_fields]
    changing = roles.OPERATE
    adding = deleting = None

    def save_model(self, request: HttpRequest, obj: Lead, form: ModelForm, change: bool) -> None:
        if "state" in form.changed_data and self.is_allowed(request, self.changing, obj):
            leads.decide(obj, obj.state, request.user, timezone.now())


@admin.register(Ticket)
class TicketAdmin(TenantScopedAdmin):
    list_display = ["conversation", "subject", "state", "assignee", "opened_at", "last_at", "tenant"]
    list_filter = [TenantFilter, "state", "source", "opened_at"]
    search_fields = ["subject", "conversation__contact__name", "conversation__contact__address"]
    list_select_related = ["tenant", "conversation__contact", "conversation__number", "assignee"]
    readonly_fields = [
        *("conversation", "state", "assignee", "source"),
        *("opened_at", "last_at", "reopened", "solved_at", "solved_by"),
    ]
    fields = ["tenant", "subject", *readonly_fields]
    actions = ["solve", "reopen"]
    changing = roles.OPERATE
    adding = deleting = None

    @admin.action(description=_("Solve"), permissions=["operate"])
    def solve(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, Ticket.State.SOLVED)

    @admin.action(description=_("Open again"), permissions=["operate"])
    def reopen(self, request: HttpRequest, rows: QuerySet) -> None:
        self._decide(request, rows, Ticket.State.OPEN)

    def _decide(self, request: HttpRequest, rows: QuerySet, state: str) -> None:
        now = timezone.now()
        for ticket in self.chosen(request, rows, roles.OPERATE):
            reception.decide_ticket(ticket, state, request.user, now)
