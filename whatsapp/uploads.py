"""Files of a tenant for its messages: given to the provider once, named by its id for 30 days.

A copy stays in the storage, so that people of the company see what was sent.
"""

import hashlib
from datetime import datetime, timedelta

import structlog
from django.utils.translation import gettext as _

from tenants.models import PhoneNumber, Tenant
from whatsapp import delivery
from whatsapp.errors import InvalidContent
from whatsapp.media import storage
from whatsapp.models import UploadedFile
from whatsapp.providers import get_provider
from whatsapp.providers.base import Upload

LIFE = timedelta(days=30)
USED_AGAIN = timedelta(days=1)  # an id with less than this left is not given out any more
MB = 1024 * 1024

log = structlog.get_logger(__name__)

# Meta's limits by type of file: what it can be in a message, and how large.
TYPES: dict[str, tuple[str, int]] = {
    **dict.fromkeys(("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"), ("audio", 16 * MB)),
    **dict.fromkeys(("image/jpeg", "image/png"), ("image", 5 * MB)),
    **dict.fromkeys(("video/mp4", "video/3gpp"), ("video", 16 * MB)),
    "image/webp": ("sticker", MB // 2),
    **dict.fromkeys(
        (
            *("text/plain", "application/pdf", "application/msword", "application/vnd.ms-excel"),
            *("application/vnd.ms-powerpoint",),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        ("document", 100 * MB),
    ),
}


def check(mime_type: str, size: int) -> str:
    """What such a file is in a message; InvalidContent for what Meta does not take."""
    if mime_type not in TYPES:
        raise InvalidContent({"file": _("Meta takes no files of the type %(type)s.") % {"type": mime_type or "?"}})
    kind, most = TYPES[mime_type]
    if not 0 < size <= most:
        told = {"limit": most, "size": size}
        raise InvalidContent({"file": _("Between 1 and %(limit)d bytes; this file has %(size)d.") % told})
    return kind


def give(number: PhoneNumber, upload: Upload, now: datetime) -> UploadedFile:
    """The provider's id of the file for messages of ``number``; the same bytes again are the same id while it lasts.

    Raises InvalidContent, and as ``delivery.deliver`` does. Not inside a transaction.
    """
    kind = check(upload.mime_type, len(upload.content))
    digest = hashlib.sha256(upload.content).hexdigest()
    same = UploadedFile.objects.filter(number=number, sha256=digest, mime_type=upload.mime_type)
    if known := same.filter(expires_at__gt=now + USED_AGAIN).first():
        return known
    media_id = get_provider(number.provider).upload_media(delivery.access_for(number), upload)
    row = UploadedFile.objects.create(
        tenant_id=number.tenant_id,
        number=number,
        media_id=media_id,
        type=kind,
        mime_type=upload.mime_type,
        file_name=upload.filename[:240],
        size=len(upload.content),
        sha256=digest,
        expires_at=now + LIFE,
    )
    _keep(row, upload.content)
    return row


def object_name(row: UploadedFile) -> str:
    """Where the copy is in the storage: the same bytes of a tenant are one file."""
    return f"{storage.GIVEN}/{row.tenant_id}/{row.sha256}"


def _keep(row: UploadedFile, content: bytes) -> None:
    """A storage that takes nothing costs the sight of the file, not the message."""
    try:
        storage.put_bytes(object_name(row), content)
    except OSError as error:
        log.warning("upload_not_kept", upload=row.pk, error=str(error))


def why_unusable(tenant: Tenant, media_id: str, number: PhoneNumber | None, now: datetime) -> str:
    """Why ``media_id`` cannot be sent, in a sentence; empty when it can, or when it was not given to us."""
    rows = list(UploadedFile.objects.filter(tenant=tenant, media_id=media_id))
    if not rows:
        return ""
    if all(row.expires_at <= now for row in rows):
        return _("Meta keeps an uploaded file for 30 days, and this one's time is over. Upload it again.")
    if number and all(row.number_id != number.pk for row in rows):
        return _("This file was uploaded for another number.")
    return ""
