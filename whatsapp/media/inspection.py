"""What a file really is: its type by its first bytes, its sizes and duration, a thumbnail for pictures.

Files come from strangers. A library that stumbles over one costs the file its thumbnail or its duration, nothing else.
"""

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

import puremagic
import structlog
from PIL import Image, ImageOps
from tinytag import TinyTag

T = TypeVar("T")
HEAD = 8192  # bytes
PIXELS_LIMIT = 40_000_000  # a picture of more is stored, but never decoded
THUMBNAIL_SIDE = 360  # pixels
THUMBNAIL_QUALITY = 78
WEBP_EFFORT = 1  # of 0 to 6: as small as 4, the usual one, in half its time
PICTURES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
SOUNDING = ("audio/", "video/")
SYNONYMS = {
    "application/octet-stream": "",
    "audio/wave": "audio/wav",
    "audio/x-wav": "audio/wav",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "application/ogg": "audio/ogg",
    "image/jpg": "image/jpeg",
}
BY_EXTENSION = {".amr": "audio/amr", ".m4a": "audio/mp4", ".oga": "audio/ogg"}

_one_at_a_time = threading.Lock()  # a decoded picture is large, and decoding takes the processor, not time to wait
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Look:
    """What was found; ``detected_type`` is empty for what has no signature (plain text). ``thumbnail`` is WebP."""

    detected_type: str = ""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    thumbnail: bytes | None = None


def look_at(file: BinaryIO, told: str = "") -> Look:
    """Reads the file, of which the sender said that it is ``told``; it is left at its beginning."""
    file.seek(0)
    detected = detect_type(file.read(HEAD), told)
    found = Look(detected)
    if detected in PICTURES:
        found = _tried(lambda: _look_at_picture(file, detected)) or found
    elif detected.startswith(SOUNDING):
        found = Look(detected, duration_ms=_tried(lambda: _duration_ms(file)))
    file.seek(0)
    return found


def detect_type(head: bytes, told: str = "") -> str:
    """The MIME type that the first bytes show; empty when they show none.

    Some beginnings are those of several types (a Word and an Excel file): then ``told`` decides, if it is among them.
    """
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return ""
    found = [_usual(match.mime_type) or BY_EXTENSION.get(match.extension, "") for match in matches]
    told = _usual(told.partition(";")[0].strip().lower())
    return told if told and told in found else next((one for one in found if one), "")[:100]


def _usual(mime_type: str) -> str:
    return SYNONYMS.get(mime_type, mime_type)


def _look_at_picture(file: BinaryIO, detected: str) -> Look:
    file.seek(0)
    with _one_at_a_time, Image.open(file, formats=[PICTURES[detected]]) as picture:
        width, height = picture.size
        if width * height > PIXELS_LIMIT:
            return Look(detected, width, height)
        return Look(detected, width, height, thumbnail=_tried(lambda: _thumbnail(picture)))


def _thumbnail(picture: Image.Image) -> bytes:
    """Upright, without any of the original's metadata (places, devices)."""
    picture.draft("RGB", (THUMBNAIL_SIDE * 2, THUMBNAIL_SIDE * 2))
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))  # before it is turned: a small one turns sooner
    small = ImageOps.exif_transpose(picture)
    small = small.convert("RGBA" if small.has_transparency_data else "RGB")
    made = io.BytesIO()
    small.save(made, "WEBP", quality=THUMBNAIL_QUALITY, method=WEBP_EFFORT, exif=b"", xmp=b"", icc_profile=b"")
    return made.getvalue()


def _duration_ms(file: BinaryIO) -> int | None:
    file.seek(0)
    seconds = TinyTag.get(file_obj=file, tags=False).duration
    return round(seconds * 1000) if seconds and 0 < seconds < 86_400 * 7 else None


def _tried(look: Callable[[], T]) -> T | None:
    try:
        return look()
    except Exception as error:  # a decoder raises anything on a broken file
        log.info("file_not_readable", error=type(error).__name__)
        return None
