"""`/{waba_id}/message_templates` and `/{template_id}`."""

import json
from typing import Any

from .. import ids, outbox
from ..errors import GraphError
from ..outbox import Update
from ..rows import templates
from ..rows.templates import REVIEW_SECONDS, Template
from ..rules import template_definitions
from ..web import Response, as_json
from .call import Call
from .paging import page, select

DEFAULT = ("name", "parameter_format", "components", "language", "status", "category", "sub_category", "id")
NODE_TYPE = "WhatsAppMessageTemplate"
FILTERS = ("status", "category", "language", "name")


def listing(call: Call) -> Response:
    wanted = {key: value.upper() for key in FILTERS if (value := call.request.query.get(key))}
    found = [_fields(template) for template in templates.of_account(call.store, call.waba_id, call.now)]
    chosen = [one for one in found if all(str(one[key]).upper() == value for key, value in wanted.items())]
    return as_json(page(call.request, [select(call.request, one, DEFAULT, NODE_TYPE) for one in chosen]))


def describe(call: Call) -> Response:
    template = templates.find(call.store, call.node, call.now)
    if template is None:
        raise GraphError(803)
    return as_json(select(call.request, _fields(template), DEFAULT, NODE_TYPE))


def _fields(template: Template) -> dict[str, Any]:
    return {
        "id": template.id,
        "name": template.name,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "sub_category": None,
        "previous_category": None,
        "correct_category": None,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "quality_score": {"score": "UNKNOWN", "date": int(template.updated_at)},
        "rejected_reason": "NONE",
        "message_send_ttl_seconds": None,
        "library_template_name": None,
        "last_updated_time": int(template.updated_at),
        "health_status": {
            "can_send_message": "AVAILABLE" if template.status == "APPROVED" else "BLOCKED",
            "entities": [],
        },
    }


def create(call: Call) -> Response:
    """Taken for review: approved some seconds later, which a webhook tells."""
    definition = call.request.json()
    template_definitions.check(definition)
    name, language = definition["name"], definition["language"]
    if templates.named(call.store, call.waba_id, name, language, call.now):
        raise template_definitions.duplicate()
    identifier, category = ids.fresh(), definition["category"].upper()
    with call.store.write() as database:
        templates.save(database, call.waba_id, definition | {"id": identifier, "status": "PENDING"}, call.now)
        told = _status_update(identifier, name, language, category, "APPROVED", call.now + REVIEW_SECONDS)
        outbox.queue(database, call.account, [told])
    return as_json({"id": identifier, "status": "PENDING", "category": category})


def delete(call: Call) -> Response:
    """By `name` (all languages), by `hsm_id` and `name` (one), or by `hsm_ids` (all of them or none)."""
    doomed = _doomed(call)
    with call.store.write() as database:
        templates.delete(database, doomed)
        told = [
            _status_update(one.id, one.name, one.language, one.category, "DELETED", call.now + 0.5) for one in doomed
        ]
        outbox.queue(database, call.account, told)
    return as_json({"success": True})


def _doomed(call: Call) -> list[Template]:
    query = call.request.query
    found = templates.of_account(call.store, call.waba_id, call.now)
    if query.get("hsm_ids"):
        wanted = _id_list(query["hsm_ids"])
        chosen = [one for one in found if one.id in wanted]
        if len(chosen) != len(wanted):
            raise GraphError(100, "One of the template ids was not found; nothing was deleted.")
        return chosen
    if not query.get("name"):
        raise GraphError(100, message="(#100) The parameter name is required.")
    chosen = [one for one in found if one.name == query["name"] and query.get("hsm_id", one.id) == one.id]
    if not chosen:
        raise GraphError(100, "No message template with that name was found.", subcode=2593002)
    return chosen


def _id_list(text: str) -> set[str]:
    try:
        return {str(one) for one in json.loads(text)}
    except (ValueError, TypeError):
        raise GraphError(100, message="(#100) Param hsm_ids must be an array.") from None


def _status_update(identifier: str, name: str, language: str, category: str, event: str, due_at: float) -> Update:
    value = {
        "event": event,
        "message_template_id": int(identifier),
        "message_template_name": name,
        "message_template_language": language.replace("_", "-"),  # Meta writes en-US here and en_US elsewhere
        "reason": "NONE",
        "message_template_category": category,
    }
    return Update("message_template_status_update", value, due_at, entry_time=int(due_at))
