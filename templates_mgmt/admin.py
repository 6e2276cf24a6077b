"""The admin of templates, as Meta keeps them, and of which one speaks for which kind of notice."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from templates_mgmt import sync
from templates_mgmt.models import (
    HeaderFile,
    MessageTemplate,
    TemplateInsight,
    TemplateMapping,
    TemplateSync,
    TemplateVersion,
)
from templates_mgmt.speech import SPEECHES
from tenants import roles
from tenants.adminbase import CodeFilter, ReadOnlyMixin, ScopedRelatedFilter, TenantFilter, TenantScopedAdmin
from tenants.models import WhatsAppAccount


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """Written by the synchronisation with Meta alone."""

    list_display = ["name", "language", "category", "status", "quality_score", "account", "synced_at", "tenant"]
    list_filter = [TenantFilter, "status", "category", "language", ("account", ScopedRelatedFilter)]
    search_fields = ["name", "template_id"]
    list_select_related = ["tenant", "account"]
    actions = ["synchronise"]

    @admin.action(description=_("Synchronise the accounts of these templates"), permissions=["manage"])
    def synchronise(self, request: HttpRequest, rows: QuerySet) -> None:
        chosen = self.chosen(request, rows, roles.MANAGE).values("account")
        accounts = WhatsAppAccount.objects.owned().filter(pk__in=chosen)
        for account in accounts.select_related("tenant"):
            self._tell(request, account, sync.sync_account(account, timezone.now()))

    def _tell(self, request: HttpRequest, account: WhatsAppAccount, result: sync.SyncResult) -> None:
        if result.error:
            self.message_user(request, f"{account}: {result.error}", messages.ERROR)
            return
        told = _now("%(account)s: %(created)d new, %(updated)d changed, %(missing)d no longer at Meta.")
        counts = {"created": result.created, "updated": result.updated, "missing": result.missing}
        self.message_user(request, told % {"account": str(account), **counts})


@admin.register(TemplateVersion)
class TemplateVersionAdmin(ReadOnlyMixin, TenantScopedAdmin):
    """The history of templates' words, written with each change."""

    list_display = ["template", "number", "category", "source", "by", "at", "tenant"]
    list_filter = [TenantFilter, "source", "category"]
    search_fields = ["template__name"]
    list_select_related = ["tenant", "template"]


class NoticeFilter(CodeFilter):
    title = _("kind of notice")
    parameter_name = "kind"

    def words(self) -> Mapping[str, Any]:
        return {speech.kind: speech.label for speech in SPEECHES.values()}


@admin.register(TemplateMapping)
class TemplateMappingAdmin(TenantScopedAdmin):
    list_display = ["notice", "language", "template", "is_next", "is_variant", "stopped_at", "tenant", "updated_at"]
    list_filter = [TenantFilter, NoticeFilter, "language", "is_next", "is_variant"]
    search_fields = ["kind", "template__name"]
    list_select_related = ["tenant", "template"]
    autocomplete_fields = ["template", "fallback"]

    @admin.display(description=_("kind of notice"), ordering="kind")
    def notice(self, mapping: TemplateMapping) -> str:
        return mapping.notice


@admin.register(TemplateSync)
class TemplateSyncAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["account", "whole_at", "failed_at", "error_code", "failures", "due_at", "insights", "tenant"]
    list_filter = [TenantFilter, "insights"]
    list_select_related = ["tenant", "account"]


@admin.register(TemplateInsight)
class TemplateInsightAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["template", "day", "sent", "delivered", "read", "clicked", "cost", "tenant"]
    list_filter = [TenantFilter]
    search_fields = ["template__name"]
    list_select_related = ["tenant", "template"]


@admin.register(HeaderFile)
class HeaderFileAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["file_name", "mime_type", "size", "by", "created_at", "tenant"]
    list_filter = [TenantFilter, "mime_type"]
    search_fields = ["file_name"]
    list_select_related = ["tenant"]
