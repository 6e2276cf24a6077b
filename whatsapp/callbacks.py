"""Meta's two callbacks about people: deauthorize and data deletion. The signature inside the form is the proof."""

import redis
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import exceptions, parsers, serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import acting, audit
from tenants.rest import error_body
from whatsapp import valkey, withdrawal
from whatsapp.meta_view import ForMeta
from whatsapp.providers.meta import signed_request
from whatsapp.providers.meta.signed_request import Forged, SignedRequest

NOTED_AN_HOUR = 20  # lines of refused requests: whoever floods this door must not fill a trail that cannot be emptied
FORM = inline_serializer("SignedRequestForm", {"signed_request": serializers.CharField()})
REFUSED = OpenApiResponse(OpenApiTypes.OBJECT, description="`signed_request` is missing, or not signed by Meta.")


class MetaCallback(ForMeta):
    """A form of Meta with a ``signed_request``; anything else is 400, told and noted."""

    parser_classes = [parsers.FormParser, parsers.MultiPartParser]

    def handle_exception(self, exc: Exception) -> Response:
        if not isinstance(exc, Forged | exceptions.ParseError | exceptions.UnsupportedMediaType):
            return super().handle_exception(exc)
        if _may_note():
            audit.record("signed_request.refused", tenant=None, path=self.request.path)
        sentence = _("This request was not signed by Meta with this app's secret. Nothing was changed.")
        return Response(error_body("invalid", sentence, {"signed_request": sentence}), status.HTTP_400_BAD_REQUEST)

    def asked(self, request: Request) -> SignedRequest:
        acting.name(acting.Actor("Meta"))
        return signed_request.read(request.POST.get("signed_request", ""), settings.WHATSAPP_META_APP_SECRETS)


class Deauthorize(MetaCallback):
    @extend_schema(
        operation_id="meta_deauthorize",
        tags=["webhooks"],
        summary="A person removed the app at Meta: their access ends",
        request={"application/x-www-form-urlencoded": FORM},
        responses={200: OpenApiResponse(OpenApiTypes.OBJECT, description="Done."), 400: REFUSED},
    )
    def post(self, request: Request) -> Response:
        withdrawal.deauthorize(self.asked(request), timezone.now())
        return Response({"success": True})


class DataDeletionCallback(MetaCallback):
    @extend_schema(
        operation_id="meta_data_deletion",
        tags=["webhooks"],
        summary="A person asks at Meta that their data be deleted",
        request={"application/x-www-form-urlencoded": FORM},
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, description="`url` of the status page, `confirmation_code`."),
            400: REFUSED,
        },
    )
    def post(self, request: Request) -> Response:
        row = withdrawal.delete_data(self.asked(request), timezone.now())
        url = f"{settings.PUBLIC_URL}{reverse('data_deletion_status', args=[row.code])}"
        return Response({"url": url, "confirmation_code": row.code})


def _may_note() -> bool:
    """Whether this hour's refused requests are still few; without Valkey none is noted."""
    count = valkey.attempt(_count)
    return count is not None and count <= NOTED_AN_HOUR


def _count(client: redis.Redis) -> int:
    key = f"recado:refused_callbacks:{timezone.now():%Y%m%d%H}"
    with client.pipeline() as both:
        both.incr(key)
        both.expire(key, 3700)
        return int(both.execute()[0])
