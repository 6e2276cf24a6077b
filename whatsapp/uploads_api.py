"""``/api/v1/uploads/``: files for messages, given to the provider and named by its id."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.models import PhoneNumber
from tenants.rest_fields import Body, Text
from tenants.rest_views import TenantViewSet
from whatsapp import uploads
from whatsapp.api import provider_answers
from whatsapp.errors import InvalidContent
from whatsapp.models import UploadedFile
from whatsapp.providers.base import Upload


class UploadSerializer(serializers.Serializer):
    """A file that messages of one number may name as ``{"<type>": {"id": "<media_id>"}}`` until it expires."""

    id = serializers.IntegerField()
    media_id = serializers.CharField()
    type = serializers.CharField()
    mime_type = serializers.CharField()
    file_name = serializers.CharField(allow_blank=True)
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    phone_number_id = serializers.CharField(source="number.phone_number_id")
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()


class UploadBody(Body):
    file = serializers.FileField(help_text="Its own content type says what it is.")
    phone_number_id = Text(max_length=40, help_text="The number whose messages it is for.")


class UploadViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    queryset = UploadedFile.objects.select_related("number")
    serializer_class = UploadSerializer
    parser_classes = (MultiPartParser,)
    page_order = ("-id",)

    @extend_schema(request={"multipart/form-data": UploadBody}, responses={201: UploadSerializer})
    def create(self, request: Request) -> Response:
        """Gives a file to Meta for 30 days; the same bytes again are the same id."""
        body = self.read(UploadBody, request.data)
        number, file = self._number(body["phone_number_id"]), body["file"]
        mime_type = str(file.content_type or "").split(";")[0].strip().lower()
        try:
            uploads.check(mime_type, file.size)
            with provider_answers():
                row = uploads.give(number, Upload(file.read(), mime_type, file.name[:240]), timezone.now())
        except InvalidContent as invalid:
            raise serializers.ValidationError(invalid.fields) from None
        return Response(UploadSerializer(row).data, status.HTTP_201_CREATED)

    def _number(self, phone_number_id: str) -> PhoneNumber:
        own = PhoneNumber.objects.for_tenant(self.tenant).owned().select_related("account", "tenant")
        number = own.filter(phone_number_id=phone_number_id).first()
        if number is None:
            raise serializers.ValidationError({"phone_number_id": _("This company has no such number.")})
        return number
