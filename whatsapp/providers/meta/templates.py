"""Templates at the Graph API: made, changed, taken away, and the example files of their headers.

What Meta has of them is read by ``client``. Every function raises the family of whatsapp.errors.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from whatsapp.errors import ErrorKind, OutcomeUnknown, Refused, Scope
from whatsapp.providers import http
from whatsapp.providers.base import AccountAccess, TemplateFacts, Upload
from whatsapp.providers.meta import answers, graph
from whatsapp.providers.meta.client import TEMPLATE_FIELDS
from whatsapp.providers.values import mapping, text

ACTS = {True: ("archive", "archived_templates"), False: ("unarchive", "unarchived_templates")}


@dataclass(frozen=True)
class Taken:
    """What Meta answers to a new template; its category may be another one than was asked for."""

    template_id: str
    status: str
    category: str


def create(access: AccountAccess, payload: Mapping[str, Any]) -> Taken:
    """A new template of the access's WABA, from a creation payload."""
    data = graph.call(access, "POST", f"{access.waba_id}/message_templates", json=payload)
    taken = Taken(text(data.get("id"), 40), text(data.get("status"), 30), text(data.get("category"), 20))
    if not taken.template_id:
        raise OutcomeUnknown("a new template without an id", 200)
    return taken


def edit(access: AccountAccess, template_id: str, changes: Mapping[str, Any]) -> None:
    """``changes`` may name ``category``, ``components`` (all of them) and ``message_send_ttl_seconds``."""
    _done(graph.call(access, "POST", quote(template_id, safe=""), json=changes))


def delete(access: AccountAccess, name: str, template_id: str = "") -> None:
    """The template of that id; without one, all languages of the name."""
    params = {"name": name} | ({"hsm_id": template_id} if template_id else {})
    _done(graph.call(access, "DELETE", f"{access.waba_id}/message_templates", params=params))


def unpause(access: AccountAccess, template_id: str) -> None:
    _done(graph.call(access, "POST", f"{quote(template_id, safe='')}/unpause"))


def archive(access: AccountAccess, template_id: str, *, archived: bool) -> None:
    """Puts a template aside, or takes it back; Meta deletes it 28 days after it was put aside."""
    edge, key = ACTS[archived]
    data = graph.call(access, "POST", f"{access.waba_id}/message_templates/{edge}", json={"hsm_ids": [template_id]})
    if reason := mapping(data.get("failed_templates")).get(template_id):
        raise Refused(text(reason, 500), ErrorKind.CONTENT, Scope.TEMPLATE, code=100, details=text(reason, 500))
    done = data.get(key)
    if not isinstance(done, list) or template_id not in map(text, done):
        raise OutcomeUnknown("an answer that does not name the template", 200)


def find(access: AccountAccess, name: str, language: str) -> TemplateFacts | None:
    """The WABA's template of that name and language, where it has one."""
    params = {"fields": TEMPLATE_FIELDS, "name": name, "language": language}
    for page in graph.pages(access, f"{access.waba_id}/message_templates", params):
        for row in page:
            data = mapping(row)
            if (data.get("name"), data.get("language")) == (name, language):
                return _facts(data)
    return None


def upload_example(access: AccountAccess, app_id: str, file: Upload) -> str:
    """Meta's handle of a header's example file, good for one creation or edit."""
    told = {"file_name": file.filename, "file_length": len(file.content), "file_type": file.mime_type}
    session = text(graph.call(access, "POST", f"{quote(app_id, safe='')}/uploads", params=told).get("id"), 2000)
    if not session.startswith("upload:"):
        raise OutcomeUnknown("an upload without an id", 200)
    url = f"{access.base_url}/{access.api_version}/{session}"
    headers = {"Authorization": f"OAuth {access.token}", "file_offset": "0"}
    answer = http.post_bytes(url, headers=headers, content=file.content)
    if refusal := answers.read_refusal(
        answer.data, http_status=answer.status, headers=answer.headers, secret=access.token
    ):
        raise refusal
    handle = text(mapping(answer.data).get("h"), 4000)
    if not handle:
        raise OutcomeUnknown(f"an upload without a handle (HTTP {answer.status})", answer.status)
    return handle


def _done(data: Mapping[str, Any]) -> None:
    if data.get("success") is not True:
        raise OutcomeUnknown("an answer that does not say that it was done", 200)


def _facts(data: Mapping[str, Any]) -> TemplateFacts:
    try:
        return answers.read_template(data)
    except ValueError as error:
        raise OutcomeUnknown(f"a template that cannot be read: {error}", 200) from error
