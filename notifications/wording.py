"""Reads words that people type: accents, case and punctuation do not count."""

import re

from tenants import accents

APART = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """``"  Não, PARAR! "`` as ``"nao parar"``."""
    return APART.sub(" ", accents.remove(text).casefold()).strip()
