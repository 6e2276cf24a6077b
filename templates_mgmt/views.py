"""The files of headers, as Meta fetches them: no login, an address that nobody can guess."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from templates_mgmt import header_files
from templates_mgmt.models import HeaderFile
from whatsapp.media import serving


@require_safe
def header_file(request: HttpRequest, key: str, name: str) -> HttpResponseBase:
    row = get_object_or_404(HeaderFile, key=key, file_name=name)
    return serving.serve_public(request, header_files.object_name(row), row.sha256, row.mime_type, row.file_name)
