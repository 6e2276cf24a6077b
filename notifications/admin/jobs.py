"""The queue in the admin: read only, with its timeline, and with the acts of the Messages page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from notifications import actions, timeline
from notifications.admin.words import KindFilter, Worded
from notifications.models import (
    IdempotencyKey,
    JobAttempt,
    JobEvent,
    NotificationJob,
    OutboxEvent,
    Rate,
    ReachedPerson,
)
from notifications.states import STATES, combined_state
from tenants import roles
from tenants.adminbase import (
    PlatformOnlyMixin,
    ReadOnlyMixin,
    Scoped,
    ScopedRelatedFilter,
    ScopedTabular,
    TenantFilter,
    TenantScopedAdmin,
)

MODES = {"template": _("template"), "text": _("free text")}


class Timeline(ScopedTabular):
    model = JobEvent
    tenant_path = "job__tenant"
    fields = ["at", "told", "actor", "detail"]

    @admin.display(description=_("What happened"))
    def told(self, event: JobEvent) -> str:
        return timeline.of_event(event).sentence


class Attempts(ScopedTabular):
    model = JobAttempt
    tenant_path = "job__tenant"
    fields = ["attempt", "number", "outcome", "provider_message_id", "error_code", "error", "started_at", "finished_at"]


class ReasonForm(ActionForm):
    """The action, and why: discarding and marking as failed want a reason."""

    reason = forms.CharField(
        label="",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": _("Reason"), "aria-label": _("Reason")}),
    )


@admin.register(NotificationJob)
class NotificationJobAdmin(Worded, ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["created_at", "shown_kind", "contact", "to", "shown_state", "attempts", "due_at", "tenant"]
    list_filter = [TenantFilter, "state", KindFilter, "origin", "lane", ("number", ScopedRelatedFilter), "created_at"]
    search_fields = [
        "contact__name",
        "to",
        "dedupe_key",
        "message__provider_message_id",
        "appointment__external_id",
        "template_name",
    ]
    list_select_related = ["tenant", "contact", "number", "message"]
    inlines = [Timeline, Attempts]
    worded = Worded.worded | {"state": "shown_state", "mode": "shown_mode"}
    action_form = ReasonForm
    actions = ["send_now", "retry", "discard", "mark_failed"]

    @admin.display(description=_("State"), ordering="state")
    def shown_state(self, job: NotificationJob) -> str:
        state = combined_state(job)
        return str(STATES[state].word) if state in STATES else state

    @admin.display(description=_("Mode"))
    def shown_mode(self, job: NotificationJob) -> str:
        return str(MODES.get(job.mode, job.mode))

    @admin.action(description=_("Send now"), permissions=["operate"])
    def send_now(self, request: HttpRequest, rows: QuerySet) -> None:
        self._act(request, rows, lambda job: actions.send_now(job, request.user, timezone.now()))

    @admin.action(description=_("Try again"), permissions=["operate"])
    def retry(self, request: HttpRequest, rows: QuerySet) -> None:
        self._act(request, rows, lambda job: actions.retry(job, request.user, timezone.now()))

    @admin.action(description=_("Discard"), permissions=["operate"])
    def discard(self, request: HttpRequest, rows: QuerySet) -> None:
        why = request.POST.get("reason", "")
        self._act(request, rows, lambda job: actions.discard(job, why, request.user, timezone.now()))

    @admin.action(description=_("Mark as failed"), permissions=["operate"])
    def mark_failed(self, request: HttpRequest, rows: QuerySet) -> None:
        why = request.POST.get("reason", "")
        self._act(request, rows, lambda job: actions.mark_failed(job, why, request.user, timezone.now()))

    def _act(self, request: HttpRequest, rows: QuerySet, act: Callable[[NotificationJob], Any]) -> None:
        done = 0
        for job in self.chosen(request, rows, roles.OPERATE).select_related("tenant", "message"):
            try:
                act(job)
            except actions.ActionRefused as refusal:
                self.message_user(request, f"{job}: {refusal}", messages.WARNING)
            else:
                done += 1
        told = ngettext("%(count)d message done.", "%(count)d messages done.", done)
        self.message_user(request, told % {"count": done})


@admin.register(JobEvent)
class JobEventAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["at", "event", "job", "actor"]
    list_filter = ["event", "at"]
    search_fields = ["=job__id", "job__to"]
    list_select_related = ["job", "actor"]
    tenant_path = "job__tenant"


@admin.register(JobAttempt)
class JobAttemptAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["started_at", "job", "attempt", "outcome", "error_code", "number"]
    list_filter = ["outcome", "started_at"]
    search_fields = ["=job__id", "client_ref", "provider_message_id"]
    list_select_related = ["job", "number"]
    tenant_path = "job__tenant"


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["created_at", "key", "job", "tenant"]
    list_filter = [TenantFilter]
    search_fields = ["key"]
    list_select_related = ["tenant", "job"]


@admin.register(OutboxEvent)
class OutboxEventAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["occurred_at", "type", "stream", "published_at", "tenant"]
    list_filter = [TenantFilter, "type", "stream", ("published_at", admin.EmptyFieldListFilter)]
    search_fields = ["type", "key"]
    list_select_related = ["tenant"]


@admin.register(Rate)
class RateAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["number", "recipient", "next_at", "blocked_until"]
    list_filter = [("blocked_until", admin.EmptyFieldListFilter)]
    search_fields = ["recipient", "number__display_phone_number"]
    list_select_related = ["number"]
    tenant_path = "number__tenant"


@admin.register(ReachedPerson)
class ReachedPersonAdmin(ReadOnlyMixin, PlatformOnlyMixin, Scoped, ModelAdmin):
    """Of portfolios, which companies may share: for the platform's team alone."""

    list_display = ["at", "portfolio", "person", "former_at"]
    list_filter = ["at"]
    search_fields = ["portfolio", "person"]
