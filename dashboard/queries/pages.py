"""Pages by key: a page begins after the last row of the one before, so that a long list costs what a short one does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from dashboard.ids import parse_id

PAGE_SIZE = 50
Id = TypeVar("Id")


@dataclass(frozen=True)
class Key:
    """A place in a list that runs from new to old: the row's time and id."""

    at: datetime
    id: str

    @classmethod
    def of(cls, row: Model, field: str) -> "Key":
        return cls(getattr(row, field), str(row.pk))

    @classmethod
    def parse(cls, text: str, id_of: Callable[[str], object] = parse_id) -> "Key | None":
        """None for what is no key: the list then begins at its beginning. ``id_of`` reads an id of the list's rows."""
        at, _comma, pk = text.partition(",")
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        return cls(moment, pk) if moment.tzinfo and id_of(pk) is not None else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()},{self.id}"


BEGINNING = Key(datetime.fromtimestamp(0, UTC), "0")  # below every row


@dataclass(frozen=True)
class Page:
    """Rows from new to old, and the keys that lead on."""

    rows: Sequence[Any]
    older: Key | None
    newest: Key | None


def parse_seen(text: str, id_of: Callable[[str], Id | None]) -> dict[Id, str]:
    """``id:version`` pairs joined by commas, as a page sends them back; what is not one is left out.

    ``id_of`` reads an id of the list's rows.
    """
    pairs = (pair.partition(":") for pair in text.split(",")[: PAGE_SIZE * 4])
    return {found: told for name, _colon, told in pairs if (found := id_of(name)) is not None}


def older_than(rows: QuerySet, key: Key, field: str) -> QuerySet:
    """The bound alone is what an index finds; the rest tells rows of one moment apart."""
    older = Q(**{f"{field}__lt": key.at}) | Q(**{field: key.at, "pk__lt": key.id})
    return rows.filter(older, **{f"{field}__lte": key.at})


def newer_than(rows: QuerySet, key: Key, field: str) -> QuerySet:
    newer = Q(**{f"{field}__gt": key.at}) | Q(**{field: key.at, "pk__gt": key.id})
    return rows.filter(newer, **{f"{field}__gte": key.at})


def page(rows: QuerySet, before: Key | None, field: str, size: int = PAGE_SIZE) -> Page:
    """One query. ``field`` is the time by which ``rows`` are ordered, new to old, then by id."""
    rows = rows.order_by(f"-{field}", "-pk")
    found = list((older_than(rows, before, field) if before else rows)[: size + 1])
    older = Key.of(found[size - 1], field) if len(found) > size else None
    return Page(found[:size], older, Key.of(found[0], field) if found else None)
