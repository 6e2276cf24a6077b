"""`/{app_id}/uploads` and `/upload:…`: the Resumable Upload API, where the examples of headers come from."""

from ..errors import GraphError, missing, unsupported
from ..rows import uploads
from ..rows.uploads import Upload
from ..web import Response, as_json
from .call import Call

TYPES = ("application/pdf", "image/jpeg", "image/jpg", "image/png", "video/mp4")


def begin(call: Call) -> Response:
    told = call.request.query | call.request.json()
    file_type, length = str(told.get("file_type") or ""), str(told.get("file_length") or "")
    if not length.isdigit() or not int(length):
        raise missing("file_length")
    if file_type not in TYPES:
        raise GraphError(100, message=f"(#100) Param file_type must be one of {{{', '.join(TYPES)}}}")
    identifier = uploads.begin(call.store, str(told.get("file_name") or ""), file_type, int(length), call.now)
    return as_json({"id": identifier})


def fill(call: Call) -> Response:
    """Bytes from `file_offset` on, which is where the last ones ended."""
    upload = _upload(call)
    offset = call.request.headers.get("file_offset", "")
    if offset != str(len(upload.content)):
        raise GraphError(100, message=f"(#100) The offset must be {len(upload.content)}, not {offset or 'nothing'}")
    if len(upload.content) + len(call.request.body) > upload.file_length:
        raise GraphError(100, message="(#100) The file is longer than it was said to be")
    return as_json({"h": uploads.fill(call.store, upload, call.request.body)})


def describe(call: Call) -> Response:
    upload = _upload(call)
    return as_json({"id": upload.id, "file_offset": len(upload.content)})


def _upload(call: Call) -> Upload:
    upload = uploads.find(call.store, call.node, call.now)
    if upload is None:
        raise unsupported(call.node, call.request.method)
    return upload
