"""``/api/v1/media/``: the files of messages, what is known of them, and their bytes."""

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import audit
from tenants.rest import Conflict
from tenants.rest_fields import Query
from tenants.rest_views import TenantViewSet
from whatsapp.media import queue, serving
from whatsapp.models import Media

FILES = {
    (200, "application/octet-stream"): OpenApiTypes.BINARY,
    (206, "application/octet-stream"): OpenApiTypes.BINARY,
    302: OpenApiResponse(description="The file is at a storage: an address that is good for a minute."),
    304: OpenApiResponse(description="Unchanged since the ETag that was named."),
    416: OpenApiResponse(description="The part that was asked for is beyond the file's end."),
}


class MediaProblemSerializer(serializers.Serializer):
    """Why there is no file (yet)."""

    code = serializers.ChoiceField(Media.Problem.choices)
    message = serializers.CharField()


class MediaSerializer(serializers.Serializer):
    """A file. ``mime_type`` is what the sender's phone said, ``detected_type`` what its first bytes show."""

    id = serializers.IntegerField()
    message = serializers.IntegerField(source="message_id")
    type = serializers.CharField()
    state = serializers.ChoiceField(Media.State.choices)
    problem = serializers.SerializerMethodField()
    attempts = serializers.IntegerField()
    file_name = serializers.CharField(allow_blank=True)
    caption = serializers.CharField(allow_blank=True)
    voice = serializers.BooleanField()
    animated = serializers.BooleanField()
    mime_type = serializers.CharField(allow_blank=True)
    detected_type = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)
    sha256_differs = serializers.BooleanField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    content = serializers.SerializerMethodField(help_text="Where the bytes are; null until they are downloaded.")
    thumbnail = serializers.SerializerMethodField(help_text="A WebP of at most 360 pixels; null where there is none.")
    expires_at = serializers.DateTimeField()
    downloaded_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @extend_schema_field(MediaProblemSerializer(allow_null=True))
    def get_problem(self, media: Media) -> dict[str, str] | None:
        return {"code": media.problem, "message": str(media.get_problem_display())} if media.problem else None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_content(self, media: Media) -> str | None:
        return self._address("content", media) if media.is_downloaded else None

    @extend_schema_field(serializers.URLField(allow_null=True))
    def get_thumbnail(self, media: Media) -> str | None:
        return self._address("thumbnail", media) if media.is_downloaded and media.has_thumbnail else None

    def _address(self, what: str, media: Media) -> str:
        return self.context["request"].build_absolute_uri(reverse(f"api-media-{what}", args=[media.pk]))


class MediaQuery(Query):
    state = serializers.ChoiceField(Media.State.choices, required=False)
    message = serializers.IntegerField(required=False, source="message_id", max_value=2**63 - 1)


@extend_schema_view(list=extend_schema(parameters=[MediaQuery]))
class MediaViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = Media.objects.all()
    serializer_class = MediaSerializer
    query_class = MediaQuery
    page_order = ("-id",)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Files are what they are, whatever a browser's element accepts."""
        return super().perform_content_negotiation(request, force or self.action in {"content", "thumbnail"})

    @extend_schema(responses=FILES)
    @action(detail=True)
    def content(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The file's bytes; a range of them, if one is asked for."""
        return serving.serve_file(request._request, self.get_object())

    @extend_schema(responses=FILES)
    @action(detail=True)
    def thumbnail(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The small picture of a picture."""
        return serving.serve_thumbnail(request._request, self.get_object())

    @extend_schema(request=None, responses=MediaSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Asks for a failed file again."""
        media = self.get_object()
        if not queue.retry(Media.objects.filter(pk=media.pk), timezone.now()):
            raise Conflict(_("Only a file whose download failed can be asked for again."))
        audit.record("media.retried", tenant=self.tenant, obj=media)
        return Response(self.get_serializer(self.get_object()).data)
