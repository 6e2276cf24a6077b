"""``/api/v1/appointments/``: bookings by the tenant's own id. Posting one again changes it, or nothing."""

import re
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import appointments, states, voucher
from notifications.api.jobs import ReasonSerializer, reason_of
from notifications.models import Appointment, NotificationJob
from tenants.rest import Conflict
from tenants.rest_fields import Body, Flag, Moment, Query, QueryMoment, Text
from tenants.rest_views import TenantViewSet
from whatsapp.models import Message

ADDRESSABLE = r"[^/\x00-\x1f\x7f]+"  # an external_id stands in an address
POSTED_AS = {"customer_name": "customer.name", "customer_phone": "customer.phone"}


class CustomerBody(Body):
    name = Text(max_length=120)
    phone = Text(max_length=40, help_text="As libphonenumber reads it; without a country code it is Brazilian.")


class ChangeBody(Body):
    """What may be changed of an appointment."""

    customer = CustomerBody()
    service = Text(max_length=120)
    starts_at = Moment()
    ends_at = Moment(required=False, allow_null=True)
    place = Text(required=False, allow_blank=True, max_length=200)
    professional = Text(required=False, allow_blank=True, max_length=120)
    price = serializers.DecimalField(
        required=False, allow_null=True, max_digits=10, decimal_places=2, min_value=0, help_text="In reais: 150.00."
    )
    notify = Flag(required=False, default=True)


class AppointmentBody(ChangeBody):
    external_id = Text(max_length=100, help_text="Your own id; it stands in the appointment's address.")

    def validate_external_id(self, value: str) -> str:
        if not re.fullmatch(ADDRESSABLE, value) or value in {".", ".."}:
            raise serializers.ValidationError(
                _("An external_id is part of an address: no slash, no control characters.")
            )
        return value


class CancelBody(Body):
    notify_client = Flag(default=False, help_text="Tell the customer, where the 24-hour window is open.")


class CustomerSerializer(serializers.Serializer):
    name = serializers.CharField(source="customer_name")
    phone = serializers.CharField(source="customer_phone")


class JobSummarySerializer(serializers.Serializer):
    """A message of the appointment; the whole of it is at ``/api/v1/jobs/<id>/``."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.SerializerMethodField()
    scheduled_for = serializers.DateTimeField()
    reason = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ChoiceField(list(states.STATES)))
    def get_state(self, job: NotificationJob) -> str:
        return states.combined_state(job)

    @extend_schema_field(ReasonSerializer(allow_null=True))
    def get_reason(self, job: NotificationJob) -> dict[str, str] | None:
        return reason_of(job)


class AppointmentSerializer(serializers.Serializer):
    id = serializers.CharField(source="external_id", help_text="The external_id, which addresses it.")
    external_id = serializers.CharField()
    customer = CustomerSerializer(source="*")
    service = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    place = serializers.CharField(allow_blank=True)
    professional = serializers.CharField(allow_blank=True)
    price = serializers.DecimalField(max_digits=10, decimal_places=2, allow_null=True)
    notify = serializers.BooleanField()
    state = serializers.ChoiceField(Appointment.State.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    voucher_url = serializers.SerializerMethodField()
    jobs = JobSummarySerializer(many=True)

    @extend_schema_field(serializers.URLField())
    def get_voucher_url(self, appointment: Appointment) -> str:
        return voucher.url(appointment)


class BookedSerializer(AppointmentSerializer):
    note = serializers.SerializerMethodField()

    @extend_schema_field(ReasonSerializer(allow_null=True))
    def get_note(self, _appointment: Appointment) -> dict[str, str] | None:
        note = self.context.get("note")
        return {"code": note, "message": str(appointments.NOTES[note])} if note else None


class AppointmentQuery(Query):
    state = serializers.ChoiceField(Appointment.State.choices, required=False)
    since = QueryMoment(required=False, help_text="Starts at this time or later.")
    until = QueryMoment(required=False, help_text="Starts before this time.")


FILTERS = {"state": "state", "since": "starts_at__gte", "until": "starts_at__lt"}
BOOKED = OpenApiResponse(BookedSerializer)


@extend_schema_view(list=extend_schema(parameters=[AppointmentQuery]))
class AppointmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Appointment.objects.select_related("tenant", "contact").prefetch_related(
        Prefetch(
            "jobs", NotificationJob.objects.select_related("message").order_by("created_at", "scheduled_for", "id")
        )
    )
    serializer_class = AppointmentSerializer
    query_class = AppointmentQuery
    lookup_field = "external_id"

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        return queryset.filter(**{FILTERS[name]: value for name, value in query.items()})

    @extend_schema(request=AppointmentBody, responses={201: BOOKED, 200: BOOKED})
    def create(self, request: Request) -> Response:
        """Books, or changes what was booked under this external_id; the same body twice changes nothing."""
        booking = appointments.Booking(**_flat(self.read(AppointmentBody, request.data)))
        booked = _checked(appointments.book, self.tenant, booking)
        return self._answer(booked, status.HTTP_201_CREATED if booked.created else status.HTTP_200_OK)

    @extend_schema(request=ChangeBody(partial=True), responses=BOOKED)
    def partial_update(self, request: Request, external_id: str) -> Response:
        """Changes some fields; waiting notices follow."""
        appointment = self.get_object()
        changes = _flat(self.read(ChangeBody, request.data, partial=True))
        return self._answer(_checked(appointments.change, appointment, changes))

    @extend_schema(request=CancelBody, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, external_id: str) -> Response:
        """Cancels; without ``notify_client`` nobody is told, and no job is made."""
        appointment = self.get_object()
        body = self.read(CancelBody, request.data)
        _checked(appointments.cancel, appointment, **body)
        return self.retrieve(request)

    @extend_schema(request=None, responses=AppointmentSerializer)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, external_id: str) -> Response:
        """The customer comes."""
        try:
            appointments.confirm(self.get_object(), by=Message.Origin.API, now=timezone.now())
        except appointments.MoveRefused as refused:
            raise Conflict(str(refused), "refused") from None
        return self.retrieve(request)

    def _answer(self, booked: appointments.Booked, code: int = status.HTTP_200_OK) -> Response:
        row = self.get_queryset().get(pk=booked.appointment.pk)
        return Response(BookedSerializer(row, context={"note": booked.note}).data, code)


def _flat(body: dict[str, Any]) -> dict[str, Any]:
    """A posted body as Booking's fields."""
    customer = body.pop("customer", {})
    return body | {f"customer_{name}": value for name, value in customer.items()}


def _checked(use_case: Any, *args: Any, **kwargs: Any) -> Any:
    """Runs a use case of the booking system's; what it refuses is a 400 or a 409."""
    try:
        return use_case(*args, **kwargs, origin=Message.Origin.API, now=timezone.now())
    except appointments.Invalid as invalid:
        fields = {POSTED_AS.get(name, name): sentence for name, sentence in invalid.fields.items()}
        raise serializers.ValidationError(fields) from None
    except appointments.MoveRefused as refused:
        raise Conflict(str(refused), "refused") from None
