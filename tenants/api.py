"""``/api/v1/alerts/``: what asks for attention."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from tenants.models import Alert
from tenants.rest_fields import Query, Text
from tenants.rest_views import TenantViewSet


class AlertSerializer(serializers.ModelSerializer):
    class Meta:
        model = Alert
        fields = ("id", "kind", "subject", "state", "detail", "count", "first_at", "last_at", "solved_at")


class AlertQuery(Query):
    state = serializers.ChoiceField(Alert.State.choices, required=False)
    kind = Text(required=False)


@extend_schema_view(list=extend_schema(parameters=[AlertQuery]))
class AlertViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Alert.objects.all()
    serializer_class = AlertSerializer
    query_class = AlertQuery
    page_order = ("-id",)

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        return queryset.filter(**query)
