"""The admin of conversations, of notes on them, and of answers that are ready to be sent."""

from django.contrib import admin

from tenants.adminbase import ReadOnlyMixin, ScopedRelatedFilter, TenantFilter, TenantScopedAdmin
from whatsapp.models import CannedAnswer, Conversation, ConversationNote


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["contact", "number", "state", "handler", "assigned_to", "last_message_at", "tenant"]
    list_filter = [TenantFilter, "state", "handler", ("number", ScopedRelatedFilter)]
    search_fields = ["contact__name", "contact__address"]
    list_select_related = ["tenant", "contact", "number", "assigned_to"]


@admin.register(ConversationNote)
class ConversationNoteAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["at", "conversation", "author", "tenant"]
    list_filter = [TenantFilter, "at"]
    search_fields = ["text", "conversation__contact__name"]
    list_select_related = ["tenant", "conversation__contact", "conversation__number", "author"]


@admin.register(CannedAnswer)
class CannedAnswerAdmin(TenantScopedAdmin):
    list_display = ["shortcut", "text", "tenant"]
    list_filter = [TenantFilter]
    search_fields = ["shortcut", "text"]
    list_select_related = ["tenant"]
