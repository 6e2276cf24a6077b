"""``/api/v1/codes/``: one-time codes, asked for and checked by a company's own system."""

import math
import re
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import codes, states
from notifications.api.idempotency import HEADER, once
from notifications.api.messages import IDEMPOTENCY
from notifications.models import Appointment, NotificationJob, OneTimeCode
from templates_mgmt import one_time
from tenants import phones
from tenants.contacts import get_or_create_for_phone
from tenants.models import Contact
from tenants.rest import Conflict, TooMany
from tenants.rest_fields import Body, Text
from tenants.rest_views import TenantViewSet

ANSWERS = ("confirmed", "wrong", "expired", "used_up")


class OneTimeCodeBody(Body):
    phone = Text(required=False, max_length=40, help_text="As libphonenumber reads it; without country Brazilian.")
    contact = Text(required=False, max_length=18, help_text="Or a contact's id, one with a phone.")
    purpose = Text(required=False, default="login", max_length=40, help_text="What it is for, in your own words.")
    appointment = Text(required=False, max_length=100, help_text="The external_id that the right code confirms.")
    language = Text(required=False, max_length=15, help_text="For example pt_BR; else the company's.")
    template = Text(required=False, max_length=512, help_text="An authentication template's name; else the oldest.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("phone" in attrs) == ("contact" in attrs):
            raise serializers.ValidationError({"phone": _("Say whom it is for: a phone, or a contact.")})
        return attrs


class GivenBody(Body):
    code = Text(max_length=6, help_text="Six digits, as the person typed them.")

    def validate_code(self, value: str) -> str:
        if not re.fullmatch(r"[0-9]{6}", value):
            raise serializers.ValidationError(_("A code has six digits."))
        return value


class CodeAppointmentSerializer(serializers.Serializer):
    id = serializers.CharField(source="external_id")
    state = serializers.ChoiceField(Appointment.State.choices)


class OneTimeCodeSerializer(serializers.Serializer):
    """A code without the code: that is on the person's phone, and nowhere else."""

    id = serializers.UUIDField()
    purpose = serializers.CharField()
    state = serializers.ChoiceField(OneTimeCode.State.choices)
    tries_left = serializers.IntegerField()
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    contact = serializers.IntegerField(source="contact_id")
    appointment = CodeAppointmentSerializer(allow_null=True)
    job = serializers.UUIDField(source="job_id")
    message_state = serializers.SerializerMethodField(help_text="How far the message that carries it is.")

    @extend_schema_field(serializers.ChoiceField(list(states.STATES)))
    def get_message_state(self, code: OneTimeCode) -> str:
        return states.combined_state(code.job)


class JudgedSerializer(serializers.Serializer):
    state = serializers.ChoiceField(ANSWERS, source="answer")
    tries_left = serializers.IntegerField(source="code.tries_left")
    appointment = CodeAppointmentSerializer(source="code.appointment", allow_null=True)


class CodeViewSet(mixins.RetrieveModelMixin, TenantViewSet):
    queryset = OneTimeCode.objects.select_related("job__message", "appointment")
    serializer_class = OneTimeCodeSerializer

    @extend_schema(request=OneTimeCodeBody, responses={202: OneTimeCodeSerializer}, parameters=[IDEMPOTENCY])
    def create(self, request: Request) -> Response:
        """Sends six digits by WhatsApp. They are good once, for ten minutes and five tries; a newer code ends them."""
        body = self.read(OneTimeCodeBody, request.data)
        known, to = self._person(body)
        wanted = self._wanted(body)
        if not one_time.is_any(self.tenant, wanted.template_name):
            raise Conflict(_("No approved authentication template carries the code."), "no_code_template")
        now = timezone.now()

        def promise() -> NotificationJob:
            contact = known or get_or_create_for_phone(self.tenant, to)
            _check_customer(wanted.appointment, contact)
            return codes.ask(contact, to, wanted, now)

        try:
            job = once(self.tenant, request.headers.get(HEADER, "").strip(), {"code": body, "to": to}, promise, now)
        except codes.TooSoon as refused:
            raise TooMany(str(refused), math.ceil(refused.wait.total_seconds())) from None
        return Response(OneTimeCodeSerializer(self.get_queryset().get(job=job)).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=GivenBody, responses=JudgedSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: str) -> Response:
        """Whether these are the digits. Each call with other digits is a try; the right ones count once."""
        code, body = self.get_object(), self.read(GivenBody, request.data)
        return Response(JudgedSerializer(codes.check(code, body["code"], timezone.now())).data)

    def _person(self, body: dict[str, Any]) -> tuple[Contact | None, str]:
        """The contact, where it is known already, and the phone: Meta takes no user id for codes."""
        if "phone" in body:
            try:
                return None, phones.normalize(body["phone"])
            except ValueError as error:
                raise serializers.ValidationError({"phone": str(error)}) from None
        own: QuerySet[Contact] = Contact.objects.for_tenant(self.tenant)
        found = own.filter(pk=int(body["contact"])).first() if re.fullmatch(r"[0-9]+", body["contact"]) else None
        if found is None:
            raise serializers.ValidationError({"contact": _("This company has no such contact.")})
        if not phones.is_wa_id(found.address):
            raise serializers.ValidationError({"contact": _("No phone of this person is known; a code needs one.")})
        return found, phones.recipient(found.address)

    def _wanted(self, body: dict[str, Any]) -> codes.Wanted:
        booking = None
        if "appointment" in body:
            rows = Appointment.objects.for_tenant(self.tenant)
            booking = rows.filter(external_id=body["appointment"]).first()
            if booking is None:
                raise serializers.ValidationError({"appointment": _("This company has no such appointment.")})
        language = body.get("language") or to_locale(self.tenant.language)
        return codes.Wanted(body["purpose"], language, body.get("template", ""), booking)


def _check_customer(booking: Appointment | None, contact: Contact) -> None:
    if booking and booking.contact_id != contact.pk:
        raise serializers.ValidationError({"appointment": _("This appointment is another person's.")})
