"""`GET /oauth/access_token`: a code of Embedded Signup for the customer's token, once and within 30 seconds."""

import hmac

from ..errors import GraphError, missing
from ..rows import signup
from ..web import Response, as_json
from .call import Call

CODE_SECONDS = 30
EXPIRED, USED = 36007, 36009


def exchange(call: Call) -> Response:
    query, config = call.request.query, call.simulator.config
    for name in ("client_id", "client_secret", "code"):
        if not query.get(name):
            raise missing(name)
    if query["client_id"] != config.app_id:
        raise GraphError(
            101, message="Error validating application. Cannot get application info due to a system error."
        )
    if not hmac.compare_digest(query["client_secret"].encode(), config.app_secret.encode()):
        raise GraphError(1, message="Error validating client secret.")
    code = signup.find_code(call.store, query["code"])
    if code is None:
        raise GraphError(100, message="Invalid verification code format.")
    if call.now - code.made_at > CODE_SECONDS:
        raise GraphError(100, message="This authorization code has expired.", subcode=EXPIRED)
    with call.store.write() as database:
        is_first = signup.use_code(database, code.code, call.now)
    if not is_first:
        raise GraphError(100, message="This authorization code has been used.", subcode=USED)
    return as_json({"access_token": code.token, "token_type": "bearer"})
