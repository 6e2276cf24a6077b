"""``/api/v1/webhook-events/`` and ``/api/v1/conversations/``: what came in, and who looks after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import audit
from tenants.models import Contact
from tenants.rest import Conflict, ProviderFailed
from tenants.rest_fields import Body, Query, Text
from tenants.rest_views import TenantViewSet
from whatsapp import conversations, notes, receipts, replay, window
from whatsapp.errors import ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.models import Conversation, WebhookEvent
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

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        return queryset.filter(**query)

    @extend_schema(operation_id="webhook_events_replay_all", request=ReplayBody, responses=ReplayedSerializer)
    @action(detail=False, methods=["post"], url_path="replay", url_name="replay-all")
    def replay_all(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Processes all events of a state again; what they did before is not done twice."""
        events = replay.choose(tenant=self.tenant, **self.read(ReplayBody, request.data))
        return Response(ReplayedSerializer({"replayed": replay.replay_all(events, timezone.now())}).data)

    @extend_schema(request=None, responses=EventSerializer)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Processes the event again; what it did before is not done twice."""
        event = self.get_object()
        replay.replay(WebhookEvent.objects.filter(pk=event.pk), timezone.now())
        return Response(EventSerializer(self.get_object()).data)


class ContactNameSerializer(serializers.ModelSerializer):
    """Who it is, in short."""

    class Meta:
        model = Contact
        fields = ("id", "display_name", "address")


class WindowNowSerializer(serializers.Serializer):
    """Whether free text is allowed now, and until when."""

    open = serializers.BooleanField()
    last_inbound_at = serializers.DateTimeField(allow_null=True)
    closes_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)


class ConversationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    contact = ContactNameSerializer()
    phone_number_id = serializers.CharField(source="number.phone_number_id")
    state = serializers.ChoiceField(Conversation.State.choices)
    handler = serializers.ChoiceField(Conversation.Handler.choices)
    handler_reason = serializers.CharField(allow_blank=True)
    assigned_to = serializers.CharField(source="assigned_to.username", default=None, allow_null=True)
    window = serializers.SerializerMethodField()
    last_message_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @extend_schema_field(WindowNowSerializer)
    def get_window(self, conversation: Conversation) -> Any:
        return WindowNowSerializer(window.of(conversation, timezone.now())).data


class ConversationQuery(Query):
    state = serializers.ChoiceField(Conversation.State.choices, required=False)
    handler = serializers.ChoiceField(Conversation.Handler.choices, required=False)
    contact = serializers.IntegerField(required=False, source="contact_id", max_value=2**63 - 1)


class HandoverBody(Body):
    to = serializers.ChoiceField(Conversation.Handler.choices, default=Conversation.Handler.HUMAN)


class AssignBody(Body):
    username = Text(max_length=150, allow_null=True, help_text="A person of the company; null: nobody.")


@extend_schema_view(list=extend_schema(parameters=[ConversationQuery]))
class ConversationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Conversation.objects.select_related("contact", "number", "assigned_to", "window_message")
    serializer_class = ConversationSerializer
    query_class = ConversationQuery

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        return queryset.filter(**query)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's own agent answers from now on: Recado's robot is silent."""
        conversation = self.get_object()
        conversations.hand_over(conversation, "taken_by_api")
        return self._answer(conversation, "taken")

    @extend_schema(request=HandoverBody, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def handover(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Hands it to a person, or back to the robot."""
        conversation = self.get_object()
        if self.read(HandoverBody, request.data)["to"] == Conversation.Handler.HUMAN:
            conversations.hand_over(conversation, "handed_over_by_api")
        else:
            conversations.hand_back(conversation)
        return self._answer(conversation, "handed_over", to=conversation.handler)

    @extend_schema(request=AssignBody, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Gives it to a person of the company."""
        conversation = self.get_object()
        username = self.read(AssignBody, request.data)["username"]
        conversation.assigned_to = self._member(username) if username else None
        conversation.save(update_fields=["assigned_to"])
        return self._answer(conversation, "assigned", to=username)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Done; the customer's next message opens it again."""
        return self._set_state(Conversation.State.CLOSED)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Opens a closed conversation."""
        return self._set_state(Conversation.State.OPEN)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"], url_path="read", url_name="read")
    def mark_read(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Blue ticks on the customer's newest message and all before it."""
        return self._show(typing=False)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def typing(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Shows the customer for up to 25 s that somebody writes; marks as read, too."""
        return self._show(typing=True)

    def _show(self, *, typing: bool) -> Response:
        with provider_answers():
            try:
                receipts.show(self.get_object(), timezone.now(), typing=typing)
            except receipts.NothingToRead:
                raise Conflict(_("The customer wrote nothing in the last 30 days that could be marked.")) from None
        return Response(ConversationSerializer(self.get_object()).data)

    def _set_state(self, state: str) -> Response:
        conversation = self.get_object()
        conversation.state = state
        conversation.save(update_fields=["state"])
        return self._answer(conversation, "closed" if state == Conversation.State.CLOSED else "reopened")

    def _member(self, username: str) -> Any:
        person = get_user_model().objects.filter(username=username, memberships__tenant=self.tenant).first()
        if person is None:
            raise serializers.ValidationError({"username": _("Nobody of this company has this name.")})
        return person

    def _answer(self, conversation: Conversation, verb: str, **detail: Any) -> Response:
        audit.record(f"conversation.{verb}", tenant=self.tenant, obj=conversation, **detail)
        return Response(ConversationSerializer(self.get_object()).data)
