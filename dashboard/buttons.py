"""A button for what a person may do to a row: when it is there, what it asks first, how its outcome is told."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.functional import Promise

Row = TypeVar("Row")


@dataclass(frozen=True)
class Button(Generic[Row]):
    """``question`` empty: nothing is asked before. What ``run`` takes after the row each kind of button says."""

    name: str
    word: str | Promise
    icon: str
    done: str | Promise
    is_open: Callable[[Row], bool]
    run: Callable[..., Any]
    question: str | Promise = ""
    explained: str | Promise = ""

    @property
    def verb(self) -> str:
        """The word of the button that answers the question: without the ellipsis."""
        return str(self.word).rstrip("…")
