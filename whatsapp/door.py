"""Meta's door, before any framework: what a delivered webhook is answered.

``take`` decides; Django's view and the WSGI callable ``Door`` both answer what it says, so that they cannot differ.
``Door`` stands in front of Django and spares a webhook all that it does not need: URL resolving, middleware, sessions,
a request object, signals. It answers POSTs at the webhook's path and passes everything else on.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import monotonic
from typing import Any, NamedTuple

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from tenants.models import Provider
from tenants.rest import error_body
from whatsapp import inbox, measures, signatures

PATH = "/api/whatsapp/meta/webhook"
RETRY_AFTER_SECONDS = "30"
PIECE = 64 * 1024
DRAIN_LIMIT = 32 * 1024 * 1024  # a client that is still writing would see a reset instead of the answer

Environ = Mapping[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Any, StartResponse], Iterable[bytes]]

log = structlog.get_logger(__name__)


class Answer(NamedTuple):
    """An HTTP status line, the JSON body and further headers."""

    status: str
    body: dict[str, Any]
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def code(self) -> int:
        return int(self.status[:3])


UNAUTHORIZED = Answer("401 Unauthorized", error_body("unauthorized", "The signature is missing or wrong."))
TOO_LARGE = Answer("413 Request Entity Too Large", error_body("too_large", "The body is over 4 MB."))
UNAVAILABLE = Answer(
    "503 Service Unavailable",
    error_body("unavailable", "The events cannot be stored now. Send them again."),
    (("Retry-After", RETRY_AFTER_SECONDS),),
)


class BodyTooLarge(Exception):
    """More than DATA_UPLOAD_MAX_MEMORY_SIZE."""


def take(environ: Environ) -> Answer:
    """Verifies and stores what a POST of Meta tells. 200 means that every fact of it is committed."""
    began, answer = monotonic(), UNAVAILABLE
    try:
        answer = _take(environ)
    finally:
        measures.of_webhook(answer.code, monotonic() - began)
    return answer


def _take(environ: Environ) -> Answer:
    now = timezone.now()
    try:
        body = read_body(environ)
    except BodyTooLarge:
        return TOO_LARGE
    if not signatures.verify(body, environ.get("HTTP_X_HUB_SIGNATURE_256"), settings.WHATSAPP_META_APP_SECRETS):
        signatures.count_refused(now)
        return UNAUTHORIZED
    try:
        return Answer("200 OK", {"events": inbox.receive(Provider.META.value, body, now)})
    except (OperationalError, InterfaceError):
        return UNAVAILABLE


class Door:
    """A WSGI application around Django's: webhooks are taken here, the rest goes in."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Any, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or environ["PATH_INFO"] != PATH:
            return self.application(environ, start_response)
        try:
            answer = take(environ)
        except Exception:  # what we did not foresee must not look like "stored"
            log.exception("door_failed")
            connection.close()
            answer = UNAVAILABLE
        body = json.dumps(answer.body).encode()
        kind = (("Content-Type", "application/json"), ("Content-Length", str(len(body))))
        start_response(answer.status, [*kind, *answer.headers])
        return [body]


def read_body(environ: Environ) -> bytes:
    """The whole body of a WSGI request, also a chunked one; BodyTooLarge once its end was seen."""
    limit, pieces, size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, [], 0
    for piece in _pieces(environ):
        size += len(piece)
        if size <= limit:
            pieces.append(piece)
        elif size > DRAIN_LIMIT:
            break
    if size > limit:
        raise BodyTooLarge
    return b"".join(pieces)


def _pieces(environ: Environ) -> Iterator[bytes]:
    """A declared length is read to that length; otherwise the server ends the stream where the chunks end."""
    stream, declared = environ["wsgi.input"], environ.get("CONTENT_LENGTH") or ""
    left = int(declared) if declared.isdigit() else DRAIN_LIMIT + PIECE
    if not declared and "HTTP_TRANSFER_ENCODING" not in environ:
        return
    while left > 0 and (piece := stream.read(min(PIECE, left))):
        left -= len(piece)
        yield piece
