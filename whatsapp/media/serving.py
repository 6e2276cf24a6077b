"""The answer that carries a file: it can run no script here, and is remembered by nobody but this browser.

Only types of a short list are shown in place, and only where the file's own bytes are of that type, whatever was told;
all else is a download without a type. A folder's files go through us, in parts where the browser asks for parts (sound
and video); of S3's the browser gets an address that is good for a minute. Thumbnails always go through us.
"""

import io
import re
from typing import IO

import structlog
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag

from whatsapp import uploads
from whatsapp.media import storage
from whatsapp.models import Media, UploadedFile

INLINE = frozenset(
    {
        *("image/jpeg", "image/png", "image/gif", "image/webp"),
        *("audio/aac", "audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/wav"),
        *("video/3gpp", "video/mp4", "video/webm"),
    }
)
EXTENSIONS = {"audio/mpeg": "mp3", "audio/mp4": "m4a", "image/jpeg": "jpg", "video/3gpp": "3gp"}
UNKNOWN = "application/octet-stream"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
    "Vary": "Cookie, X-API-Key",
}
FOR_ANYBODY = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
# Control characters, and those that turn the direction of what follows: "exe.gpj" reads as "jpg.exe" backwards.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
ONE_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")

log = structlog.get_logger(__name__)


def serve_file(request: HttpRequest, media: Media) -> HttpResponseBase:
    """The downloaded file; Http404 where there is none."""
    if not media.is_downloaded:
        raise Http404
    inline = media.detected_type in INLINE
    content_type, name = media.detected_type if inline else UNKNOWN, file_name(media)
    if storage.is_folder():
        return _answer(request, media.object_name, media.sha256, content_type, name, as_attachment=not inline)
    url = storage.signed_url(media.object_name, content_type=content_type, file_name=name, as_attachment=not inline)
    return HttpResponseRedirect(url, headers=HEADERS | {"Cache-Control": "private, no-store"})


def serve_given(request: HttpRequest, row: UploadedFile) -> HttpResponseBase:
    """The copy of a file that was sent; Http404 where none was kept."""
    inline = row.mime_type in INLINE
    content_type, name = row.mime_type if inline else UNKNOWN, row.file_name or f"{row.type}-{row.pk}"
    return _answer(request, uploads.object_name(row), row.sha256, content_type, name, as_attachment=not inline)


def serve_public(request: HttpRequest, name: str, version: str, content_type: str, told_name: str) -> HttpResponseBase:
    """A stored file for whoever has its address, which never changes; Http404 where there is none."""
    answer = _answer(request, name, version, content_type, told_name, as_attachment=False)
    for header, value in FOR_ANYBODY.items():
        answer[header] = value
    return answer


def serve_thumbnail(request: HttpRequest, media: Media) -> HttpResponseBase:
    """The small picture; Http404 for a file that has none."""
    if not (media.is_downloaded and media.has_thumbnail):
        raise Http404
    version = f"{media.sha256}-small"
    return _answer(request, media.thumbnail_name, version, "image/webp", f"{media.pk}.webp", as_attachment=False)


def file_name(media: Media) -> str:
    """The sender's name for it without folders and tricks, or one of ours."""
    told = UNPRINTABLE.sub("", re.split(r"[/\\]", media.file_name)[-1]).strip(" .")
    kind = media.detected_type
    extension = EXTENSIONS.get(kind) or (kind.partition("/")[2] if kind in INLINE else "bin")
    return told or f"{media.type}-{media.pk}.{extension}"


def _answer(
    request: HttpRequest, name: str, version: str, content_type: str, told_name: str, *, as_attachment: bool
) -> HttpResponseBase:
    etag = quote_etag(version)
    if unchanged := get_conditional_response(request, etag=etag):
        return unchanged
    file = _open(name)
    size = file.seek(0, io.SEEK_END)
    part = _asked_part(request, etag, size)
    if part is not None and part.start >= size:
        file.close()
        return HttpResponse(status=416, headers=HEADERS | {"Content-Range": f"bytes */{size}"})
    whole = range(size) if part is None else part
    file.seek(whole.start)
    answer = FileResponse(
        file if part is None else _Part(file, len(part)),
        status=200 if part is None else 206,
        as_attachment=as_attachment,
        filename=told_name,
        content_type=content_type,
        headers=HEADERS | {"ETag": etag, "Accept-Ranges": "bytes"},
    )
    answer["Content-Length"] = str(len(whole))
    if part is not None:
        answer["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return answer


def _open(name: str) -> IO[bytes]:
    try:
        return storage.open_file(name)
    except FileNotFoundError:
        log.error("media_file_missing", object_name=name)
        raise Http404 from None


def _asked_part(request: HttpRequest, etag: str, size: int) -> range | None:
    """The one part asked for; None for the whole file, also where the question is not understood (RFC 9110)."""
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or asked[0] == "bytes=-" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = asked.groups()
    if not first:
        return range(max(size - int(last), 0) if int(last) else size, size)
    stop = min(int(last) + 1, size) if last else size
    return range(int(first), max(stop, int(first))) if not last or int(last) >= int(first) else None


class _Part(io.RawIOBase):
    """The next ``length`` bytes of a file; closes it."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self._file, self._left = file, length

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()
        super().close()
