"""`/sim/templates/<id>`: decide of a template as Meta would, told by its webhook.

{"status": "PAUSED" | "REJECTED" | "DISABLED" | "APPROVED" | …, "reason"?: "PROMOTIONAL"}
"""

import time
from dataclasses import replace

from .. import outbox
from ..rows import accounts, template_acts, templates
from ..simulator import Simulator
from ..template_updates import status_update
from ..web import BadRequest, Request, Response, as_json

STATUSES = ("APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "LIMIT_EXCEEDED", "ARCHIVED")


def decide(simulator: Simulator, request: Request) -> Response:
    now, body = time.time(), request.json()
    template = templates.find(simulator.store, (request.segments[2:3] or [""])[0], now)
    account = accounts.find_account(simulator.store, template.waba_id) if template else None
    if template is None or account is None:
        raise BadRequest("no such template", 404)
    status, reason = str(body.get("status") or ""), str(body.get("reason") or "NONE")
    if status not in STATUSES:
        raise BadRequest(f"`status` is one of {', '.join(STATUSES)}, not {status!r}")
    facts = template_acts.facts_of(simulator.store, template.id)
    with simulator.store.write() as database:
        templates.set_status(database, template.id, status, now)
        template_acts.save_facts(database, template.id, replace(facts, rejected_reason=reason))
        outbox.queue(database, account, [status_update(template, status, now, reason)])
    simulator.outbox.wake()
    return as_json({"id": template.id, "status": status})
