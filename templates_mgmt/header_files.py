"""Files of a company for the headers of its notices: kept here, served by a link that Meta fetches with each message.

A file given to Meta has an id for 30 days and for one number; a notice that speaks for months needs a link.
"""

import hashlib
import mimetypes
from pathlib import PurePath

from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from templates_mgmt.fields import own_files
from templates_mgmt.models import HeaderFile
from tenants.models import Tenant
from whatsapp import uploads
from whatsapp.errors import InvalidContent
from whatsapp.media import inspection, storage
from whatsapp.providers.base import Upload

FOLDER = "headers"
TYPES = {
    "image": ("image/jpeg", "image/png"),
    "video": ("video/mp4",),
    "document": ("application/pdf",),
}
NAME_LIMIT = 100


def keep(tenant: Tenant, kind: str, upload: Upload, *, by: str = "") -> HeaderFile:
    """Stores the file for headers of ``kind`` (of TYPES); the same bytes again are the same file.

    Raises InvalidContent (``file``), StorageFailed.
    """
    _check(kind, upload)
    digest = hashlib.sha256(upload.content).hexdigest()
    given = {"file_name": _name(upload), "size": len(upload.content), "by": by[:150]}
    row, _made = HeaderFile.objects.get_or_create(
        tenant=tenant, sha256=digest, mime_type=upload.mime_type, defaults=given
    )
    storage.put_bytes(object_name(row), upload.content)
    return row


def link(row: HeaderFile) -> str:
    """Where the file is, for as long as its row is there."""
    return f"{own_files()}{row.key}/{row.file_name}"


def object_name(row: HeaderFile) -> str:
    return f"{FOLDER}/{row.tenant_id}/{row.sha256}"


def _check(kind: str, upload: Upload) -> None:
    """What Meta takes, and what the file's own bytes are: it must not be refused message by message later."""
    detected = inspection.detect_type(upload.content[: inspection.HEAD], upload.mime_type)
    if upload.mime_type not in TYPES[kind] or detected != upload.mime_type:
        allowed = ", ".join(mimetypes.guess_extension(one, strict=True) or one for one in TYPES[kind])
        raise InvalidContent({"file": _("This header takes files of these kinds: %(kinds)s.") % {"kinds": allowed}})
    uploads.check(upload.mime_type, len(upload.content))


def _name(upload: Upload) -> str:
    """As customers read it below a document: without folders, and with letters that stand in a link as they are."""
    suffix = mimetypes.guess_extension(upload.mime_type) or ""
    stem = get_valid_filename(PurePath(upload.filename.replace("\\", "/")).stem or "-")
    plain = stem.encode("ascii", "ignore").decode().strip("._-") or "arquivo"
    return f"{plain[: NAME_LIMIT - len(suffix)]}{suffix}"
