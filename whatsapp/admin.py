"""The admin of messages and webhook events: rows that the wire wrote, so nobody changes them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tenants import roles
from tenants.adminbase import ReadOnlyMixin, ScopedRelatedFilter, ScopedTabular, TenantFilter, TenantScopedAdmin
from whatsapp import notes, replay
from whatsapp.conversations import admin as conversations_admin  # noqa: F401 - registers its own
from whatsapp.media import queue
from whatsapp.models import (
    AccountNotice,
    BookEntry,
    ConnectionCheck,
    HandlerFailure,
    HistoryPart,
    Media,
    Message,
    MessageStatus,
    NumberReading,
    Reaction,
    Revision,
    SyncCall,
    UploadedFile,
    WebhookEvent,
)
from whatsapp.onboarding import admin as onboarding_admin  # noqa: F401 - registers its own


class Revisions(ScopedTabular):
    model = Revision
    fields = ["occurred_at", "kind", "text", "received_at"]


class Statuses(ScopedTabular):
    model = MessageStatus
    fields = ["occurred_at", "status", "recipient", "errors", "received_at"]


class Failures(ScopedTabular):
    model = HandlerFailure
    tenant_path = "event__tenant"
    fields = ["handler", "attempts", "due_at", "error"]


@admin.register(Message)
class MessageAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["occurred_at", "direction", "contact", "type", "status", "origin", "number", "tenant"]
    list_filter = [
        TenantFilter,
        "direction",
        "status",
        "origin",
        "type",
        ("number", ScopedRelatedFilter),
        "occurred_at",
    ]
    search_fields = ["provider_message_id", "client_ref", "address", "text", "contact__name"]
    list_select_related = ["tenant", "contact", "number"]
    inlines = [Statuses, Revisions]


@admin.register(Media)
class MediaAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """What is known of files; the file itself is behind the console's door."""

    list_display = ["created_at", "type", "state", "problem", "attempts", "mime_type", "size", "number", "tenant"]
    list_filter = [
        TenantFilter,
        "state",
        "problem",
        "type",
        "sha256_differs",
        ("number", ScopedRelatedFilter),
        "created_at",
    ]
    search_fields = ["provider_media_id", "file_name", "caption", "message__provider_message_id", "sha256"]
    list_select_related = ["tenant", "number"]
    fields = [
        *("tenant", "number", "message", "type", "state", "problem", "problem_detail", "attempts", "due_at"),
        *("provider_media_id", "file_name", "caption", "voice", "animated", "mime_type", "detected_type"),
        *("size", "sha256_told", "sha256", "sha256_differs", "width", "height", "duration_ms", "has_thumbnail"),
        *("url_expires_at", "expires_at", "downloaded_at", "created_at"),
    ]  # neither the file's address at Meta nor its name in the storage
    actions = ["retry"]

    @admin.action(description=_("Ask for the file again"), permissions=["operate"])
    def retry(self, request: HttpRequest, rows: QuerySet) -> None:
        count = queue.retry(self.chosen(request, rows, roles.OPERATE), timezone.now())
        told = ngettext("%(count)d file is asked for again.", "%(count)d files are asked for again.", count)
        self.message_user(request, told % {"count": count})


@admin.register(MessageStatus)
class MessageStatusAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["occurred_at", "status", "provider_message_id", "recipient", "number", "tenant"]
    list_filter = [TenantFilter, "status", ("message", admin.EmptyFieldListFilter), "occurred_at"]
    search_fields = ["provider_message_id", "client_ref", "recipient"]
    list_select_related = ["tenant", "number"]


@admin.register(Revision)
class RevisionAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["occurred_at", "kind", "target_id", "number", "tenant"]
    list_filter = [TenantFilter, "kind", ("message", admin.EmptyFieldListFilter), "occurred_at"]
    search_fields = ["target_id", "provider_message_id"]
    list_select_related = ["tenant", "number"]


