"""Appointments in the admin: read only but for cancelling, which has its one way."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from notifications import appointments
from notifications.admin.words import Worded
from notifications.models import Appointment, ManualNotice, NotificationJob
from tenants import roles
from tenants.adminbase import ReadOnlyMixin, ScopedTabular, TenantFilter, TenantScopedAdmin
from whatsapp.models import Message


class Notices(Worded, ScopedTabular):
    model = NotificationJob
    fields = ["created_at", "kind", "state", "scheduled_for", "reason_code"]
    show_change_link = True


@admin.register(Appointment)
class AppointmentAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["starts_at", "customer_name", "service", "state", "professional", "notify", "tenant"]
    list_filter = [TenantFilter, "state", "starts_at"]
    search_fields = ["customer_name", "customer_phone", "external_id", "service"]
    list_select_related = ["tenant"]
    inlines = [Notices]
    actions = ["cancel", "cancel_and_tell"]

    @admin.action(description=_("Cancel without telling the customer"), permissions=["operate"])
    def cancel(self, request: HttpRequest, rows: QuerySet) -> None:
        self._cancel(request, rows, notify_client=False)

    @admin.action(description=_("Cancel and tell the customer on WhatsApp"), permissions=["operate"])
    def cancel_and_tell(self, request: HttpRequest, rows: QuerySet) -> None:
        self._cancel(request, rows, notify_client=True)

    def _cancel(self, request: HttpRequest, rows: QuerySet, *, notify_client: bool) -> None:
        done = 0
        for row in self.chosen(request, rows, roles.OPERATE).select_related("tenant", "contact"):
            try:
                appointments.cancel(
                    row,
                    notify_client=notify_client,
                    origin=Message.Origin.OPERATOR,
                    actor=request.user,
                    now=timezone.now(),
                )
            except appointments.MoveRefused as refusal:
                self.message_user(request, f"{row}: {refusal}", messages.WARNING)
            else:
                done += 1
        told = ngettext("%(count)d appointment was cancelled.", "%(count)d appointments were cancelled.", done)
        self.message_user(request, told % {"count": done})


@admin.register(ManualNotice)
class ManualNoticeAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["opened_at", "contact", "text_key", "opened_by", "appointment", "tenant"]
    list_filter = [TenantFilter, "text_key", "opened_at"]
    search_fields = ["contact__name", "contact__address", "body"]
    list_select_related = ["tenant", "contact", "opened_by", "appointment"]
