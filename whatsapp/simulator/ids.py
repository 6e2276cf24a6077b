"""Ids in the shapes of Meta's. What is derived from a name stays the same when the same thing is made again."""

import base64
import hashlib
import secrets


def derived(*parts: str, digits: int = 15) -> str:
    """A numeric id that the same parts always give."""
    number = int.from_bytes(hashlib.sha256("\0".join(parts).encode()).digest()[:12], "big")
    return str(10 ** (digits - 1) + number % (9 * 10 ** (digits - 1)))


def fresh(digits: int = 16) -> str:
    return str(10 ** (digits - 1) + secrets.randbelow(9 * 10 ** (digits - 1)))


def outbound_wamid(phone: str) -> str:
    return _wamid(phone, b"\x15\x02\x00\x11\x18\x12", secrets.token_hex(9))


def inbound_wamid(phone: str) -> str:
    return _wamid(phone, b"\x15\x02\x00\x12\x18\x14", "3A" + secrets.token_hex(9))


def _wamid(phone: str, mark: bytes, tail: str) -> str:
    raw = b"\x1c\x18" + bytes([len(phone)]) + phone.encode() + mark + tail.upper().encode() + b"\x00"
    return "wamid." + base64.b64encode(raw).decode()


def user_id(business_id: str, phone: str) -> str:
    """The business-scoped user id (BSUID) of a person with one portfolio: useless with any other."""
    country = "BR" if phone.startswith("55") else "US"
    return f"{country}.{derived(business_id, phone, digits=17)}"


def token() -> str:
    """Simulator tokens begin `SIM`, so that production can refuse them."""
    return "SIM" + secrets.token_hex(24)
