"""Reads words that people type: accents, case and punctuation do not count."""

import unicodedata


def fold(text: str) -> str:
    """``"  Não, PARAR! "`` as ``"nao parar"``."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return " ".join(kept.split())
