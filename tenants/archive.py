"""A person's document and files as one ZIP, made while it is sent: many files cost no more memory than one.

The files are as they came, mostly pictures and voice, so that packing them tighter would gain nothing.
"""

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from io import RawIOBase
from typing import IO, Any

import structlog
from django.core.serializers.json import DjangoJSONEncoder
from django.http import StreamingHttpResponse

from tenants import exporting
from tenants.exporting import StoredFile
from tenants.models import Contact

CHUNK = 256 * 1024  # bytes read at once
DOCUMENT, MISSING = "contact.json", "missing-files.txt"
log = structlog.get_logger(__name__)


def download(contact: Contact, *, now: datetime, actor: Any = None) -> StreamingHttpResponse:
    """The answer with everything that is kept of the person. The trail tells who asked for it."""
    document, files = exporting.export(contact, now=now, actor=actor), exporting.files(contact)
    answer = StreamingHttpResponse(stream(document, files), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="contact-{contact.pk}.zip"'
    answer["Cache-Control"] = "no-store"
    return answer


def stream(document: Mapping[str, Any], files: Iterable[StoredFile]) -> Iterator[bytes]:
    """The ZIP, piece by piece; a file that the storage has no more is named in a list at the end."""
    sink = _Sink()
    missing: list[str] = []
    with zipfile.ZipFile(sink, "w") as archive:
        text = json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
        archive.writestr(DOCUMENT, text, zipfile.ZIP_DEFLATED)
        for file in files:
            yield from _packed(archive, sink, file, missing)
        if missing:
            archive.writestr(MISSING, "\n".join(missing))
    yield sink.taken()


def _packed(archive: zipfile.ZipFile, sink: "_Sink", file: StoredFile, missing: list[str]) -> Iterator[bytes]:
    try:
        source = file.open()
    except OSError as error:
        log.warning("exported_file_missing", file=file.name, error=type(error).__name__)
        missing.append(file.name)
        return
    entry = zipfile.ZipInfo(file.name, file.at.timetuple()[:6])
    with source, archive.open(entry, "w", force_zip64=True) as target:
        for piece in _pieces(source):
            target.write(piece)
            yield sink.taken()


def _pieces(source: IO[bytes]) -> Iterator[bytes]:
    while piece := source.read(CHUNK):
        yield piece


class _Sink(RawIOBase):
    """A file that is only written to, and emptied in between."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._held += piece
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        held, self._held = bytes(self._held), bytearray()
        return held
