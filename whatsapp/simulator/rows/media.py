"""Files: uploaded by the business (30 days) or sent by the customer (7 days)."""

import base64
import hashlib
from dataclasses import dataclass

from .. import ids
from ..store import Store

UPLOADED_SECONDS = 30 * 24 * 3600
RECEIVED_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Media:
    id: str
    phone_number_id: str
    mime_type: str
    sha256: str
    filename: str
    content: bytes
    expires_at: float


def save(store: Store, phone_number_id: str, content: bytes, mime_type: str, filename: str, expires_at: float) -> Media:
    sha256 = base64.b64encode(hashlib.sha256(content).digest()).decode()
    media = Media(ids.fresh(), phone_number_id, mime_type, sha256, filename, content, expires_at)
    with store.write() as database:
        database.execute(
            "INSERT INTO media (id, phone_number_id, mime_type, sha256, filename, content, expires_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (media.id, phone_number_id, mime_type, sha256, filename, content, expires_at),
        )
    return media


def find(store: Store, media_id: str, now: float) -> Media | None:
    row = store.row("SELECT * FROM media WHERE id = ? AND expires_at > ?", (media_id, now))
    return Media(**dict(row)) if row else None


def delete(store: Store, media_id: str) -> None:
    with store.write() as database:
        database.execute("DELETE FROM media WHERE id = ?", (media_id,))
