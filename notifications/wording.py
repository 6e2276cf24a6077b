"""Reads words that people type: accents, case and punctuation do not count."""

import re
import unicodedata

APART = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """``"  Não, PARAR! "`` as ``"nao parar"``."""
    plain = text if text.isascii() else _without_accents(text)
    return APART.sub(" ", plain.casefold()).strip()


def _without_accents(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
