"""What graph.facebook.com answers: `/{version}/{node}/{edge}`, any version or none.

A new edge is a function in the module of its node and a line in ROUTES.
"""

from collections.abc import Callable

from ..errors import GraphError, unsupported
from ..faults import Fault, play
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json
from . import (
    accounts,
    app,
    blocking,
    insights,
    media,
    messages,
    numbers,
    oauth,
    phone_app,
    template_acts,
    templates,
    tokens,
    uploads,
)
from .call import Call

Route = Callable[[Call], Response]

# (method, kind of node, edge): the function, and the names under which faults reach it
ROUTES: dict[tuple[str, str, str], tuple[Route, str]] = {
    ("POST", "number", "messages"): (messages.post, "messages"),
    ("POST", "number", "media"): (media.upload, "media"),
    ("GET", "number", ""): (numbers.describe, "numbers"),
    ("POST", "number", "block_users"): (blocking.block, "block"),
    ("DELETE", "number", "block_users"): (blocking.unblock, "block"),
    ("GET", "number", "block_users"): (blocking.listing, "block"),
    ("POST", "number", "register"): (numbers.register, "register"),
    ("POST", "number", "smb_app_data"): (phone_app.sync, "phone_app"),
    ("GET", "media", ""): (media.describe, "media"),
    ("DELETE", "media", ""): (media.delete, "media"),
    ("GET", "whatsapp_business", "attachments"): (media.download, "media"),
    ("GET", "account", ""): (accounts.describe, "accounts"),
    ("POST", "account", ""): (insights.enable, ""),
    ("GET", "account", "template_analytics"): (insights.of_templates, "templates"),
    ("GET", "account", "phone_numbers"): (accounts.phone_numbers, "accounts"),
    ("GET", "account", "subscribed_apps"): (accounts.subscribed_apps, ""),
    ("POST", "account", "subscribed_apps"): (accounts.subscribe, "subscribe"),
    ("DELETE", "account", "subscribed_apps"): (accounts.unsubscribe, ""),
    ("GET", "account", "message_templates"): (templates.listing, "templates"),
    ("POST", "account", "message_templates"): (templates.create, "templates"),
    ("DELETE", "account", "message_templates"): (templates.delete, "templates"),
    ("POST", "account", "message_templates/archive"): (template_acts.archive, "templates"),
    ("POST", "account", "message_templates/unarchive"): (template_acts.unarchive, "templates"),
    ("GET", "template", ""): (templates.describe, "templates"),
    ("POST", "template", ""): (template_acts.edit, "templates"),
    ("POST", "template", "unpause"): (template_acts.unpause, "templates"),
    ("POST", "app", "uploads"): (uploads.begin, "uploads"),
    ("GET", "upload", ""): (uploads.describe, "uploads"),
    ("POST", "upload", ""): (uploads.fill, "uploads"),
    ("GET", "debug_token", ""): (tokens.debug, "token debug_token"),
    ("GET", "oauth", "access_token"): (oauth.exchange, "token code"),
    ("GET", "app", "subscriptions"): (app.subscriptions, ""),
    ("POST", "app", "subscriptions"): (app.subscribe, ""),
    ("DELETE", "app", "subscriptions"): (app.unsubscribe, ""),
}


def answer(simulator: Simulator, request: Request) -> Response:
    call = Call(simulator, request)
    try:
        response = _dispatch(call)
    except BadRequest:
        response = _refuse(GraphError(100, message="(#100) The request body is not a JSON object."))
    except GraphError as error:
        response = _refuse(error)
    usage = simulator.limits.count_call(call.waba_id)
    return Response(response.status, response.body, response.content_type, usage | response.headers)


def _dispatch(call: Call) -> Response:
    route, target = ROUTES.get((call.request.method, call.kind, call.edge), (_unknown, ""))

    def run() -> Response:
        call.check_token()
        return route(call)

    fault = _fault(call, target)
    if fault is None:
        return run()
    if fault.fault == "status_failed":
        call.fails_with = fault.code
        return run()
    return play(fault, run)


def _fault(call: Call, target: str) -> Fault | None:
    """The fault that applies to this call. Read receipts are no sends: faults on messages pass them by."""
    if target == "messages":
        return call.simulator.faults.take(target, *messages.dialled(call)) if messages.is_send(call) else None
    return next((fault for name in target.split() if (fault := call.simulator.faults.take(name))), None)


def _unknown(call: Call) -> Response:
    raise unsupported(call.node, call.request.method)


def _refuse(error: GraphError) -> Response:
    headers = {}
    if error.code in (104, 190):
        reason = error.body()["error"]["message"].replace('"', "'")
        headers["WWW-Authenticate"] = f'OAuth "Facebook Platform" "invalid_token" "{reason}"'
    return as_json(error.body(), error.http_status, headers)
