"""``/api/v1/conversations/``: what was said with whom, who answers, and what nobody has read."""

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

from tenants.rest import Conflict
from tenants.rest_fields import Body, Query, Text
from tenants.rest_views import TenantViewSet
from whatsapp import receipts, window
from whatsapp.api import ContactNameSerializer, provider_answers
from whatsapp.conversations import acts, unread
from whatsapp.models import Conversation
from whatsapp.models.conversation import UNREAD


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
    unread_count = serializers.IntegerField(
        help_text=f"The customer's live messages that nobody has read; counted up to {unread.MOST}."
    )
    read_at = serializers.DateTimeField(allow_null=True, help_text="Read by the company up to here.")
    window = serializers.SerializerMethodField()
    last_message_at = serializers.DateTimeField(allow_null=True)
    last_inbound_at = serializers.DateTimeField(allow_null=True, help_text="The customer's last live message.")
    created_at = serializers.DateTimeField()

    @extend_schema_field(WindowNowSerializer)
    def get_window(self, conversation: Conversation) -> Any:
        return WindowNowSerializer(window.of(conversation, timezone.now())).data


class ConversationQuery(Query):
    state = serializers.ChoiceField(Conversation.State.choices, required=False)
    handler = serializers.ChoiceField(Conversation.Handler.choices, required=False)
    contact = serializers.IntegerField(required=False, source="contact_id", max_value=2**63 - 1)
    number = Text(required=False, source="number__phone_number_id", max_length=40, help_text="A phone_number_id.")
    assigned_to = Text(required=False, source="assigned_to__username", max_length=150, help_text="A person's name.")
    assigned = serializers.BooleanField(required=False, allow_null=True, help_text="false: what nobody has.")
    unread = serializers.BooleanField(required=False, allow_null=True, help_text="Whether something is unread.")


class HandoverBody(Body):
    to = serializers.ChoiceField(Conversation.Handler.choices, default=Conversation.Handler.HUMAN)


class AssignBody(Body):
    username = Text(max_length=150, allow_null=True, help_text="A person who answers customers; null: nobody.")


@extend_schema_view(list=extend_schema(parameters=[ConversationQuery]))
class ConversationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Conversation.objects.select_related("contact", "number", "assigned_to", "window_message")
    serializer_class = ConversationSerializer
    query_class = ConversationQuery
    page_order = ("-id",)

    def get_queryset(self) -> QuerySet:
        return unread.counted(super().get_queryset())

    def narrow(
        self, queryset: QuerySet, *, assigned: bool | None = None, unread: bool | None = None, **query: Any
    ) -> QuerySet:
        rows = queryset.filter(**query)
        if assigned is not None:
            rows = rows.filter(assigned_to__isnull=not assigned)
        if unread is not None:
            rows = rows.filter(UNREAD) if unread else rows.exclude(UNREAD)
        return rows

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The caller's own agent answers from now on: Recado's robot is silent."""
        acts.take_by_system(self.get_object())
        return self._answer()

    @extend_schema(request=HandoverBody, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def handover(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Hands it to a person, or back to the robot."""
        conversation = self.get_object()
        if self.read(HandoverBody, request.data)["to"] == Conversation.Handler.HUMAN:
            acts.hand_to_person(conversation, "handed_over_by_api")
        else:
            acts.hand_to_robot(conversation)
        return self._answer()

    @extend_schema(request=AssignBody, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Gives it to a person of the company, who then answers in place of the robot."""
        conversation = self.get_object()
        username = self.read(AssignBody, request.data)["username"]
        try:
            acts.assign(conversation, self._member(username) if username else None)
        except acts.ActRefused as refusal:
            raise serializers.ValidationError({"username": str(refusal)}) from None
        return self._answer()

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Done, and given back to the robot; the customer's next message opens it again."""
        acts.close(self.get_object())
        return self._answer()

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Opens a closed conversation."""
        acts.reopen(self.get_object())
        return self._answer()

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"], url_path="read", url_name="read")
    def mark_read(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Read by the company, and blue ticks on the customer's newest message and all before it."""
        return self._show(typing=False)

    @extend_schema(request=None, responses=ConversationSerializer)
    @action(detail=True, methods=["post"])
    def typing(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Shows the customer for up to 25 s that somebody writes; marks as read, too."""
        return self._show(typing=True)

    def _show(self, *, typing: bool) -> Response:
        conversation, now = self.get_object(), timezone.now()
        with provider_answers():
            try:
                receipts.show(conversation, now, typing=typing)
            except receipts.NothingToRead:
                raise Conflict(_("The customer wrote nothing in the last 30 days that could be marked.")) from None
        if conversation.last_inbound_at:
            unread.mark_read(conversation, conversation.last_inbound_at, now)
        return self._answer()

    def _member(self, username: str) -> Any:
        person = get_user_model().objects.filter(username=username, memberships__tenant=self.tenant).first()
        if person is None:
            raise serializers.ValidationError({"username": _("Nobody of this company has this name.")})
        return person

    def _answer(self) -> Response:
        return Response(ConversationSerializer(self.get_object()).data)
