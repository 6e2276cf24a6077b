"""Example files of the Resumable Upload API: opened, then filled, then named by their handle."""

import base64
import secrets
from dataclasses import dataclass

from ..store import Store

PREFIX = "upload:"
LIFE_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True)
class Upload:
    id: str
    file_name: str
    file_type: str
    file_length: int
    content: bytes
    handle: str
    expires_at: float


def begin(store: Store, file_name: str, file_type: str, file_length: int, now: float) -> str:
    identifier = PREFIX + base64.b64encode(secrets.token_bytes(24)).decode().rstrip("=").replace("/", "_")
    with store.write() as database:
        database.execute(
            "INSERT INTO uploads (id, file_name, file_type, file_length, expires_at) VALUES (?, ?, ?, ?, ?)",
            (identifier, file_name, file_type, file_length, now + LIFE_SECONDS),
        )
    return identifier


def find(store: Store, identifier: str, now: float) -> Upload | None:
    row = store.row("SELECT * FROM uploads WHERE id = ? AND expires_at > ?", (identifier, now))
    return Upload(**dict(row)) if row else None


def fill(store: Store, upload: Upload, content: bytes) -> str:
    """Adds bytes; the handle once they are all there, else nothing."""
    whole = upload.content + content
    kind = base64.b64encode(upload.file_type.encode()).decode()
    handle = f"4:{kind}:{secrets.token_urlsafe(40)}" if len(whole) == upload.file_length else ""
    with store.write() as database:
        database.execute("UPDATE uploads SET content = ?, handle = ? WHERE id = ?", (whole, handle, upload.id))
    return handle
