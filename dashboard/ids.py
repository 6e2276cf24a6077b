"""Ids as they come back from addresses and forms, where anything may stand."""

from uuid import UUID

BIGGEST = 2**63 - 1
DIGITS = len(str(BIGGEST))


def parse_id(text: str) -> int | None:
    """None for what no row has as its id."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= DIGITS
    return int(text) if is_number and int(text) <= BIGGEST else None


def parse_uuid(text: str) -> UUID | None:
    """None for what is no UUID."""
    try:
        return UUID(text)
    except ValueError:
        return None
