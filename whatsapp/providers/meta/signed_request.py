"""``signed_request``: how Meta tells an app that a person took access away, or wants their data deleted.

``base64url(signature).base64url(JSON)`` without padding; the signature is HMAC-SHA256 over the second part *as it is
written*, with the app secret.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from whatsapp.providers.values import integer, mapping, text

ALGORITHM = "HMAC-SHA256"


class Forged(Exception):
    """Not signed with any of our app secrets, or not a signed request at all."""


@dataclass(frozen=True)
class SignedRequest:
    """``user_id`` is the id that Meta gives a person (or system user) towards this app."""

    user_id: str
    issued_at: datetime


def read(signed: str, secrets: Iterable[str]) -> SignedRequest:
    """What ``signed`` says; Forged unless one of ``secrets`` made it (compared in constant time)."""
    signature, _dot, payload = signed.partition(".")
    if not any(_is_made_with(secret, _decode(signature), payload) for secret in secrets if secret):
        raise Forged
    told = mapping(_json(payload))
    user_id, seconds = text(told.get("user_id"), 40), integer(told.get("issued_at"))
    if told.get("algorithm") != ALGORITHM or not user_id or not 0 < seconds < 2**33:
        raise Forged
    return SignedRequest(user_id, datetime.fromtimestamp(seconds, UTC))


def _is_made_with(secret: str, signature: bytes, payload: str) -> bool:
    expected = hmac.new(secret.encode(), payload.encode(), hashlib.sha256).digest()
    return hmac.compare_digest(expected, signature)


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _json(payload: str) -> object:
    try:
        return json.loads(_decode(payload))
    except (ValueError, RecursionError):
        raise Forged from None
