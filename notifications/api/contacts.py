"""``/api/v1/contacts/`` and ``/api/v1/optouts/``: the tenant's customers, and who wants no messages."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from notifications import blocking, optout
from notifications.events.outbox import phone_of
from tenants import archive, consent, erasing, exporting, phones, profiles, search
from tenants.contacts import find_by_phone
from tenants.models import Consent, Contact, Identity
from tenants.rest import Conflict
from tenants.rest_fields import Body, Query, Text
from tenants.rest_views import TenantViewSet

SHORTEST_PHONE = 8  # digits


class IdentitySerializer(serializers.ModelSerializer):
    """One way to name a contact; ``replaced_at``: the customer goes by another one since then."""

    class Meta:
        model = Identity
        fields = ("kind", "value", "replaced_at")


class ContactSerializer(serializers.Serializer):
    """A customer. Serialize many with ``words`` (consent.newest) in the context."""

    id = serializers.IntegerField()
    name = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    profile_name = serializers.CharField(allow_blank=True)
    phone = serializers.SerializerMethodField()
    identities = IdentitySerializer(many=True)
    opted_out = serializers.SerializerMethodField()
    opted_out_of_marketing = serializers.SerializerMethodField()
    blocked_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    @extend_schema_field({"type": "string", "nullable": True, "description": "E.164; null where WhatsApp hides it."})
    def get_phone(self, contact: Contact) -> str | None:
        return phone_of(contact.address) or None

    def get_opted_out(self, contact: Contact) -> bool:
        return consent.refusal_in(self.context["words"], contact.pk, marketing=False) is not None

    def get_opted_out_of_marketing(self, contact: Contact) -> bool:
        return consent.refusal_in(self.context["words"], contact.pk, marketing=True) is not None


class OptOutSerializer(serializers.Serializer):
    """A contact that wants no messages, with the word that decides."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="display_name")
    phone = serializers.SerializerMethodField()
    opted_out_at = serializers.SerializerMethodField()
    source = serializers.SerializerMethodField()  # type: ignore[assignment] # DRF takes fields off the class

    @extend_schema_field({"type": "string", "nullable": True})
    def get_phone(self, contact: Contact) -> str | None:
        return phone_of(contact.address) or None

    @extend_schema_field(serializers.DateTimeField())
    def get_opted_out_at(self, contact: Contact) -> str:
        return serializers.DateTimeField().to_representation(self._word(contact).effective_at)

    @extend_schema_field(serializers.ChoiceField(Consent.Source.choices))
    def get_source(self, contact: Contact) -> str:
        return self._word(contact).source

    def _word(self, contact: Contact) -> Consent:
        return self.context["words"][contact.pk, Consent.Category.ALL]


class ContactQuery(Query):
    phone = Text(required=False, help_text="Any way to write it; Brazil's ninth digit may be missing.")
    consent = serializers.ChoiceField(list(consent.ANSWERS), required=False, help_text="The word in force.")
    q = Text(required=False, max_length=120, help_text="Part of a name, accents aside, or of a number.")


class ContactChange(Body):
    """What is left out stays as it is; an empty name shows the one that the person chose on WhatsApp."""

    name = Text(required=False, allow_blank=True, max_length=120)
    note = Text(required=False, allow_blank=True, max_length=2000, help_text="For the company's people only.")


class ConsentBody(Body):
    category = serializers.ChoiceField(Consent.Category.choices, required=False, default=Consent.Category.ALL)
    proof = Text(required=False, allow_blank=True, default="", max_length=200, help_text="What was said, and where.")


class BlockBody(Body):
    reason = Text(max_length=200, help_text="For the company's people: shown beside the contact.")


class ExportBody(Body):
    files = serializers.BooleanField(
        required=False, default=False, help_text="With the person's files, as a ZIP: contact.json and files/."
    )


class AnswerSerializer(serializers.Serializer):
    """What the provider of one number said; ``refusal`` is a sentence, empty where it did as asked."""

    phone_number_id = serializers.CharField(source="number.phone_number_id")
    refusal = serializers.CharField(allow_blank=True)


class BlockedSerializer(serializers.Serializer):
    contact = ContactSerializer()
    providers = AnswerSerializer(many=True)


