"""``/api/v1/alerts/``: what asks for attention, and that somebody looks after it."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import alerts
from tenants.models import Alert
from tenants.rest import Conflict
from tenants.rest_fields import Body, Query, QueryMoment, Text
from tenants.rest_views import TenantViewSet

LASTING = "lasting"


class AlertSerializer(serializers.ModelSerializer):
    """One alert; people are named by their sign-in names."""

    acknowledged_by = serializers.CharField(source="acknowledged_by.username", default=None, allow_null=True)
    solved_by = serializers.CharField(source="solved_by.username", default=None, allow_null=True)

    class Meta:
        model = Alert
        fields = (
            *("id", "kind", "subject", "state", "detail", "count", "first_at", "last_at"),
            *("acknowledged_at", "acknowledged_by", "solved_at", "solved_by", "note"),
        )


class AlertQuery(Query):
    state = serializers.ChoiceField(
        [*Alert.State.choices, (LASTING, "Not solved")], required=False, help_text="`lasting`: open or acknowledged."
    )
    kind = Text(required=False)
    subject = Text(required=False)
    since = QueryMoment(required=False, source="first_at__gte", help_text="Began at this time or later.")


class SolveBody(Body):
    note = Text(max_length=300, required=False, help_text="How it was solved.")


@extend_schema_view(list=extend_schema(parameters=[AlertQuery]))
class AlertViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Alert.objects.select_related("acknowledged_by", "solved_by", "tenant")
    serializer_class = AlertSerializer
    query_class = AlertQuery
    page_order = ("-id",)

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        if query.get("state") == LASTING:
            query["state__in"] = alerts.UNSOLVED
            del query["state"]
        return queryset.filter(**query)

    @extend_schema(request=None, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Somebody looks after it. Again changes nothing; a solved one is refused (409)."""
        alert = self.get_object()
        if not alerts.acknowledge(alert, None, timezone.now()) and alert.state == Alert.State.SOLVED:
            raise Conflict(_("This alert was solved already."))
        return Response(AlertSerializer(self.get_object()).data)

    @extend_schema(request=SolveBody, responses=AlertSerializer)
    @action(detail=True, methods=["post"])
    def solve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ends it, with a word on how. Again changes nothing; what goes on raises a new one."""
        body = self.read(SolveBody, request.data)
        alerts.solve_by_hand(self.get_object(), None, body.get("note", ""), timezone.now())
        return Response(AlertSerializer(self.get_object()).data)
