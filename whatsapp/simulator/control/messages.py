"""`GET /sim/messages?to=&since=`: what was accepted. `POST /sim/reset`: forget messages and faults."""

import time

from .. import clock
from ..rows import messages
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json


def listing(simulator: Simulator, request: Request) -> Response:
    """`to` is a phone in any spelling, `since` ISO 8601 or seconds; newest last."""
    to = "".join(filter(str.isdigit, request.query.get("to", "")))
    return as_json(messages.accepted(simulator.store, time.time(), to, _moment(request.query.get("since", ""))))


def _moment(since: str) -> float | None:
    try:
        return clock.parse(since) if since else None
    except ValueError:
        raise BadRequest("`since` is ISO 8601 or seconds since 1970") from None


def reset(simulator: Simulator, request: Request) -> Response:
    """Messages both ways, windows, waiting webhooks and faults go; accounts, tokens and templates stay."""
    simulator.faults.clear()
    simulator.typing.clear()
    with simulator.store.write() as database:
        messages.forget_all(database)
    return as_json({"success": True})
