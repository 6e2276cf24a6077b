"""One file, from the provider to the storage. Touches no row, so that threads may run it."""

import base64
import binascii
import hashlib
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files import File

from whatsapp.errors import Refused
from whatsapp.media import inspection, storage
from whatsapp.media.failures import Empty, TooLarge
from whatsapp.media.inspection import Look
from whatsapp.models import Media
from whatsapp.providers import get_provider
from whatsapp.providers.base import AccountAccess
from whatsapp.providers.public import ForeignAddress

URL_MARGIN = timedelta(seconds=20)  # an address that runs out sooner is not begun with
RAN_OUT = {401, 403, 404, 410}  # how a file's host answers for an address that ran out


@dataclass(frozen=True)
class Fetched:
    """A file that is in the storage now; ``sha256`` in hex."""

    size: int
    sha256: str
    look: Look

    def matches(self, told: str) -> bool:
        """Whether the provider's checksum, in base64 or hex, is this one; nothing told contradicts nothing."""
        return not told or _digest(told) == bytes.fromhex(self.sha256)


def fetch(media: Media, access: AccountAccess, now: datetime) -> Fetched:
    """Downloads and stores one file. Raises the errors of whatsapp.errors, OSError, TooLarge and Empty."""
    with storage.scratch() as file:
        size, sha256 = _receive(media, access, file, now)
        look = inspection.look_at(cast(BinaryIO, file), media.mime_type)
        if look.thumbnail is not None:
            storage.put_bytes(media.thumbnail_name, look.thumbnail)
        storage.put(media.object_name, file)
    return Fetched(size, sha256, look)


def _receive(media: Media, access: AccountAccess, file: File, now: datetime) -> tuple[int, str]:
    """By the address that the webhook told while it is good, else by one that is asked for, at most twice."""
    if media.url and media.url_expires_at and media.url_expires_at > now + URL_MARGIN:
        try:
            return _write(access, media.url, file)
        except ForeignAddress:
            pass
        except Refused as refusal:
            if refusal.http_status not in RAN_OUT:
                raise
    try:
        return _write(access, _ask(media, access), file)
    except Refused as refusal:
        if refusal.http_status not in RAN_OUT or refusal.code:
            raise
    return _write(access, _ask(media, access), file)


def _ask(media: Media, access: AccountAccess) -> str:
    facts = get_provider(access.provider).fetch_media(access, media.provider_media_id)
    _check_size(facts.size)
    return facts.url


def _write(access: AccountAccess, url: str, file: File) -> tuple[int, str]:
    """Size and SHA-256 of what came; the file holds nothing else."""
    file.seek(0)
    file.truncate()
    digest, size = hashlib.sha256(), 0
    with closing(get_provider(access.provider).stream_media(access, url)) as pieces:
        for piece in pieces:
            size += len(piece)
            _check_size(size)
            digest.update(piece)
            file.write(piece)
    if not size:
        raise Empty("no byte came")
    return size, digest.hexdigest()


def _check_size(size: int) -> None:
    if size > settings.MEDIA_MAX_BYTES:
        raise TooLarge(f"more than {settings.MEDIA_MAX_BYTES} bytes")


def _digest(told: str) -> bytes:
    """The bytes of a checksum in hex or base64 (also the URL's alphabet); empty for what is neither."""
    try:
        if len(told) == 64:
            return bytes.fromhex(told)
        return base64.b64decode(told.replace("-", "+").replace("_", "/"), validate=True)
    except (ValueError, binascii.Error):
        return b""
