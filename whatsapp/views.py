"""Meta's door: a DRF view over the raw body, without parser and authenticator; the signature is the proof."""

import hmac
from collections.abc import Iterator

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from tenants import vault
from tenants.models import Credential
from tenants.rest import error_body
from whatsapp.door import take
from whatsapp.meta_view import ForMeta


class MetaWebhook(ForMeta):
    """Where Meta proves the callback address (GET) and delivers webhooks (POST)."""

    parser_classes = []

    @extend_schema(
        operation_id="meta_webhook_verify",
        tags=["webhooks"],
        summary="Proves the callback address to Meta",
        parameters=[
            OpenApiParameter(name, str, OpenApiParameter.QUERY, required=True)
            for name in ("hub.mode", "hub.verify_token", "hub.challenge")
        ],
        responses={
            (200, "text/plain"): OpenApiTypes.STR,
            403: OpenApiResponse(OpenApiTypes.OBJECT, description="Another mode or token, or no challenge."),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        asked = request.query_params
        challenge = asked.get("hub.challenge", "")
        is_asked = asked.get("hub.mode") == "subscribe" and bool(challenge)
        if not is_asked or not is_verify_token(asked.get("hub.verify_token", "")):
            return Response(error_body("forbidden", "The verify token is not ours."), status.HTTP_403_FORBIDDEN)
        return HttpResponse(challenge, content_type="text/plain")

    @extend_schema(
        operation_id="meta_webhook_deliver",
        tags=["webhooks"],
        summary="Takes a webhook of Meta",
        description="200 means that every fact of the body is stored; anything else asks Meta to send it again.",
        parameters=[OpenApiParameter("X-Hub-Signature-256", str, OpenApiParameter.HEADER, required=True)],
        request={"application/json": OpenApiTypes.OBJECT},
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, description="Stored; `events` counts the new ones."),
            401: OpenApiResponse(OpenApiTypes.OBJECT, description="The signature is missing or wrong."),
            413: OpenApiResponse(OpenApiTypes.OBJECT, description="The body is over 4 MB."),
            503: OpenApiResponse(OpenApiTypes.OBJECT, description="The database cannot take it now."),
        },
    )
    def post(self, request: Request) -> Response:
        answer = take(request.META)
        return Response(answer.body, answer.code, headers=dict(answer.headers))


def is_verify_token(token: str) -> bool:
    """Whether ``token`` is the platform's verify token or that of any connection."""
    given = token.encode()
    return any(hmac.compare_digest(given, ours.encode()) for ours in _verify_tokens() if ours)


def _verify_tokens() -> Iterator[str]:
    yield settings.WHATSAPP_META_WEBHOOK_VERIFY_TOKEN
    live = Credential.objects.filter(kind=Credential.Kind.VERIFY_TOKEN, retired_at=None)
    for ciphertext in live.values_list("ciphertext", flat=True):
        try:
            yield vault.decrypt(bytes(ciphertext))
        except vault.SecretUnreadable:
            continue
