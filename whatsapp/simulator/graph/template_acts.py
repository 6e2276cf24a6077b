"""What is done to a template that is there: changed, un-paused, put aside, taken back."""

from dataclasses import replace
from typing import Any

from .. import outbox
from ..errors import GraphError
from ..rows import template_acts, templates
from ..rows.template_acts import DAY
from ..rows.templates import REVIEW_SECONDS, Template
from ..rules import definitions
from ..template_updates import status_update
from ..web import Response, as_json
from .call import Call

EDITABLE = ("APPROVED", "REJECTED", "PAUSED")
ARCHIVABLE = ("APPROVED", "REJECTED")
EDITS_A_MONTH = 10
MOST_IDS = 100


def edit(call: Call) -> Response:
    """All components, the category or the lifetime; approved again after its review, which a webhook tells."""
    template, changes = _template(call), call.request.json()
    if template.status not in EDITABLE:
        raise definitions.refused("Only approved, rejected and paused templates can be edited.")
    category = str(changes.get("category") or template.category).upper()
    if template.status == "APPROVED":
        _check_edits(call, template, category)
    facts = template_acts.facts_of(call.store, template.id)
    ttl = changes.get("message_send_ttl_seconds", facts.ttl)
    definition = _definition(template) | {"category": category, "message_send_ttl_seconds": ttl}
    definition |= {"components": changes["components"]} if "components" in changes else {}
    definitions.check(definition)
    with call.store.write() as database:
        templates.save(database, template.waba_id, definition | {"id": template.id, "status": "PENDING"}, call.now)
        template_acts.save_facts(database, template.id, replace(facts, ttl=ttl))
        if template.status == "APPROVED":
            template_acts.note(database, template, "edited", call.now)
        told = status_update(replace(template, category=category), "APPROVED", call.now + REVIEW_SECONDS)
        outbox.queue(database, call.account, [told])
    return as_json({"success": True})


def _check_edits(call: Call, template: Template, category: str) -> None:
    if category != template.category:
        raise definitions.refused("The category of an approved template can't be edited.")
    if template_acts.edited_since(call.store, template.id, call.now - DAY):
        raise definitions.refused("An approved template can be edited once in 24 hours.")
    if template_acts.edited_since(call.store, template.id, call.now - 30 * DAY) >= EDITS_A_MONTH:
        raise definitions.refused(f"An approved template can be edited {EDITS_A_MONTH} times in 30 days.")


def _definition(template: Template) -> dict[str, Any]:
    return {
        "name": template.name,
        "language": template.language,
        "parameter_format": template.parameter_format,
        "components": template.components,
    }


def unpause(call: Call) -> Response:
    template = _template(call)
    if template.status != "PAUSED":
        raise definitions.refused("The template is not paused.")
    _move(call, [(template, "APPROVED", "APPROVED")])
    return as_json({"success": True})


def archive(call: Call) -> Response:
    """Put aside; Meta deletes them 28 days later."""
    return _each(call, "archived_templates", _why_not_archived, lambda one: ("ARCHIVED", "ARCHIVED"))


def unarchive(call: Call) -> Response:
    """Back in the status that each had."""
    return _each(call, "unarchived_templates", _why_not_unarchived, lambda one: (_before(call, one), "UNARCHIVED"))


def _each(call: Call, key: str, why_not: Any, to: Any) -> Response:
    """Each id by itself: those done under ``key``, the others with the reason."""
    ids = call.request.json().get("hsm_ids")
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST_IDS:
        raise GraphError(100, message=f"(#100) Param hsm_ids must be an array of 1 to {MOST_IDS} ids.")
    found = {one.id: one for one in templates.of_account(call.store, call.waba_id, call.now)}
    failed = {str(one): why_not(found.get(str(one))) for one in ids}
    failed = {one: reason for one, reason in failed.items() if reason}
    done = [found[str(one)] for one in ids if str(one) not in failed]
    _move(call, [(one, *to(one)) for one in done])
    return as_json({key: [one.id for one in done], "failed_templates": failed})


def _why_not_archived(template: Template | None) -> str:
    if template is None:
        return "Template not found"
    return "" if template.status in ARCHIVABLE else "Only approved or rejected templates can be archived"


def _why_not_unarchived(template: Template | None) -> str:
    if template is None:
        return "Template not found"
    return "" if template.status == "ARCHIVED" else "Only archived templates can be unarchived"


def _before(call: Call, template: Template) -> str:
    return template_acts.facts_of(call.store, template.id).before_archive or "APPROVED"


def _move(call: Call, moves: list[tuple[Template, str, str]]) -> None:
    """Each template to a status, told by the event of that name."""
    known = {template.id: template_acts.facts_of(call.store, template.id) for template, _, _ in moves}
    with call.store.write() as database:
        for template, status, _event in moves:
            templates.set_status(database, template.id, status, call.now)
            facts = replace(known[template.id], before_archive=template.status if status == "ARCHIVED" else "")
            template_acts.save_facts(database, template.id, facts)
        told = [status_update(template, event, call.now + 0.2) for template, _status, event in moves]
        outbox.queue(database, call.account, told)


def _template(call: Call) -> Template:
    template = templates.find(call.store, call.node, call.now)
    if template is None:
        raise GraphError(803)
    return template
