"""Example files of headers, which whoever reviews the template looks at."""

from django.conf import settings

from templates_mgmt.refusals import WIRE, of_meta, refuse
from tenants.models import WhatsAppAccount
from whatsapp import delivery
from whatsapp.providers.base import Upload
from whatsapp.providers.meta import templates as wire

FIELD = "header.example"
MB = 1024 * 1024
MOST = {"image/png": 5, "image/jpeg": 5, "video/mp4": 16, "application/pdf": 100}  # megabytes, by type


def check_example(mime_type: str, size: int) -> None:
    """Whether Meta takes such a file (``size`` in bytes) as an example. Raises NotWritten."""
    if mime_type not in MOST:
        raise refuse("file_type", FIELD)
    if not 0 < size <= MOST[mime_type] * MB:
        raise refuse("file_size", FIELD, limit=MOST[mime_type])


def upload_header(account: WhatsAppAccount, upload: Upload) -> str:
    """Meta's handle of an example file, for ``example.header_handle``. Raises NotWritten. Not inside a transaction."""
    check_example(upload.mime_type, len(upload.content))
    if not settings.WHATSAPP_META_APP_ID:
        raise refuse("no_app", FIELD)
    try:
        return wire.upload_example(delivery.access_to(account), settings.WHATSAPP_META_APP_ID, upload)
    except WIRE as error:
        raise of_meta(error) from error
