"""`GET /debug_token`: what a token may do."""

from typing import Any

from .. import ids
from ..errors import missing
from ..rows import accounts, signup
from ..web import Response, as_json
from .call import Call


def debug(call: Call) -> Response:
    token = call.request.query.get("input_token")
    if not token:
        raise missing("input_token")
    reachable = accounts.accounts_of_token(call.store, token)
    return as_json({"data": _valid(call, token, reachable) if reachable else _invalid(call)})


def _valid(call: Call, token: str, reachable: list[str]) -> dict[str, Any]:
    grant = signup.grant_of(call.store, token)
    return {
        "app_id": call.simulator.config.app_id,
        "type": "SYSTEM_USER",
        "application": "Recado (simulador)",
        "data_access_expires_at": 0,
        "expires_at": grant.expires_at,
        "is_valid": not 0 < grant.expires_at < call.now,
        "issued_at": int(call.now) - 3600,
        "scopes": list(grant.scopes),
        "granular_scopes": [{"scope": scope, "target_ids": reachable} for scope in grant.scopes],
        "user_id": ids.derived("user", token),
    }


def _invalid(call: Call) -> dict[str, Any]:
    error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
    return {"app_id": call.simulator.config.app_id, "error": error, "is_valid": False, "scopes": []}
