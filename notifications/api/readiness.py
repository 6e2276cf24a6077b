"""``/api/v1/readiness/``: what is done and what is missing before real customers are written to."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.readiness import checklist
from notifications.readiness.items import DONE, MISSING, NOT_NEEDED
from tenants import flags
from tenants.models import AutomationSettings, Confirmation, Tenant
from tenants.rest_views import TenantViewSet


class ReadinessItemSerializer(serializers.Serializer):
    """One item; ``advice`` says what to do while it is missing, ``page`` is where."""

    id = serializers.CharField(source="item.name")
    title = serializers.CharField(source="item.word")
    state = serializers.ChoiceField((DONE, MISSING, NOT_NEEDED))
    required = serializers.BooleanField(source="item.required")  # type: ignore[assignment] # DRF's fields
    advice = serializers.CharField(source="item.advice")
    page = serializers.CharField(source="item.address")
    confirmed_by = serializers.CharField(source="confirmation.by.username", default=None, allow_null=True)
    confirmed_at = serializers.DateTimeField(source="confirmation.at", default=None, allow_null=True)


class ReadinessSerializer(serializers.Serializer):
    """``ready``: nothing required is missing. ``overridden``: the platform's team allows it all the same."""

    ready = serializers.BooleanField(source="is_ready")
    overridden = serializers.BooleanField()
    mode = serializers.ChoiceField(AutomationSettings.Mode.choices)
    missing = serializers.ListField(child=serializers.CharField(), help_text="Ids of required items.")
    items = ReadinessItemSerializer(many=True, source="lines")


class ReadinessViewSet(TenantViewSet):
    queryset = Confirmation.objects.all()
    serializer_class = ReadinessSerializer
    pagination_class = None

    @extend_schema(responses=ReadinessSerializer)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The company's checklist, worked out now."""
        return Response(ReadinessSerializer(_told(self.tenant)).data)


def _told(tenant: Tenant) -> dict[str, Any]:
    found = checklist.of(tenant, timezone.now())
    return {
        "is_ready": found.is_ready,
        "overridden": found.override is not None,
        "mode": flags.resolve(tenant).mode,
        "missing": [line.item.name for line in found.missing],
        "lines": found.lines,
    }
