"""``/api/v1/templates/<id>/test/``: what the templates' own resource cannot do, since sending is the queue's."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import sending
from notifications.api.jobs import JobSerializer, represent_one
from notifications.models import NotificationJob
from templates_mgmt import mapping, trial
from templates_mgmt.api import TemplateViewSet
from templates_mgmt.models import MessageTemplate
from tenants import phones
from tenants.contacts import get_or_create_for_phone
from tenants.models import PhoneNumber
from tenants.rest import Conflict
from tenants.rest_fields import Body, Text
from whatsapp import uploads
from whatsapp.content.values import File
from whatsapp.errors import InvalidContent
from whatsapp.models import Message

# By whose file lacks: the field that names it, and what is said.
LACKING = {
    "header": ("media_id", gettext_lazy("This template's header is a file. Name one.")),
    "card": ("card_media_ids", gettext_lazy("Each card of this template begins with a file. Name one for each.")),
}


class TrialBody(Body):
    """To whom, and with which values: by the variable's name (``1``, ``first_name``, ``header.1``, ``button.0``; of a
    card ``card.0.1``).
    """

    to = Text(max_length=40, help_text="A phone: E.164, or Brazilian.")
    variables = serializers.DictField(
        child=Text(allow_blank=True, max_length=1024), default=dict, help_text="One left out keeps its example."
    )
    media_id = Text(required=False, max_length=100, help_text="The header's file, uploaded by /uploads/.")
    card_media_ids = serializers.ListField(
        child=Text(max_length=100),
        required=False,
        max_length=10,
        help_text="The files of a carousel's cards, in order.",
    )


class SendableTemplateViewSet(TemplateViewSet):
    """The templates, and trying one."""

    @extend_schema(operation_id="templates_test", request=TrialBody, responses={202: JobSerializer})
    @action(detail=True, methods=["post"], url_path="test", url_name="test")
    def try_out(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sends the template once, through the queue; its examples stand where no value is given."""
        template, body = self.get_object(), self.read(TrialBody, request.data)
        phone, number = _phone(body["to"]), self._number(template)
        try:
            mapping.sendable(template, template.account)
            content = trial.content(template, body["variables"], self._files(template, body, number))
            contact, origin = get_or_create_for_phone(self.tenant, phone), Message.Origin.API
            job = sending.send(self.tenant, contact, phone, content, origin=origin, number=number, now=timezone.now())
        except mapping.MappingProblem:
            raise Conflict(_("Meta does not let this template be sent now.")) from None
        except InvalidContent as invalid:
            raise serializers.ValidationError(invalid.fields) from None
        row = NotificationJob.objects.select_related("tenant", "appointment", "number", "message").get(pk=job.pk)
        return Response(represent_one(row), status.HTTP_202_ACCEPTED)

    def _number(self, template: MessageTemplate) -> PhoneNumber:
        rows = PhoneNumber.objects.owned().filter(account=template.account, state__in=PhoneNumber.SENDS)
        number = rows.select_related("tenant", "account").order_by("pk").first()
        if number is None:
            raise Conflict(_("No number of this account is connected, so nothing can be sent with its templates."))
        return number

    def _files(self, template: MessageTemplate, body: dict[str, Any], number: PhoneNumber) -> dict[str, File]:
        kinds = trial.files(template)
        ids = dict(zip((slot for slot in kinds if slot != trial.HEADER), body.get("card_media_ids", ()), strict=False))
        ids[trial.HEADER] = body.get("media_id", "")
        return {slot: self._file(slot, kind, ids.get(slot, ""), number) for slot, kind in kinds.items()}

    def _file(self, slot: str, kind: str, media_id: str, number: PhoneNumber) -> File:
        field, lacking = LACKING["header" if slot == trial.HEADER else "card"]
        if not media_id:
            raise serializers.ValidationError({field: lacking})
        if reason := uploads.why_unusable(self.tenant, media_id, number, timezone.now()):
            raise serializers.ValidationError({field: reason})
        return File(kind, media_id)


def _phone(to: str) -> str:
    try:
        return phones.normalize(to)
    except ValueError as problem:
        raise serializers.ValidationError({"to": str(problem)}) from None
