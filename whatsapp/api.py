"""``/api/v1/webhook-events/``: what came in; and what other resources of this app share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import audit
from tenants.models import Contact
from tenants.rest import ProviderFailed
from tenants.rest_fields import Body, Query, Text
from tenants.rest_views import TenantViewSet
from whatsapp import notes, replay
from whatsapp.errors import ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.models import WebhookEvent
from whatsapp.providers.meta import error_codes

PASSING = frozenset({ErrorKind.TRANSIENT, ErrorKind.RATE_LIMITED})


@contextmanager
def provider_answers() -> Iterator[None]:
    """What the provider refuses, or does not answer, leaves as an API error in words."""
    try:
        yield
    except (ProviderError, OutcomeUnknown) as error:
        if isinstance(error, Refused) and error.kind not in PASSING:
            raise ProviderFailed(error_codes.sentence(error.code, error.details)) from None
        raise ProviderFailed(_("Meta did not answer. Try again in a moment.")) from None


class EventSerializer(serializers.Serializer):
    """One fact from a webhook; ``failed`` ones are the dead letters."""

    id = serializers.IntegerField()
    field = serializers.CharField()
    item = serializers.CharField()
    phone_number_id = serializers.CharField()
    message_id = serializers.CharField(source="message_ref")
    state = serializers.ChoiceField(WebhookEvent.State.choices)
    note = serializers.CharField()
    explanation = serializers.SerializerMethodField()
    attempts = serializers.IntegerField()
    error = serializers.SerializerMethodField()
    received_at = serializers.DateTimeField()
    processed_at = serializers.DateTimeField(allow_null=True)

    def get_explanation(self, event: WebhookEvent) -> str:
        """Why it had no effect, in words."""
        return notes.sentence(event.note)

    def get_error(self, event: WebhookEvent) -> str | None:
        """The last line of what broke: the rest of the traceback is for the platform's team."""
        lines = event.error.strip().splitlines()
        return lines[-1] if lines else None


class EventQuery(Query):
    state = serializers.ChoiceField(WebhookEvent.State.choices, required=False)
    field = Text(required=False)


class ReplayBody(Body):
    """Which events; without ``state`` the dead letters."""

    state = serializers.ChoiceField(sorted(replay.REPLAYABLE), default=WebhookEvent.State.FAILED)
    field = Text(max_length=60, required=False)
    since = serializers.DateTimeField(required=False, help_text="Received at this time or later.")


class ReplayedSerializer(serializers.Serializer):
    """How many events are back in the line."""

    replayed = serializers.IntegerField()


@extend_schema_view(list=extend_schema(parameters=[EventQuery]))
class WebhookEventViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = WebhookEvent.objects.defer("payload", "body")
    serializer_class = EventSerializer
    query_class = EventQuery
    page_order = ("-id",)

    @extend_schema(operation_id="webhook_events_replay_all", request=ReplayBody, responses=ReplayedSerializer)
    @action(detail=False, methods=["post"], url_path="replay", url_name="replay-all")
    def replay_all(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Processes all events of a state again; what they did before is not done twice."""
        asked = self.read(ReplayBody, request.data)
        events = replay.choose(tenant=self.tenant, **asked)
        told = {name: str(value) for name, value in asked.items()}
        audit.record("webhookevent.replayed", tenant=self.tenant, filters=told)
        return Response(ReplayedSerializer({"replayed": replay.replay_all(events, timezone.now())}).data)

    @extend_schema(request=None, responses=EventSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Processes the event again; what it did before is not done twice."""
        event = self.get_object()
        if replay.replay(WebhookEvent.objects.filter(pk=event.pk), timezone.now()):
            audit.record("webhookevent.replayed", tenant=self.tenant, obj=event)
        return Response(EventSerializer(self.get_object()).data)


class ContactNameSerializer(serializers.ModelSerializer):
    """Who it is, in short."""

    class Meta:
        model = Contact
        fields = ("id", "display_name", "address")
