"""Words without their accents, so that ``não`` and ``nao`` are one."""

import unicodedata


def remove(text: str) -> str:
    """``"Não"`` as ``"Nao"``; what has no accents stays the same object."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
