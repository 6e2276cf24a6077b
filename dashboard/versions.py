"""What an open page sends back to ask whether anything is new."""

import zlib
from typing import Any


def version_of(shown: Any) -> str:
    """Eight characters that change whenever the ``repr`` of ``shown`` does."""
    return f"{zlib.crc32(repr(shown).encode()):08x}"
