"""`/sim/…`: play the customer, make accounts, break things, look at what was accepted. JSON in, JSON out."""

from collections.abc import Callable

from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json
from . import accounts, customers, faults, messages, page, phone_app, signup, templates, webhooks

Route = Callable[[Simulator, Request], Response]

# (method, first segment after /sim); what follows it is the function's to read
ROUTES: dict[tuple[str, str], Route] = {
    ("GET", ""): page.index,
    ("GET", "static"): page.static,
    ("GET", "state"): page.state,
    ("GET", "media"): page.media_file,
    ("GET", "messages"): messages.listing,
    ("POST", "reset"): messages.reset,
    ("POST", "customers"): customers.write,
    ("POST", "phone-app"): phone_app.answer,
    ("GET", "accounts"): accounts.listing,
    ("POST", "accounts"): accounts.save,
    ("GET", "faults"): faults.listing,
    ("POST", "faults"): faults.add,
    ("DELETE", "faults"): faults.clear,
    ("POST", "webhooks"): webhooks.send,
    ("POST", "templates"): templates.decide,
    ("GET", "sdk.js"): signup.sdk,
    ("GET", "signup"): signup.window,
    ("POST", "signup"): signup.agree,
}


def answer(simulator: Simulator, request: Request) -> Response:
    name = (request.segments[1:2] or [""])[0]
    route = ROUTES.get((request.method, name))
    if route is None:
        known = any(path == name for _, path in ROUTES)
        return _refuse("method not allowed" if known else f"no such route: {request.path}", 405 if known else 404)
    try:
        return route(simulator, request)
    except BadRequest as error:
        return _refuse(str(error), error.status)


def _refuse(reason: str, status: int) -> Response:
    return as_json({"error": {"message": reason}}, status)
