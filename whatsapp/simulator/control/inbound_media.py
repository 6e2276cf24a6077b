"""Files that the customer sends: kept, and described as webhooks describe them."""

import base64
import binascii
import struct
import time
import zlib
from typing import Any

from .. import phone_app
from ..outbox import Update
from ..rows import media
from ..rows.accounts import Account, Number
from ..rows.phone_apps import Past
from ..simulator import Simulator
from ..web import BadRequest

TYPES = ("image", "video", "audio", "document", "sticker")
USUAL_MIME = {
    "image": "image/png", "video": "video/mp4", "audio": "audio/ogg; codecs=opus", "document": "application/pdf",
    "sticker": "image/webp",
}  # fmt: skip
DESCRIBING = ("caption", "filename", "voice", "animated")


def described(simulator: Simulator, number: Number, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """The object of a media message. With an `id` it is taken as it is; else `data` (base64) is kept under a new id.

    An image without data gets a small one drawn for it.
    """
    if given.get("id"):
        return given
    file = media.save(
        simulator.store,
        number.phone_number_id,
        _content(kind, given.get("data")),
        str(given.get("mime_type") or USUAL_MIME[kind]),
        str(given.get("filename") or ""),
        time.time() + media.RECEIVED_SECONDS,
    )
    kept = {key: given[key] for key in DESCRIBING if key in given}
    return kept | {"mime_type": file.mime_type, "sha256": file.sha256, "id": file.id}


def with_history(simulator: Simulator, account: Account, number: Number, past: Past, now: float) -> list[Update]:
    """What a phone app tells of its past, the files of its newest messages after all else."""
    if past.declined:
        return [phone_app.refusal(number, now)]
    told = phone_app.history(account, number, past, now)
    if not (past.files and told):
        return told
    image = described(simulator, number, "image", {})
    return [*told, *phone_app.late_files(number, past, image, now, told[-1].due_at + phone_app.CHUNK_SECONDS)]


def _content(kind: str, data: Any) -> bytes:
    if data is None and kind == "image":
        return _drawn()
    try:
        return base64.b64decode(str(data or ""), validate=True) or _refuse(kind)
    except binascii.Error:
        return _refuse(kind)


def _refuse(kind: str) -> bytes:
    raise BadRequest(f"a message of type {kind} needs `{kind}.id` or `{kind}.data` (base64)")


def _drawn(width: int = 320, height: int = 200) -> bytes:
    """A PNG: a calm green that darkens towards the bottom."""
    rows = b"".join(b"\0" + bytes((20, 140 - y // 4, 110 - y // 5)) * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
