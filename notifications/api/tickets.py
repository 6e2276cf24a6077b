"""``/api/v1/tickets/``: service episodes, who looks after them, and how they stand."""

from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import reception
from tenants import audit
from tenants.rest_fields import Body, Query, QueryMoment, Text
from tenants.rest_views import TenantViewSet
from whatsapp.api import ContactNameSerializer
from whatsapp.models import Lead, Ticket


class TicketSerializer(serializers.Serializer):
    """A service episode of a conversation."""

    id = serializers.IntegerField()
    conversation = serializers.IntegerField(source="conversation_id")
    contact = ContactNameSerializer(source="conversation.contact")
    phone_number_id = serializers.CharField(source="conversation.number.phone_number_id")
    state = serializers.ChoiceField(Ticket.State.choices)
    subject = serializers.CharField(allow_blank=True)
    source = serializers.ChoiceField(Lead.Source.choices, allow_blank=True)  # type: ignore[assignment] # DRF's fields
    assignee = serializers.CharField(source="assignee.username", default=None, allow_null=True)
    opened_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField(help_text="The customer's last message.")
    reopened = serializers.IntegerField(help_text="How often a message reopened it.")
    solved_at = serializers.DateTimeField(allow_null=True)
    solved_by = serializers.ChoiceField(Ticket.SolvedBy.choices, allow_blank=True)


class TicketQuery(Query):
    state = serializers.ChoiceField(Ticket.State.choices, required=False)
    conversation = serializers.IntegerField(required=False, source="conversation_id", max_value=2**63 - 1)
    contact = serializers.IntegerField(required=False, source="conversation__contact", max_value=2**63 - 1)
    assignee = Text(required=False, source="assignee__username", max_length=150)
    since = QueryMoment(required=False, source="opened_at__gte", help_text="Opened at this time or later.")


class TicketChange(Body):
    """What is left out stays as it is."""

    state = serializers.ChoiceField(Ticket.State.choices, required=False)
    subject = Text(required=False, allow_blank=True, max_length=200)
    assignee = Text(required=False, allow_null=True, max_length=150, help_text="A person of the company; null: nobody.")


@extend_schema_view(list=extend_schema(parameters=[TicketQuery]))
class TicketViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Ticket.objects.select_related("conversation__contact", "conversation__number", "assignee")
    serializer_class = TicketSerializer
    query_class = TicketQuery
    page_order = ("-opened_at", "-id")

    @extend_schema(request=TicketChange, responses=TicketSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Opens, sets aside or solves it; gives it a subject, or to a person of the company."""
        ticket, change = self.get_object(), self.read(TicketChange, request.data)
        self._write(ticket, change)
        if "state" in change:
            reception.decide_ticket(ticket, change["state"], None, timezone.now())
        return Response(TicketSerializer(self.get_object()).data)

    def _write(self, ticket: Ticket, change: dict[str, Any]) -> None:
        fields = [name for name in ("subject", "assignee") if name in change]
        if "assignee" in change:
            ticket.assignee = self._member(change["assignee"]) if change["assignee"] else None
        ticket.subject = change.get("subject", ticket.subject)
        if fields:
            ticket.save(update_fields=fields)
            told = {name: change[name] for name in fields}
            audit.record("ticket.changed", tenant=self.tenant, obj=ticket, **told)

    def _member(self, username: str) -> Any:
        person = get_user_model().objects.filter(username=username, memberships__tenant=self.tenant).first()
        if person is None:
            raise serializers.ValidationError({"assignee": _("Nobody of this company has this name.")})
        return person
