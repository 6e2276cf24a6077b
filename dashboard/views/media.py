"""The files of messages, for people of the company whose they are."""

from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from dashboard.access import ConsoleRequest, console, get_media, get_upload
from whatsapp.media import serving


@console()
@require_safe
def media_file(request: ConsoleRequest, media_id: int) -> HttpResponseBase:
    return serving.serve_file(request, get_media(request, media_id))


@console()
@require_safe
def media_thumbnail(request: ConsoleRequest, media_id: int) -> HttpResponseBase:
    return serving.serve_thumbnail(request, get_media(request, media_id))


@console()
@require_safe
def given_file(request: ConsoleRequest, upload_id: int) -> HttpResponseBase:
    """A file that the company sent."""
    return serving.serve_given(request, get_upload(request, upload_id))
