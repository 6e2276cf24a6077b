"""`/{waba_id}/message_templates` and `/{template_id}`: listed, made, taken away."""

import json

from .. import ids, outbox
from ..errors import GraphError
from ..rows import accounts, template_acts, templates
from ..rows.template_acts import HOUR, Facts
from ..rows.templates import REVIEW_SECONDS, Template
from ..rules import definitions
from ..template_updates import status_update
from ..web import Response, as_json
from .call import Call
from .paging import page, select
from .template_shown import fields

DEFAULT = ("name", "parameter_format", "components", "language", "status", "category", "sub_category", "id")
NODE_TYPE = "WhatsAppMessageTemplate"
FILTERS = ("status", "category", "language", "name")
CREATIONS_AN_HOUR = 100
MOST_VERIFIED, MOST_UNVERIFIED = 6000, 250  # templates of an account
FULL = 2388019
NOT_FOUND = 2593002


def listing(call: Call) -> Response:
    wanted = {key: value.upper() for key in FILTERS if (value := call.request.query.get(key))}
    found = templates.of_account(call.store, call.waba_id, call.now)
    chosen = [one for one in found if all(str(getattr(one, key)).upper() == value for key, value in wanted.items())]
    shown = page(call.request, [{"row": one} for one in chosen])
    rows = [select(call.request, fields(call.store, one["row"]), DEFAULT, NODE_TYPE) for one in shown["data"]]
    return as_json(shown | {"data": rows})


def describe(call: Call) -> Response:
    template = templates.find(call.store, call.node, call.now)
    if template is None:
        raise GraphError(803)
    return as_json(select(call.request, fields(call.store, template), DEFAULT, NODE_TYPE))


def create(call: Call) -> Response:
    """Taken for review: approved some seconds later, which a webhook tells."""
    definition = call.request.json()
    definitions.check(definition)
    name, language = definition["name"], definition["language"]
    if templates.named(call.store, call.waba_id, name, language, call.now):
        raise definitions.duplicate()
    if template_acts.is_locked(call.store, call.waba_id, name, call.now):
        raise definitions.refused("New content can't be added while the existing content is being deleted.", 2388023)
    if templates.count(call.store, call.waba_id) >= _most(call):
        raise definitions.refused(f"Your account has reached its limit of {_most(call)} message templates.", FULL)
    if template_acts.created_since(call.store, call.waba_id, call.now - HOUR) >= CREATIONS_AN_HOUR:
        raise GraphError(80008, "At most 100 templates can be created in an hour.")
    identifier, category = ids.fresh(), definition["category"].upper()
    with call.store.write() as database:
        templates.save(database, call.waba_id, definition | {"id": identifier, "status": "PENDING"}, call.now)
        template_acts.save_facts(database, identifier, Facts(ttl=definition.get("message_send_ttl_seconds")))
        made = Template(identifier, call.waba_id, name, language, category, "PENDING", "", [], call.now, call.now)
        template_acts.note(database, made, "created", call.now)
        outbox.queue(database, call.account, [status_update(made, "APPROVED", call.now + REVIEW_SECONDS)])
    return as_json({"id": identifier, "status": "PENDING", "category": category})


def _most(call: Call) -> int:
    """More for a business that Meta verified and that has a number, whose name is always approved here."""
    known = accounts.is_verified(call.store, call.waba_id) and accounts.numbers_of(call.store, call.waba_id)
    return MOST_VERIFIED if known else MOST_UNVERIFIED


def delete(call: Call) -> Response:
    """By `name` (all languages), by `hsm_id` and `name` (one), or by `hsm_ids` (all of them or none)."""
    doomed = _doomed(call)
    if any(one.status == "DISABLED" for one in doomed):
        raise definitions.refused("A disabled template can't be deleted.")
    with call.store.write() as database:
        templates.delete(database, doomed)
        for one in doomed:
            if one.status == "APPROVED":
                template_acts.note(database, one, "deleted", call.now)
        outbox.queue(database, call.account, [status_update(one, "DELETED", call.now + 0.5) for one in doomed])
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
        raise GraphError(100, "No message template with that name was found.", subcode=NOT_FOUND)
    return chosen


def _id_list(text: str) -> set[str]:
    try:
        return {str(one) for one in json.loads(text)}
    except (ValueError, TypeError):
        raise GraphError(100, message="(#100) Param hsm_ids must be an array.") from None
