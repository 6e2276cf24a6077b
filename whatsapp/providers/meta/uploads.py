"""Files for messages: given to Meta, named by its id afterwards."""

from whatsapp.errors import OutcomeUnknown
from whatsapp.providers.base import AccountAccess, Upload
from whatsapp.providers.meta import graph
from whatsapp.providers.values import text


def upload(access: AccountAccess, file: Upload) -> str:
    """Meta's id of the file: for 30 days, in messages of this number."""
    form: dict[str, tuple[str | None, bytes | str, str]] = {
        "messaging_product": (None, "whatsapp", "text/plain"),
        "type": (None, file.mime_type, "text/plain"),
        "file": (file.filename, file.content, file.mime_type),
    }
    data = graph.call(access, "POST", f"{access.phone_number_id}/media", form=form)
    media_id = text(data.get("id"), 100)
    if not media_id:
        raise OutcomeUnknown("an upload without an id", 200)
    return media_id