class PagesWithConsent(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Lists whose rows need the contacts' words: one query for the page."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(self._represent(page or []))

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self._represent([self.get_object()])[0])

    def _represent(self, contacts: Sequence[Contact]) -> Any:
        words = consent.newest([contact.pk for contact in contacts])
        return self.get_serializer_class()(contacts, many=True, context={"words": words}).data


@extend_schema_view(list=extend_schema(parameters=[ContactQuery]))
class ContactViewSet(PagesWithConsent):
    queryset = Contact.objects.filter(erased_at=None).select_related("tenant").prefetch_related("identities")
    serializer_class = ContactSerializer
    query_class = ContactQuery

    def narrow(self, queryset: QuerySet, **query: Any) -> QuerySet:
        if "phone" in query:
            queryset = queryset.filter(pk=self._find(query["phone"]))
        if "q" in query:
            queryset = queryset.filter(pk__in=search.contacts(self.tenant, query["q"]).values("pk"))
        if "consent" in query:
            queryset = queryset.filter(pk__in=consent.contacts(self.tenant, query["consent"]))
        return queryset

    def _find(self, phone: str) -> int:
        digits = phones.digits(phone)
        contact = find_by_phone(self.tenant, digits) if len(digits) >= SHORTEST_PHONE else None
        return contact.pk if contact else 0

    @extend_schema(request=ContactChange, responses=ContactSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Another name or note."""
        contact = self.get_object()
        profiles.change(contact, self.read(ContactChange, request.data))
        return self.retrieve(request)

    @extend_schema(request=ConsentBody, responses=ContactSerializer)
    @action(detail=True, methods=["post"], url_path="opt-out")
    def opt_out(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """No message any more; what waits is cancelled."""
        return self._record(optout.opt_out)

    @extend_schema(request=ConsentBody, responses=ContactSerializer)
    @action(detail=True, methods=["post"], url_path="opt-in")
    def opt_in(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Messages again, as the customer asked."""
        return self._record(optout.opt_in)

    @extend_schema(request=BlockBody, responses=BlockedSerializer)
    @action(detail=True, methods=["post"])
    def block(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Nothing is sent any more; each number's provider is asked to keep the person out. 409: blocked already."""
        contact = self.get_object()
        reason = self.read(BlockBody, request.data)["reason"]
        return self._answered(partial(blocking.block, contact, reason, now=timezone.now()))

    @extend_schema(request=None, responses=BlockedSerializer)
    @action(detail=True, methods=["post"])
    def unblock(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Messages may go again; what was cancelled stays cancelled. 409: not blocked."""
        return self._answered(partial(blocking.unblock, self.get_object()))

    @extend_schema(
        request=ExportBody,
        responses={(200, "application/json"): OpenApiTypes.OBJECT, (200, "application/zip"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["post"])
    def export(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Everything that is kept of the person, as one document; a line of the audit trail tells of it."""
        contact, now = self.get_object(), timezone.now()
        if self.read(ExportBody, request.data)["files"]:
            return archive.download(contact, now=now)
        return Response(exporting.export(contact, now=now))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The person is forgotten for good: names, numbers, words and files. 409 while a message is being sent."""
        try:
            erasing.erase(self.get_object(), now=timezone.now())
        except erasing.ErasureRefused as refusal:
            raise Conflict(str(refusal)) from None
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answered(self, act: Callable[[], list[blocking.Answer]]) -> Response:
        try:
            answers = act()
        except blocking.AlreadySo as told:
            raise Conflict(str(told)) from None
        contact = self._represent([self.get_object()])[0]
        return Response({"contact": contact, "providers": AnswerSerializer(answers, many=True).data})

    def _record(self, decide: Callable[..., bool]) -> Response:
        contact = self.get_object()
        body = self.read(ConsentBody, self.request.data)
        decide(contact, source=Consent.Source.API, now=timezone.now(), **body)
        return self.retrieve(self.request)


class OptOutViewSet(PagesWithConsent):
    queryset = Contact.objects.all()
    serializer_class = OptOutSerializer

    def get_queryset(self) -> QuerySet:
        if getattr(self, "swagger_fake_view", False):
            return Contact.objects.none()
        return consent.opted_out(self.tenant)
