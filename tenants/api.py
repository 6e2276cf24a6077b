"""``/api/v1/connections/`` and ``/api/v1/alerts/``: the tenant's numbers, and what asks for attention."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import connections
from tenants.models import Alert, PhoneNumber
from tenants.rest import Conflict
from tenants.rest_fields import Body, Query, Text
from tenants.rest_views import TenantViewSet


class ConnectionSerializer(serializers.ModelSerializer):
    """A number and its connection; no secret of it is ever told."""

    waba_id = serializers.CharField(source="account.waba_id", default=None, allow_null=True)

    class Meta:
        model = PhoneNumber
        fields = (
            *("id", "provider", "waba_id", "phone_number_id", "display_phone_number", "verified_name"),
            *("state", "state_reason", "state_changed_at", "quality_rating", "messaging_limit", "throughput"),
            *("coexistence", "connected_at", "created_at"),
        )


class PauseBody(Body):
    reason = Text(max_length=200, required=False, allow_blank=True, default="")


class ConnectionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = PhoneNumber.objects.filter(owned_until=None).select_related("tenant", "account")
    serializer_class = ConnectionSerializer

    @extend_schema(request=PauseBody, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Nothing is sent from this number until it is resumed; its messages wait."""
        number = self.get_object()
        return self._move(number, PhoneNumber.State.PAUSED, self.read(PauseBody, request.data)["reason"])

    @extend_schema(request=None, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ends a pause; what waited goes."""
        number = self.get_object()
        if number.state not in {PhoneNumber.State.PAUSED, PhoneNumber.State.CONNECTED}:
            raise Conflict(_("This connection is not paused."), "refused")
        return self._move(number, PhoneNumber.State.CONNECTED, "")

    def _move(self, number: PhoneNumber, state: str, reason: str) -> Response:
        if number.state != state:
            try:
                connections.move(number, state, reason=reason, now=timezone.now())
            except connections.MoveRefused as refused:
                raise Conflict(str(refused), "refused") from None
        return Response(ConnectionSerializer(self.get_object()).data)


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
