"""Who acts at this moment: a signed-in person, a key of a company's system, a command; nobody: Recado by itself.

Set at the doors (tenants.middleware, tenants.rest, tenants.commands) and read by the audit trail, so that what is
changed far below a door still knows its author.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Actor:
    """``label`` is the name as it was then; only people have an id."""

    label: str = ""
    person_id: int | None = None

    @classmethod
    def of(cls, person: Any) -> "Actor":
        """A signed-in person; nobody for None and for visitors."""
        return cls(str(person)[:150], person.pk) if person is not None and person.pk else NOBODY


NOBODY = Actor()
_current: ContextVar[Actor] = ContextVar("recado_actor", default=NOBODY)


def current() -> Actor:
    return _current.get()


def name(actor: Actor) -> None:
    """From here to the end of the surrounding ``acting`` it is ``actor``: a door that learns later who stands there."""
    _current.set(actor)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """All within is done by ``actor``; after it, whoever acted before acts again."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)
