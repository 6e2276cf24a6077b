"""``/api/v1/connections/``: the tenant's numbers, how they are, and what may be done to them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import connections
from tenants.models import PhoneNumber
from tenants.rest import Conflict, ProviderFailed
from tenants.rest_fields import Body, Text
from tenants.rest_views import TenantViewSet
from whatsapp import comparison, health, lifecycle
from whatsapp.models import ConnectionCheck


class FindingSerializer(serializers.Serializer):
    """One fact of a connection, compared with what is expected; ``advice`` says who mends it and how."""

    name = serializers.ChoiceField(tuple(comparison.FACTS))
    state = serializers.ChoiceField((comparison.OK, comparison.DIFFERS, comparison.UNKNOWN))
    expected = serializers.CharField(allow_blank=True)
    found = serializers.CharField(allow_blank=True)
    advice = serializers.CharField(source="fact.advice")


class CheckSerializer(serializers.Serializer):
    at = serializers.DateTimeField()
    findings = serializers.SerializerMethodField()

    @extend_schema_field(FindingSerializer(many=True))
    def get_findings(self, row: ConnectionCheck) -> list[Any]:
        return list(FindingSerializer(comparison.findings_of(row), many=True).data)


class ConnectionSerializer(serializers.ModelSerializer):
    """A number and its connection; no secret of it is ever told."""

    waba_id = serializers.CharField(source="account.waba_id", default=None, allow_null=True)
    check = CheckSerializer(
        source="check_row", default=None, allow_null=True, help_text="The last comparison with what is expected."
    )

    class Meta:
        model = PhoneNumber
        fields = (
            *("id", "provider", "waba_id", "phone_number_id", "display_phone_number", "verified_name"),
            *("state", "state_reason", "state_changed_at", "quality_rating", "messaging_limit", "throughput"),
            *("coexistence", "connected_at", "created_at", "check"),
        )


class ReasonBody(Body):
    reason = Text(max_length=200, required=False, allow_blank=True, default="")


class TokenBody(Body):
    access_token = Text(max_length=4096, write_only=True, trim_whitespace=True)


@contextmanager
def _in_words() -> Iterator[None]:
    """What the machine of states or the provider refuses, as an API error."""
    try:
        yield
    except connections.MoveRefused as refused:
        raise Conflict(str(refused), "refused") from None
    except lifecycle.LifeRefused as refused:
        if refused.by_provider:
            raise ProviderFailed(str(refused)) from None
        raise Conflict(str(refused), "refused") from None


class ConnectionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = PhoneNumber.objects.owned().select_related("tenant", "account", "check_row")
    serializer_class = ConnectionSerializer

    @extend_schema(request=ReasonBody, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Nothing is sent from this number until it is resumed; its messages wait."""
        number = self.get_object()
        return self._move(number, PhoneNumber.State.PAUSED, self.read(ReasonBody, request.data)["reason"])

    @extend_schema(request=None, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Ends a pause; what waited goes."""
        number = self.get_object()
        if number.state not in {PhoneNumber.State.PAUSED, PhoneNumber.State.CONNECTED}:
            raise Conflict(_("This connection is not paused."), "refused")
        return self._move(number, PhoneNumber.State.CONNECTED, "")

    @extend_schema(request=None, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Asks the provider now: health of the number, token, subscription, callback, fields."""
        number, now = self.get_object(), timezone.now()
        health.check(number, now)
        comparison.check(number, now)
        return self._told()

    @extend_schema(request=ReasonBody, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def disconnect(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Nothing is sent from this number any more, and webhooks end where no other number needs them."""
        number, reason = self.get_object(), self.read(ReasonBody, request.data)["reason"]
        with _in_words():
            lifecycle.disconnect(number, reason=reason, actor=None, now=timezone.now())
        return self._told()

    @extend_schema(request=None, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"])
    def reconnect(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Connects again with the stored token, once the provider answers for it; what waited goes."""
        with _in_words():
            lifecycle.reconnect(self.get_object(), actor=None, now=timezone.now())
        return self._told()

    @extend_schema(request=TokenBody, responses=ConnectionSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-token")
    def rotate_token(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Puts a new access token in the place of the old one, which stays unless the new one passes a test call."""
        number, token = self.get_object(), self.read(TokenBody, request.data)["access_token"]
        with _in_words():
            lifecycle.rotate_token(number, token, actor=None, now=timezone.now())
        return self._told()

    def _move(self, number: PhoneNumber, state: str, reason: str) -> Response:
        if number.state != state:
            with _in_words():
                connections.move(number, state, reason=reason, now=timezone.now())
        return self._told()

    def _told(self) -> Response:
        return Response(ConnectionSerializer(self.get_object()).data)
