"""Which kinds of notice a template can speak for: whoever has such kinds declares them here.

A declaration says which fields (templates_mgmt.fields) the kind has values for, so that a mapping that could not be
filled is refused when it is saved.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Speech:
    """A kind that templates speak for; ``needed``: without a mapping the company's automation is not ready."""

    kind: str
    label: str | Promise
    fields: frozenset[str]
    needed: bool = False


SPEECHES: dict[str, Speech] = {}


def declare(kind: str, label: str | Promise, fields: Iterable[str], *, needed: bool = False) -> None:
    """Makes ``kind`` one that templates can be mapped to."""
    SPEECHES[kind] = Speech(kind, label, frozenset(fields), needed)


def needed() -> list[Speech]:
    """The kinds without which the automation does not start."""
    return [speech for speech in SPEECHES.values() if speech.needed]
