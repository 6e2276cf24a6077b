"""What analytics counted, day by day: read only, since a count is replaced whenever its day is counted again."""

from django.contrib import admin

from notifications.admin.words import KindFilter, Worded
from notifications.models import CountedDay, DailyAnswers, DailyCount, DayToCount, VariantDay
from tenants.adminbase import ReadOnlyMixin, ScopedRelatedFilter, TenantFilter, TenantScopedAdmin


@admin.register(DailyCount)
class DailyCountAdmin(Worded, ReadOnlyMixin, TenantScopedAdmin):
    list_display = [
        "day",
        "number",
        "origin",
        "shown_kind",
        "template_name",
        "outcome",
        "error_code",
        "count",
        "tenant",
    ]
    list_filter = [TenantFilter, "outcome", "origin", ("number", ScopedRelatedFilter), "day"]
    search_fields = ["kind", "template_name"]
    list_select_related = ["tenant", "number"]


@admin.register(DailyAnswers)
class DailyAnswersAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["day", "number", "by", "tenant"]
    list_filter = [TenantFilter, "by", ("number", ScopedRelatedFilter), "day"]
    list_select_related = ["tenant", "number"]


@admin.register(CountedDay)
class CountedDayAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["day", "zone", "counted_at", "tenant"]
    list_filter = [TenantFilter, "day"]
    list_select_related = ["tenant"]


@admin.register(DayToCount)
class DayToCountAdmin(ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["day", "tenant"]
    list_filter = [TenantFilter, "day"]
    list_select_related = ["tenant"]


@admin.register(VariantDay)
class VariantDayAdmin(Worded, ReadOnlyMixin, TenantScopedAdmin):
    list_display = ["day", "shown_kind", "template", "sent", "settled", "answered", "refused", "tenant"]
    list_filter = [TenantFilter, KindFilter, "day"]
    search_fields = ["template__name"]
    list_select_related = ["tenant", "template"]
