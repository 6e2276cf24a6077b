"""Secrets that are given away once, in a link or a cookie: only their hash is kept."""

import hashlib
import secrets


def make() -> str:
    """A new one, of 256 bits, that stands in an address as it is."""
    return secrets.token_urlsafe(32)


def hash_of(token: str) -> str:
    """What is kept of it, and what it is found by: 64 hexadecimal digits."""
    return hashlib.sha256(token.encode()).hexdigest()
