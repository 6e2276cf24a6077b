"""``/api/v1/templates/``: the approved texts of the tenant's WABAs, as Meta keeps them, written and taken away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from templates_mgmt import sync, wording, writing
from templates_mgmt.models import MessageTemplate
from templates_mgmt.refusals import BY_THE_STATE, WHOLE, NotWritten
from tenants.models import WhatsAppAccount
from tenants.rest import Conflict, ProviderFailed
from tenants.rest_fields import Body, Flag, Query, Text
from tenants.rest_views import TenantViewSet
from whatsapp.providers.base import Upload


@contextmanager
def told_as_api_errors() -> Iterator[None]:
    """What was not written: 409 for the template's state, 502 for a Meta that failed, else 400 at each field."""
    try:
        yield
    except NotWritten as refused:
        sentences = " ".join(problem.sentence for problem in refused.problems)
        if any(problem.code in BY_THE_STATE for problem in refused.problems):
            raise Conflict(sentences) from None
        if refused.provider_failed and refused.problems[0].field == WHOLE:
            raise ProviderFailed(sentences) from None
        fields: dict[str, list[str]] = {}
        for problem in refused.problems:
            fields.setdefault(problem.field, []).append(problem.sentence)
        raise serializers.ValidationError(fields) from None


class TemplateSerializer(serializers.ModelSerializer):
    """Status, category and component keys are as Meta spells them; ``DRAFT`` is what Meta does not have yet.

    ``draft`` is a change that was kept and not sent; ``revision`` counts the changes.
    """

    waba_id = serializers.CharField(source="account.waba_id")

    class Meta:
        model = MessageTemplate
        fields: tuple[str, ...] = (
            *("id", "waba_id", "template_id", "name", "language", "category", "status", "rejected_reason"),
            *("quality_score", "parameter_format", "components", "message_send_ttl_seconds", "draft", "revision"),
            *("missing_since", "synced_at", "created_at"),
        )


class EditsLeftSerializer(serializers.Serializer):
    """How many changes Meta allows in 30 days (null: it does not count them), and when the next one may be made."""

    left = serializers.IntegerField(allow_null=True)
    again_at = serializers.DateTimeField(allow_null=True)


class WholeTemplateSerializer(TemplateSerializer):
    edits = serializers.SerializerMethodField()

    class Meta(TemplateSerializer.Meta):
        fields = (*TemplateSerializer.Meta.fields, "edits")

    @extend_schema_field(EditsLeftSerializer)
    def get_edits(self, template: MessageTemplate) -> Any:
        return EditsLeftSerializer(writing.edits_left(template, timezone.now())).data


class TemplateQuery(Query):
    status = Text(required=False, max_length=30)
    name = Text(required=False, max_length=512)
    language = Text(required=False, max_length=15)


COMPONENTS_HELP = "As Meta's creation payload has them: HEADER, BODY, FOOTER, BUTTONS, CAROUSEL, LIMITED_TIME_OFFER."


class TemplateChangeBody(Body):
    """What is changed; the rest stays. With ``submit`` false it is only kept, as a draft."""

    category = Text(required=False, max_length=20)
    components = serializers.ListField(
        child=serializers.DictField(), required=False, max_length=20, help_text=COMPONENTS_HELP
    )
    message_send_ttl_seconds = serializers.IntegerField(required=False, allow_null=True)
    submit = Flag(default=True)
    revision = serializers.IntegerField(
        required=False, min_value=0, help_text="As last read: where somebody changed it since, 409."
    )


class TemplateBody(Body):
    """A new template, in Meta's creation payload. With ``submit`` false it is only kept, as a draft."""

    waba_id = Text(required=False, max_length=40, help_text="Needed where the company has several accounts.")
    name = Text(max_length=600)
    language = Text(max_length=20)
    category = Text(max_length=20)
    parameter_format = Text(required=False, max_length=20, help_text="POSITIONAL (default) or NAMED.")
    components = serializers.ListField(child=serializers.DictField(), max_length=20, help_text=COMPONENTS_HELP)
    message_send_ttl_seconds = serializers.IntegerField(required=False, allow_null=True)
    submit = Flag(default=True)


class ExampleBody(Body):
    file = serializers.FileField(help_text="PNG, JPEG, MP4 or PDF; its own content type says what it is.")
    waba_id = Text(required=False, max_length=40, help_text="Needed where the company has several accounts.")


class ExampleSerializer(serializers.Serializer):
    """Meta's handle of an example file, for ``example.header_handle`` of a header."""

    handle = serializers.CharField()


