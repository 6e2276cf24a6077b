"""``/api/v1/leads/``: who wrote for the first time, from where, and what came of it."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.rest_fields import Body, Query, QueryMoment
from tenants.rest_views import TenantViewSet
from whatsapp import leads
from whatsapp.api import ContactNameSerializer
from whatsapp.models import Lead


class LeadSerializer(serializers.Serializer):
    """The first contact of a person with a number. ``referral`` is the ad or post as Meta told it."""

    id = serializers.IntegerField()
    contact = ContactNameSerializer()
    phone_number_id = serializers.CharField(source="number.phone_number_id")
    state = serializers.ChoiceField(Lead.State.choices)
    source = serializers.ChoiceField(Lead.Source.choices)  # type: ignore[assignment] # DRF takes fields off the class
    keyword = serializers.CharField(allow_blank=True)
    ctwa_clid = serializers.CharField(allow_blank=True)
    source_id = serializers.CharField(allow_blank=True)
    headline = serializers.CharField(allow_blank=True)
    referral = serializers.DictField()
    first_message_id = serializers.CharField(allow_blank=True)
    first_at = serializers.DateTimeField()
    state_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class LeadQuery(Query):
    state = serializers.ChoiceField(Lead.State.choices, required=False)
    source = serializers.ChoiceField(Lead.Source.choices, required=False)  # type: ignore[assignment] # as above
    contact = serializers.IntegerField(required=False, source="contact_id", max_value=2**63 - 1)
    since = QueryMoment(required=False, source="first_at__gte", help_text="First contact at this time or later.")


class LeadChange(Body):
    state = serializers.ChoiceField(Lead.State.choices)


@extend_schema_view(list=extend_schema(parameters=[LeadQuery]))
class LeadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Lead.objects.select_related("contact", "number", "tenant")
    serializer_class = LeadSerializer
    query_class = LeadQuery
    page_order = ("-first_at", "-id")

    @extend_schema(request=LeadChange, responses=LeadSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """What became of it: talking, won, lost, or new again."""
        lead = self.get_object()
        leads.decide(lead, self.read(LeadChange, request.data)["state"], None, timezone.now())
        return Response(LeadSerializer(self.get_object()).data)
