"""Embedded Signup: a stand-in for Meta's JavaScript SDK, the window that it opens, and what agreeing there makes.

`POST /sim/signup` is what the window's button does; programs may call it too:

    {"app_id"?, "config_id"?, "feature"?: "whatsapp_business_app_onboarding",
     "name" and "phone" of a new business, or "waba_id" (and "phone_number_id") of a known one,
     "scopes"?: [...], "expires_in_days"?: 60, "age"?: seconds that the code is old already}

It answers the `code` and the window `event` as Meta's window tells them to the page.
"""

import mimetypes
import time
from pathlib import Path
from typing import Any

from .. import ids
from ..rows import accounts
from ..rows import signup as rows
from ..rows.signup import Grant
from ..simulator import Simulator
from ..web import BadRequest, Request, Response, as_json
from . import accounts as making

FOLDER = Path(__file__).resolve().parent.parent / "signup"
FILES = frozenset({"window.js", "window.css"})
POLICY = "default-src 'self'; frame-ancestors 'none'"
PHONE_APP = "whatsapp_business_app_onboarding"
FINISH, FINISH_PHONE_APP = "FINISH", "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING"
DAY_SECONDS = 86_400


def sdk(simulator: Simulator, request: Request) -> Response:
    return _file("sdk.js", {"Cache-Control": "no-cache"})


def window(simulator: Simulator, request: Request) -> Response:
    """`/sim/signup` is the page, `/sim/signup/<file>` its script and its style."""
    name = "/".join(request.segments[2:])
    if not name:
        return _file("window.html", {"Content-Security-Policy": POLICY})
    if name not in FILES:
        raise BadRequest(f"no such file: {name}", 404)
    return _file(name, {"Cache-Control": "no-cache"})


def agree(simulator: Simulator, request: Request) -> Response:
    """The business agrees to everything: an account where it is new, a token, a code, the event."""
    body, now = request.json(), time.time()
    with_phone_app = body.get("feature") == PHONE_APP
    waba_id, phone_number_id = _assets(simulator, body, with_phone_app=with_phone_app)
    token, code = ids.token(), f"AQ{ids.fresh(30)}"
    days = int(body.get("expires_in_days") or 0)
    scopes = tuple(str(one) for one in body.get("scopes", rows.SCOPES))
    with simulator.store.write() as database:
        accounts.save_token(database, token, waba_id, now)
        rows.save_grant(database, token, Grant(scopes, int(now) + days * DAY_SECONDS if days else 0))
        rows.save_code(database, code, token, now - float(body.get("age") or 0))
        if with_phone_app:
            rows.save_phone_app(database, phone_number_id, now)
    return as_json({"code": code, "event": _event(simulator, waba_id, phone_number_id, with_phone_app=with_phone_app)})


def _assets(simulator: Simulator, body: dict[str, Any], *, with_phone_app: bool) -> tuple[str, str]:
    """The WABA and the number that were chosen or made."""
    waba_id = str(body.get("waba_id") or "") or _new_account(simulator, body, with_phone_app=with_phone_app)
    numbers = accounts.numbers_of(simulator.store, waba_id)
    wanted = str(body.get("phone_number_id") or "")
    found = next((one for one in numbers if wanted in ("", one.phone_number_id)), None)
    if found is None:
        raise BadRequest("no such account, or it has no such number")
    return waba_id, found.phone_number_id


def _new_account(simulator: Simulator, body: dict[str, Any], *, with_phone_app: bool) -> str:
    """A number that nobody registered yet is pending; one of the phone app works already."""
    name, phone = str(body.get("name") or ""), str(body.get("phone") or "")
    number: dict[str, Any] = {"display_phone_number": phone, "verified_name": name}
    number |= {"status": "CONNECTED" if with_phone_app else "PENDING", "messaging_limit": "TIER_250"}
    made = {"name": name, "contact_name": name.split(maxsplit=1)[0] if name.split() else "", "subscribed": False}
    known = accounts.find_number(simulator.store, ids.derived("number", "".join(filter(str.isdigit, phone))))
    return known.waba_id if known else making.make(simulator, made | {"numbers": [number]})


def _event(simulator: Simulator, waba_id: str, phone_number_id: str, *, with_phone_app: bool) -> dict[str, Any]:
    """As Meta spells it: with the phone app there is no phone number id."""
    account = accounts.find_account(simulator.store, waba_id)
    data = {"waba_id": waba_id, "business_id": account.business_id if account else ""}
    if with_phone_app:
        return {"type": "WA_EMBEDDED_SIGNUP", "event": FINISH_PHONE_APP, "version": "3", "data": data}
    data["phone_number_id"] = phone_number_id
    return {"type": "WA_EMBEDDED_SIGNUP", "event": FINISH, "version": "3", "data": data}


def _file(name: str, headers: dict[str, str]) -> Response:
    kind = mimetypes.guess_type(name)[0] or "text/plain"
    return Response(200, (FOLDER / name).read_bytes(), f"{kind}; charset=utf-8", headers)
