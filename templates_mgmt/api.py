"""``/api/v1/templates/``: the approved texts of the tenant's WABAs, as Meta keeps them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from templates_mgmt import sync
from templates_mgmt.models import MessageTemplate
from tenants.models import WhatsAppAccount
from tenants.rest_fields import Query, Text
from tenants.rest_views import TenantViewSet


class TemplateSerializer(serializers.ModelSerializer):
    """Status, category and component keys are as Meta spells them."""

    waba_id = serializers.CharField(source="account.waba_id")

    class Meta:
        model = MessageTemplate
        fields = (
            *("id", "waba_id", "template_id", "name", "language", "category", "status", "rejected_reason"),
            *("quality_score", "parameter_format", "components", "missing_since", "synced_at", "created_at"),
        )


class TemplateQuery(Query):
    status = Text(required=False, max_length=30)
    name = Text(required=False, max_length=512)
    language = Text(required=False, max_length=15)


class SyncSerializer(serializers.Serializer):
    """What a synchronisation with one WABA brought; ``error`` is empty where Meta answered."""

    waba_id = serializers.CharField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    missing = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)


class SyncResultSerializer(serializers.Serializer):
    results = SyncSerializer(many=True)


@extend_schema_view(list=extend_schema(parameters=[TemplateQuery]))
class TemplateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = MessageTemplate.objects.select_related("account")
    serializer_class = TemplateSerializer
    query_class = TemplateQuery

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        return queryset.filter(**query)

    @extend_schema(request=None, responses=SyncResultSerializer)
    @action(detail=False, methods=["post"])
    def sync(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reads all templates from Meta now."""
        accounts = WhatsAppAccount.objects.for_tenant(self.tenant).filter(owned_until=None).select_related("tenant")
        now = timezone.now()
        return Response({"results": [_outcome(account, sync.sync_account(account, now)) for account in accounts]})


def _outcome(account: WhatsAppAccount, result: sync.SyncResult) -> dict[str, Any]:
    return {
        "waba_id": account.waba_id,
        "created": result.created,
        "updated": result.updated,
        "missing": result.missing,
        "error": result.error or "",
    }
