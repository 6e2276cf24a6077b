"""Files: `POST /{phone_number_id}/media`, `GET /{media_id}` for an address of five minutes, the bytes behind it."""

import hashlib
import hmac
import re
from urllib.parse import urlencode

from ..errors import GraphError, missing, unsupported
from ..rows import accounts, media
from ..rows.media import UPLOADED_SECONDS, Media
from ..web import Response, as_json
from .call import Call

URL_SECONDS = 300
MB = 1024 * 1024
MOST_BYTES = {
    "audio/aac": 16 * MB, "audio/amr": 16 * MB, "audio/mpeg": 16 * MB, "audio/mp4": 16 * MB, "audio/ogg": 16 * MB,
    "image/jpeg": 5 * MB, "image/png": 5 * MB, "video/mp4": 16 * MB, "video/3gpp": 16 * MB, "image/webp": MB // 2,
    "text/plain": 100 * MB, "application/pdf": 100 * MB, "application/msword": 100 * MB,
    "application/vnd.ms-excel": 100 * MB, "application/vnd.ms-powerpoint": 100 * MB,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": 100 * MB,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": 100 * MB,
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": 100 * MB,
}  # fmt: skip


def upload(call: Call) -> Response:
    fields = multipart(call.request.body, call.request.headers.get("Content-Type", ""))
    if fields.get("messaging_product", ("", "", b""))[2] != b"whatsapp":
        raise missing("messaging_product")
    if "file" not in fields:
        raise missing("file")
    filename, mime_type, content = fields["file"]
    mime_type = mime_type.split(";")[0].strip().lower() or fields.get("type", ("", "", b""))[2].decode()
    if mime_type not in MOST_BYTES:
        raise GraphError(
            100, f"Param file must be a file with one of the supported types. Received file of type '{mime_type}'."
        )
    if len(content) > MOST_BYTES[mime_type]:
        raise GraphError(131053, f"The file is larger than the {MOST_BYTES[mime_type]} bytes allowed for {mime_type}.")
    expires_at = call.now + UPLOADED_SECONDS
    file = media.save(call.store, call.node, content, mime_type, filename, expires_at)
    return as_json({"id": file.id})


def describe(call: Call) -> Response:
    file = _file(call, call.node)
    query = urlencode({"mid": file.id} | _proof(call, file.id, int(call.now) + URL_SECONDS))
    return as_json(
        {
            "url": f"{call.request.base_url}/whatsapp_business/attachments/?{query}",
            "mime_type": file.mime_type,
            "sha256": file.sha256,
            "file_size": str(len(file.content)),
            "id": file.id,
            "messaging_product": "whatsapp",
        }
    )


def delete(call: Call) -> Response:
    media.delete(call.store, _file(call, call.node).id)
    return as_json({"success": True})


def download(call: Call) -> Response:
    """The bytes, for the right token and within five minutes; 404 after, when a fresh address must be fetched."""
    query = call.request.query
    expires = query.get("ext", "")
    file = media.find(call.store, query.get("mid", ""), call.now)
    owner = accounts.find_number(call.store, file.phone_number_id) if file else None
    if file is None or owner is None or not expires.isdigit() or int(expires) < call.now:
        return Response(404, b"", "text/plain")
    fresh = hmac.compare_digest(query.get("hash", ""), _proof(call, file.id, int(expires))["hash"])
    if not fresh or owner.waba_id not in accounts.accounts_of_token(call.store, call.request.token):
        return Response(404, b"", "text/plain")
    return Response(200, file.content, file.mime_type)


def _file(call: Call, media_id: str) -> Media:
    """The file, if the number named in `phone_number_id` (when one is) owns it."""
    file = media.find(call.store, media_id, call.now)
    wanted = call.request.query.get("phone_number_id")
    if file is None or (wanted and wanted != file.phone_number_id):
        raise unsupported(media_id, call.request.method)
    return file


def _proof(call: Call, media_id: str, expires: int) -> dict[str, str]:
    key = call.simulator.config.app_secret.encode()
    digest = hmac.new(key, f"{media_id}:{expires}".encode(), hashlib.sha256).hexdigest()
    return {"ext": str(expires), "hash": digest[:40]}


def multipart(body: bytes, content_type: str) -> dict[str, tuple[str, str, bytes]]:
    """The parts of a form by name: (file name, content type, content)."""
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    if boundary is None:
        raise GraphError(100, message="(#100) The request is not multipart/form-data.")
    parts = {}
    for raw in body.split(b"--" + boundary[1].encode())[1:-1]:
        head, _, content = raw.partition(b"\r\n\r\n")
        header = head.decode(errors="replace")
        name = re.search(r'[; ]name="([^"]*)"', header)
        filename = re.search(r'filename="([^"]*)"', header)
        kind = re.search(r"content-type:\s*([^\r\n]+)", header, re.IGNORECASE)
        if name:
            parts[name[1]] = (filename[1] if filename else "", kind[1] if kind else "", content.removesuffix(b"\r\n"))
    return parts
