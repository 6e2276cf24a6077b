"""``/api/v1/messages/``: messages both ways, and sending one."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import sending
from notifications.api.idempotency import HEADER, once
from notifications.api.jobs import JobSerializer, TemplateNameSerializer, represent_one
from notifications.api.recipients import Recipient
from notifications.models import NotificationJob
from templates_mgmt import preview
from templates_mgmt.models import MessageTemplate
from tenants import phones
from tenants.contacts import find_by_phone
from tenants.models import Contact, PhoneNumber, Tenant
from tenants.rest_fields import Body, Query, QueryMoment, Text
from tenants.rest_views import TenantViewSet
from whatsapp import search, uploads
from whatsapp.api import ContactNameSerializer
from whatsapp.content import TYPES, Content, File, Template, from_api, to_json
from whatsapp.errors import InvalidContent
from whatsapp.models import Message
from whatsapp.providers.meta import error_codes

SHORTEST_PHONE = 8  # digits; anything shorter in ``contact`` is a contact's id


class StatusSerializer(serializers.Serializer):
    """One status as the provider told it."""

    status = serializers.CharField()
    at = serializers.DateTimeField(source="occurred_at")
    errors = serializers.JSONField()  # type: ignore[assignment] # DRF takes fields off the class
    pricing = serializers.JSONField()


class ErrorSerializer(serializers.Serializer):
    code = serializers.IntegerField()
    message = serializers.CharField()


class ContextSerializer(serializers.Serializer):
    message_id = serializers.CharField()


class ContextBody(Body):
    message_id = Text(max_length=200)


class MessageSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    direction = serializers.ChoiceField(Message.Direction.choices)
    origin = serializers.ChoiceField(Message.Origin.choices)
    type = serializers.CharField()
    contact = ContactNameSerializer(allow_null=True)
    conversation = serializers.IntegerField(source="conversation_id", allow_null=True)
    phone_number_id = serializers.CharField(source="number.phone_number_id")
    provider_message_id = serializers.CharField(allow_null=True)
    context = serializers.SerializerMethodField()  # type: ignore[assignment] # as above
    text = serializers.CharField()
    content = serializers.JSONField()
    template = serializers.SerializerMethodField()
    status = serializers.CharField(allow_blank=True)
    status_at = serializers.DateTimeField(allow_null=True)
    error = serializers.SerializerMethodField()
    statuses = StatusSerializer(many=True)
    occurred_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(ContextSerializer(allow_null=True))
    def get_context(self, message: Message) -> dict[str, str] | None:
        return {"message_id": message.context_message_id} if message.context_message_id else None

    @extend_schema_field(TemplateNameSerializer(allow_null=True))
    def get_template(self, message: Message) -> dict[str, str] | None:
        named = {"name": message.template_name, "language": message.template_language}
        return named if message.template_name else None

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, message: Message) -> dict[str, Any] | None:
        code = message.error_code
        return None if code is None else {"code": code, "message": error_codes.sentence(code)}


class WholeMessageSerializer(MessageSerializer):
    raw = serializers.SerializerMethodField(help_text="The webhook's item as received; null for what we sent.")

    @extend_schema_field({"type": "object", "additionalProperties": True, "nullable": True})
    def get_raw(self, message: Message) -> Any:
        return json.loads(message.event.payload) if message.event and message.event.payload else None


def _part(help_text: str) -> serializers.JSONField:
    return serializers.JSONField(required=False, help_text=help_text)


class MessageBody(Body):
    """A message to send: ``type``, and under the type's own name its content in the shape of Meta's Cloud API."""

    to = Text(max_length=140, help_text="A phone (E.164, or Brazilian), or a WhatsApp user id that wrote before.")
    type = serializers.ChoiceField(sorted(TYPES))
    text = _part('{"body": "…", "preview_url": false}, or the text itself.')
    template = _part('{"name", "language", "components": […]}')
    interactive = _part('{"type": "button" | "list" | "cta_url" | "flow" | …, "body", "action", …}')
    image = _part('{"id" | "link", "caption"}')
    video = _part('{"id" | "link", "caption"}')
    audio = _part('{"id" | "link", "voice"}')
    document = _part('{"id" | "link", "caption", "filename"}')
    sticker = _part('{"id" | "link"}')
    location = _part('{"latitude", "longitude", "name", "address"}')
    contacts = _part('[{"name": {"formatted_name", …}, "phones": [{"phone", "wa_id"}], …}]')
    reaction = _part('{"message_id", "emoji"}')
    context = ContextBody(  # type: ignore[assignment] # as above
        required=False,
        help_text="Shows it as an answer: the id (wamid) of a message of the same conversation. Not with a reaction.",
    )
    phone_number_id = Text(
        required=False,
        max_length=40,
        help_text="The number that sends; left out: the one of ``context``, else the queue chooses.",
    )


SEARCH_HELP = (
    "Words of the text or a file's name, accents and endings aside, the last one unfinished if you like; "
    "in quotes what stands together; or a contact's name or number."
)


class MessageQuery(Query):
    contact = Text(required=False, help_text="A contact's id, or a phone.")
    since = QueryMoment(required=False, help_text="Written at this time or later.")
    q = Text(required=False, max_length=200, help_text=SEARCH_HELP)


IDEMPOTENCY = OpenApiParameter(
    HEADER, str, OpenApiParameter.HEADER, description="Kept 24 h: the same key and body give the same job."
)


@extend_schema_view(list=extend_schema(parameters=[MessageQuery]))
class MessageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Message.objects.select_related("contact", "number").prefetch_related("statuses")
    serializer_class = MessageSerializer
    query_class = MessageQuery
    page_order = ("-occurred_at", "-id")

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        if "contact" in query:
            queryset = queryset.filter(contact=self._contact_of(query["contact"]))
        if "since" in query:
            queryset = queryset.filter(occurred_at__gte=query["since"])
        return search.narrow(queryset, self.tenant, query["q"]) if "q" in query else queryset

    def _contact_of(self, value: str) -> Contact | None:
        digits = phones.digits(value)
        if len(digits) >= SHORTEST_PHONE:
            return find_by_phone(self.tenant, digits)
        own = Contact.objects.for_tenant(self.tenant)
        return own.filter(pk=int(digits)).first() if digits == value else None

    @extend_schema(responses=WholeMessageSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        self.queryset = Message.objects.select_related("contact", "number", "event").prefetch_related("statuses")
        return Response(WholeMessageSerializer(self.get_object()).data)

    @extend_schema(request=MessageBody, responses={202: JobSerializer}, parameters=[IDEMPOTENCY])
    def create(self, request: Request) -> Response:
        """Promises a message: the queue sends it, and the job tells what became of it."""
        body = self.read(MessageBody, request.data)
        asked_for, number = _content(body), _number(self.tenant, body.get("phone_number_id"))
        content, now = _previewed(self.tenant, asked_for), timezone.now()
        _check_file(self.tenant, content, number, now)
        recipient = Recipient(self.tenant, body["to"], number)
        if answered := _answered(self.tenant, body, recipient, number):
            number = answered.number

        def promise() -> NotificationJob:
            return sending.send(
                self.tenant,
                recipient.contact(),
                recipient.to,
                content,
                origin=Message.Origin.API,
                number=number,
                reply_to=answered.provider_message_id or "" if answered else "",
                now=now,
            )

        asked = {"to": recipient.to, "number": number and number.pk, "content": to_json(asked_for)}
        asked |= {"context": answered.pk} if answered else {}
        job = once(self.tenant, request.headers.get(HEADER, "").strip(), asked, promise, now)
        row = NotificationJob.objects.select_related("tenant", "appointment", "number", "message").get(pk=job.pk)
        return Response(represent_one(row), status.HTTP_202_ACCEPTED)


def _answered(tenant: Tenant, body: dict[str, Any], recipient: Recipient, number: PhoneNumber | None) -> Message | None:
    """The message that ``context`` names. Meta knows it by the number that it belongs to, which therefore sends."""
    if "context" not in body:
        return None
    if body["type"] == "reaction":
        sentence = _("A reaction names its message itself; leave the context out.")
        raise serializers.ValidationError({"context": sentence})
    wamid, contact = body["context"]["message_id"], recipient.known_contact()
    rows = Message.objects.for_tenant(tenant).filter(provider_message_id=wamid, number__owned_until=None)
    own = rows.filter(contact=contact).select_related("number__account") if contact else rows.none()
    found = (own.filter(number=number) if number else own).first()
    if found is None:
        sentence = _("There is no such message in the conversation with this person.")
        raise serializers.ValidationError({"context.message_id": sentence})
    return found


def _content(body: dict[str, Any]) -> Content:
    try:
        return from_api(body)
    except InvalidContent as invalid:
        raise serializers.ValidationError(invalid.fields) from None


def _check_file(tenant: Tenant, content: Content, number: PhoneNumber | None, now: datetime) -> None:
    """A file that was uploaded here is still good, and for the number that sends."""
    if isinstance(content, File) and content.id:
        problem = uploads.why_unusable(tenant, content.id, number, now)
        if problem:
            raise serializers.ValidationError({f"{content.kind}.id": problem})


def _previewed(tenant: Tenant, content: Content) -> Content:
    """A template with what a person reads in the thread, where we know the template."""
    if not isinstance(content, Template):
        return content
    rows = MessageTemplate.objects.for_tenant(tenant)
    known = rows.filter(name=content.name, language=content.language).first()
    if known is None:
        return content
    body = {value.name or str(n): value.text for n, value in enumerate(content.body, 1)}
    given = content.header if isinstance(content.header, tuple) else ()
    header = {f"header.{value.name or n}": value.text for n, value in enumerate(given, 1)}
    return replace(content, preview=preview.text(known, body | header), category=known.category)


def _number(tenant: Tenant, phone_number_id: str | None) -> PhoneNumber | None:
    if phone_number_id is None:
        return None
    own = PhoneNumber.objects.for_tenant(tenant).owned().filter(phone_number_id=phone_number_id)
    if number := own.first():
        return number
    raise serializers.ValidationError({"phone_number_id": _("This company has no such number.")})
