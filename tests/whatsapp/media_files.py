"""Files as customers send them, messages that carry them, and Meta's answers for them."""

import base64
import hashlib
import io
import json
import struct
import wave
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from PIL import Image

from tenants.models import PhoneNumber
from tests.factories import NOW
from tests.whatsapp.meta_bodies import envelope, seconds, take
from tests.whatsapp.wire_server import Connection, WireServer
from whatsapp.media import download
from whatsapp.models import Media

FOREVER = NOW + timedelta(days=36_500)
PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
SCRIPT = b"<!DOCTYPE html><html><script>alert(document.cookie)</script></html>"


def picture(width: int = 640, height: int = 480, kind: str = "JPEG", **options: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), (20, 140, 110)).save(made, kind, **options)
    return made.getvalue()


def sound(seconds_long: float = 1.5) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\0\0" * int(8000 * seconds_long))
    return made.getvalue()


def bomb(side: int = 30_000) -> bytes:
    """A PNG of a few bytes that says it is ``side`` by ``side`` pixels."""
    small = picture(1, 1, "PNG")
    header = struct.pack(">II", side, side)
    start = small.index(b"IHDR") + 4
    chunk = b"IHDR" + header + small[start + 8 : start + 13]
    return small[: start - 4] + chunk + struct.pack(">I", zlib.crc32(chunk)) + small[start + 17 :]


def told(content: bytes, media_id: str = "640001", **values: Any) -> dict[str, Any]:
    """The object of a media message, as a webhook tells it."""
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"id": media_id, "mime_type": "image/jpeg", "sha256": digest} | values


def receive(number: PhoneNumber, file: dict[str, Any], kind: str = "image", now: datetime = NOW, **item: Any) -> Media:
    """The row of a message with a file that came at ``now``."""
    wamid = item.pop("id", f"wamid.{file['id']}")
    message = {"from": "5511988887777", "id": wamid, "timestamp": str(seconds()), "type": kind, kind: file} | item
    take(envelope({"messages": [message]}, number_id=number.phone_number_id), now)
    return Media.objects.get(provider_media_id=file["id"])


def run(now: datetime = NOW) -> int:
    """One round of downloads, as if all of it happened at ``now``."""
    return download.run(lambda: now, FOREVER)


def fetched(media: Media, now: datetime = NOW) -> Media:
    """The row after a round."""
    run(now)
    media.refresh_from_db()
    return media


class MetaFiles(WireServer):
    """Graph and the file's host in one, for one file; ``serve`` answers for the bytes, ``asked`` holds the paths."""

    def __init__(self, content: bytes = b"", serve: Callable[[Connection], None] | None = None, **facts: Any) -> None:
        self._content, self._serve_file, self._facts = content, serve, facts
        self.refuse: Callable[[str], bytes | None] = lambda _path: None  # Graph's error body for a path
        super().__init__(self._talk_http)

    @property
    def asked(self) -> list[str]:
        return [request.split(" ", 2)[1] for request in self.requests]

    def headers(self, position: int) -> str:
        return self.requests[position].lower()

    def _talk_http(self, connection: Connection) -> None:
        for _request in connection.each():
            if not self.requests[-1].startswith("GET /v25.0/"):
                (self._serve_file or (lambda found: found.answer(self._content)))(connection)
                continue
            if refusal := self.refuse(self.asked[-1]):
                connection.answer(refusal, "400 Bad Request")
                continue
            facts = {"url": f"{self.url}/file?id=1", "mime_type": "image/jpeg", "file_size": str(len(self._content))}
            connection.answer(json.dumps(facts | self._facts).encode())