@admin.register(WebhookEvent)
class WebhookEventAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """What came, as it came; replay puts it back in the line (handlers are idempotent)."""

    list_display = ["received_at", "field", "item", "state", "explanation", "number", "tenant"]
    list_filter = [TenantFilter, "state", "field", "lane", "provider", "received_at"]
    search_fields = ["key", "message_ref", "contact_ref", "phone_number_id"]
    list_select_related = ["tenant", "number"]
    readonly_fields = ["explanation"]
    inlines = [Failures]
    actions = ["replay"]

    @admin.display(description=_("note"), ordering="note")
    def explanation(self, event: WebhookEvent) -> str:
        return notes.sentence(event.note)

    @admin.action(description=_("Process again"), permissions=["manage"])
    def replay(self, request: HttpRequest, rows: QuerySet) -> None:
        chosen = self.chosen(request, rows, roles.MANAGE)
        replay.record_asked(chosen)
        count = replay.replay_all(chosen, timezone.now())
        told = ngettext("%(count)d event is back in the line.", "%(count)d events are back in the line.", count)
        self.message_user(request, told % {"count": count})


@admin.register(HandlerFailure)
class HandlerFailureAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["event", "handler", "attempts", "due_at"]
    list_filter = ["handler"]
    search_fields = ["handler", "event__key", "event__message_ref"]
    list_select_related = ["event"]
    tenant_path = "event__tenant"


@admin.register(Reaction)
class ReactionAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["occurred_at", "emoji", "contact", "target_id", "number", "tenant"]
    list_filter = [TenantFilter, ("number", ScopedRelatedFilter), "occurred_at"]
    search_fields = ["target_id", "contact__name"]
    list_select_related = ["tenant", "contact", "number"]


@admin.register(AccountNotice)
class AccountNoticeAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["occurred_at", "field", "word", "account", "number", "tenant"]
    list_filter = [TenantFilter, "field", "word", "occurred_at"]
    search_fields = ["word", "account__waba_id"]
    list_select_related = ["tenant", "account", "number"]


@admin.register(NumberReading)
class NumberReadingAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["last_at", "number", "status", "quality_rating", "messaging_limit", "throughput", "count", "tenant"]
    list_filter = [TenantFilter, ("number", ScopedRelatedFilter), "quality_rating", "status", "last_at"]
    search_fields = ["number__display_phone_number", "problem"]
    list_select_related = ["tenant", "number"]


@admin.register(ConnectionCheck)
class ConnectionCheckAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["at", "number", "tenant"]
    list_filter = [TenantFilter, ("number", ScopedRelatedFilter), "at"]
    search_fields = ["number__display_phone_number"]
    list_select_related = ["tenant", "number"]


@admin.register(UploadedFile)
class UploadedFileAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["created_at", "file_name", "type", "size", "number", "expires_at", "tenant"]
    list_filter = [TenantFilter, ("number", ScopedRelatedFilter), "type", "expires_at"]
    search_fields = ["file_name", "media_id", "sha256"]
    list_select_related = ["tenant", "number"]


@admin.register(BookEntry)
class BookEntryAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["name", "contact", "is_removed", "occurred_at", "number", "tenant"]
    list_filter = [TenantFilter, ("number", ScopedRelatedFilter), "is_removed"]
    search_fields = ["name", "contact__name", "contact__address"]
    list_select_related = ["tenant", "contact", "number"]


@admin.register(SyncCall)
class SyncCallAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["onboarded_at", "kind", "state", "attempts", "claimed_at", "request_id", "number", "tenant"]
    list_filter = [TenantFilter, ("number", ScopedRelatedFilter), "kind", "state", "onboarded_at"]
    search_fields = ["request_id", "error", "number__display_phone_number"]
    list_select_related = ["tenant", "number"]


@admin.register(HistoryPart)
class HistoryPartAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = [
        "received_at",
        "phase",
        "chunk_order",
        "progress",
        "messages",
        "left_out",
        "error",
        "number",
        "tenant",
    ]
    list_filter = [TenantFilter, ("number", ScopedRelatedFilter), "phase", "received_at"]
    search_fields = ["key", "error", "number__display_phone_number"]
    list_select_related = ["tenant", "number"]
