"""The signature on what Recado posts to other people's servers: they prove with it that it came from here.

``X-Recado-Signature: t=<unix>,v1=<HMAC-SHA256 of "t.body", hexadecimal>``. The time is signed too, so that what is
played again later is seen to be old.
"""

import hashlib
import hmac
from datetime import datetime

HEADER = "X-Recado-Signature"


def sign(body: bytes, secret: str, at: datetime) -> str:
    """The header's value."""
    told = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{told}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={told},v1={digest}"
