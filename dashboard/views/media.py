"""The files of messages, for people of the company whose they are."""

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from dashboard.access import ConsoleRequest, console, get_media
from whatsapp.media import serving


@console()
@require_safe
def media_file(request: ConsoleRequest, media_id: int) -> HttpResponseBase:
    return serving.serve_file(request, get_media(request, media_id))


@console()
@require_safe
def media_thumbnail(request: ConsoleRequest, media_id: int) -> HttpResponseBase:
    return serving.serve_thumbnail(request, get_media(request, media_id))
