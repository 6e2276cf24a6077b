"""A text of which nothing but the request to the provider may know."""

from collections.abc import Iterator, Mapping
from typing import Any

MASK = "••••••"


class Secret(str):
    """Goes to the provider as it is; rows, logs and whoever prints it get MASK in its place.

    The mask stands for any length, so that it tells nothing.
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return repr(MASK)


def secrets_in(value: Any) -> Iterator[Secret]:
    """Every Secret within a request's body."""
    if isinstance(value, Secret):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from secrets_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secrets_in(item)
