"""``/api/v1/analytics/``: how much was sent and received, how it arrived, how long customers waited."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.analytics import figures
from notifications.analytics.figures import LONGEST, Figures, Period, Volume, Waits
from notifications.models import DailyCount
from tenants.models import PhoneNumber, Tenant
from tenants.rest_fields import Query, Text
from tenants.rest_views import TenantViewSet
from whatsapp.providers.meta import error_codes

USUAL_DAYS = 30
BY = ("day", "kind", "number", "reason", "template")


class VolumeSerializer(serializers.Serializer):
    """Messages. Rates are 0 to 1: delivered of sent, read of delivered; null where there is nothing to divide by.

    ``sent`` are those of Recado's that the provider took or refused, ``delivered`` includes ``read``; ``by_app`` came
    from the phone app, apart, since Meta seldom tells what became of them.
    """

    received = serializers.IntegerField()
    sent = serializers.IntegerField()
    delivered = serializers.IntegerField()
    read = serializers.IntegerField()
    failed = serializers.IntegerField()
    by_app = serializers.IntegerField()
    delivery_rate = serializers.FloatField(allow_null=True)
    read_rate = serializers.FloatField(allow_null=True)


class WaitsSerializer(serializers.Serializer):
    """Answers to customers, and the seconds within which half of them, and nine of ten, came."""

    answers = serializers.IntegerField()
    median = serializers.IntegerField(allow_null=True)
    p90 = serializers.IntegerField(allow_null=True)


class AnalyticsRowSerializer(VolumeSerializer):
    """``id`` is what ``by`` asks for: the day, phone_number_id, kind, template's name, or Meta's error code.

    ``name`` says it in words where there are some; ``answer_time`` stands with days alone.
    """

    id = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_blank=True)
    answer_time = WaitsSerializer(allow_null=True)


class WholeSerializer(VolumeSerializer):
    """A whole period."""

    since = serializers.DateField()
    until = serializers.DateField()
    answer_time = WaitsSerializer()


class AnalyticsSerializer(serializers.Serializer):
    """``before`` is the period of the same length just before. All rows stand in one page."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    counted_at = serializers.DateTimeField(allow_null=True, help_text="When the newest of the days was last counted.")
    total = WholeSerializer()
    before = WholeSerializer()
    results = AnalyticsRowSerializer(many=True)


class AnalyticsQuery(Query):
    by = serializers.ChoiceField(BY, required=False, default="day")
    since = serializers.DateField(required=False, help_text="A day of the company's zone; 30 days unless told.")
    until = serializers.DateField(required=False, help_text="Included; today unless told.")
    number = Text(required=False, max_length=40, help_text="A phone_number_id of the company's.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        until = attrs.setdefault("until", timezone.localdate())
        since = attrs.setdefault("since", until - timedelta(days=USUAL_DAYS - 1))
        if since > until:
            raise serializers.ValidationError({"since": _("It lies after the end.")})
        if (until - since).days >= LONGEST:
            raise serializers.ValidationError({"since": _("Ask for at most %(days)d days.") % {"days": LONGEST}})
        return attrs


class AnalyticsViewSet(TenantViewSet):
    queryset = DailyCount.objects.all()
    serializer_class = AnalyticsSerializer
    pagination_class = None

    @extend_schema(parameters=[AnalyticsQuery], responses=AnalyticsSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The numbers of a period, and of the one before it; one row for each day, number, kind, template or reason."""
        asked = self.read(AnalyticsQuery, request.query_params)
        period = Period(asked["since"], asked["until"])
        found = figures.read(self.tenant, period, self._number(asked.get("number", "")))
        told = {
            "next": None,
            "previous": None,
            "counted_at": figures.counted_at(self.tenant, period),
            "total": _whole(period, found.total, found.waits),
            "before": _whole(period.before, found.before, found.waits_before),
            "results": ROWS[asked["by"]](found, self.tenant),
        }
        return Response(AnalyticsSerializer(told).data)

    def _number(self, phone_number_id: str) -> PhoneNumber | None:
        if not phone_number_id:
            return None
        rows = PhoneNumber.objects.for_tenant(self.tenant).filter(phone_number_id=phone_number_id)
        number = rows.order_by("-pk").first()
        if number is None:
            raise serializers.ValidationError({"number": _("This number is not one of the company's.")})
        return number


Rows = list[dict[str, Any]]


def _whole(period: Period, volume: Volume, waits: Waits) -> dict[str, Any]:
    return {"since": period.since, "until": period.until, "answer_time": waits, **_told(volume)}


def _told(volume: Volume) -> dict[str, Any]:
    return dict(VolumeSerializer(volume).data)


def _row(name: Any, volume: Volume, word: str = "", waits: Waits | None = None) -> dict[str, Any]:
    return {"id": str(name), "name": word, "answer_time": waits, **_told(volume)}


def _days(found: Figures, _tenant: Tenant) -> Rows:
    """Every day of the period, also those without a message."""
    by_day = found.by["day"]

    def row(day: date) -> dict[str, Any]:
        return _row(day.isoformat(), by_day.get(day, Volume()), waits=found.waits_by_day.get(day, Waits()))

    return [row(day) for day in found.period.days]


def _numbers(found: Figures, tenant: Tenant) -> Rows:
    known = PhoneNumber.objects.for_tenant(tenant).in_bulk(found.by["number_id"])
    return [
        _row(known[pk].phone_number_id, volume, str(known[pk]))
        for pk, volume in _busiest(found.by["number_id"])
        if pk in known
    ]


def _plain(dimension: str) -> Callable[[Figures, Tenant], Rows]:
    def rows(found: Figures, _tenant: Tenant) -> Rows:
        return [_row(name, volume) for name, volume in _busiest(found.by[dimension]) if volume.sent or volume.by_app]

    return rows


def _reasons(found: Figures, _tenant: Tenant) -> Rows:
    failed = [(code, volume) for code, volume in _busiest(found.by["error_code"]) if volume.failed]
    return [_row("" if code is None else code, _failed(volume), error_codes.sentence(code)) for code, volume in failed]


def _failed(volume: Volume) -> Volume:
    """Of messages of all outcomes (those without a code) the failures alone."""
    return Volume(sent=volume.failed, failed=volume.failed)


def _busiest(by: dict[Any, Volume]) -> list[tuple[Any, Volume]]:
    return sorted(by.items(), key=lambda item: (-item[1].sent, -item[1].received, str(item[0])))


ROWS: dict[str, Callable[[Figures, Tenant], Rows]] = {
    "day": _days,
    "number": _numbers,
    "kind": _plain("kind"),
    "template": _plain("template_name"),
    "reason": _reasons,
}