class SyncSerializer(serializers.Serializer):
    """What a synchronisation with one WABA brought; ``error`` is empty where Meta answered."""

    waba_id = serializers.CharField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    missing = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)


class SyncResultSerializer(serializers.Serializer):
    results = SyncSerializer(many=True)


@extend_schema_view(
    list=extend_schema(parameters=[TemplateQuery]), retrieve=extend_schema(responses=WholeTemplateSerializer)
)
class TemplateViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = MessageTemplate.objects.select_related("account", "tenant")
    query_class = TemplateQuery

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return TemplateSerializer if self.action == "list" else WholeTemplateSerializer

    @extend_schema(request=TemplateBody, responses={201: WholeTemplateSerializer})
    def create(self, request: Request) -> Response:
        """Makes a template and sends it to Meta for review; each rule that it breaks is told at its field."""
        body = self.read(TemplateBody, request.data)
        account, submit = self._account(body.pop("waba_id", "")), body.pop("submit")
        with told_as_api_errors():
            row = writing.write(account, body, submit=submit, now=timezone.now())
        return Response(WholeTemplateSerializer(row).data, status.HTTP_201_CREATED)

    @extend_schema(request=TemplateChangeBody, responses=WholeTemplateSerializer)
    def partial_update(self, request: Request, pk: int) -> Response:
        """Changes a template at Meta; its name and language stay."""
        template, body = self.get_object(), self.read(TemplateChangeBody, request.data)
        submit, revision = body.pop("submit"), body.pop("revision", template.revision)
        with told_as_api_errors():
            row = writing.rewrite(
                template, wording.payload_of(template) | body, revision=revision, submit=submit, now=timezone.now()
            )
        return Response(WholeTemplateSerializer(row).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Deletes this language of the template at Meta, which keeps the name for 30 days if it was approved."""
        with told_as_api_errors():
            writing.delete(self.get_object(), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=WholeTemplateSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Sends the kept draft to Meta."""
        return self._act(writing.submit)

    @extend_schema(request=None, responses=WholeTemplateSerializer)
    @action(detail=True, methods=["post"])
    def unpause(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Lets a paused template be sent again."""
        return self._act(writing.unpause)

    @extend_schema(request=None, responses=WholeTemplateSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Puts a template aside; Meta deletes it after 28 days."""
        return self._act(writing.archive)

    @extend_schema(request=None, responses=WholeTemplateSerializer)
    @action(detail=True, methods=["post"])
    def unarchive(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Takes an archived template back."""
        return self._act(writing.unarchive)

    @extend_schema(request={"multipart/form-data": ExampleBody}, responses={201: ExampleSerializer})
    @action(detail=False, methods=["post"], parser_classes=[MultiPartParser])
    def examples(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Gives Meta the example file of a header."""
        body = self.read(ExampleBody, request.data)
        file, account = body["file"], self._account(body.get("waba_id", ""))
        mime_type = str(file.content_type or "").split(";")[0].strip().lower()
        with told_as_api_errors():
            writing.check_example(mime_type, file.size)
            handle = writing.upload_header(account, Upload(file.read(), mime_type, file.name[:240]))
        return Response({"handle": handle}, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=SyncResultSerializer)
    @action(detail=False, methods=["post"])
    def sync(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Reads all templates from Meta now."""
        now = timezone.now()
        return Response({"results": [_outcome(account, sync.sync_account(account, now)) for account in self._owned()]})

    def _act(self, act: Any) -> Response:
        with told_as_api_errors():
            act(self.get_object(), now=timezone.now())
        return Response(WholeTemplateSerializer(self.get_object()).data)

    def _owned(self) -> QuerySet[WhatsAppAccount]:
        return WhatsAppAccount.objects.for_tenant(self.tenant).owned().select_related("tenant")

    def _account(self, waba_id: str) -> WhatsAppAccount:
        """The account of that id; without one, the company's only account."""
        rows = self._owned().filter(**({"waba_id": waba_id} if waba_id else {}))
        found = list(rows[:2])
        if len(found) != 1:
            sentence = _("Name one of the company's accounts.") if found else _("The company has no such account.")
            raise serializers.ValidationError({"waba_id": sentence})
        return found[0]


def _outcome(account: WhatsAppAccount, result: sync.SyncResult) -> dict[str, Any]:
    return {
        "waba_id": account.waba_id,
        "created": result.created,
        "updated": result.updated,
        "missing": result.missing,
        "error": result.error or "",
    }
