"""A posted JSON object, read strictly: every mistake is named by its path."""

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from whatsapp.errors import InvalidContent

T = TypeVar("T")
MOST_ITEMS = 1000  # of any list, well above every limit of Meta's


class Posted:
    """A JSON object at a path; asks for a field's type and says what is wrong with it."""

    def __init__(self, value: Any, path: str = "") -> None:
        self.path = path
        if not isinstance(value, Mapping):
            raise InvalidContent({path: _("An object belongs here.")})
        self.value = value

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        return self.value.get(key) is not None

    def refuse(self, key: str, sentence: str) -> InvalidContent:
        return InvalidContent({self.at(key): sentence})

    def text(self, key: str, *, required: bool = False) -> str:
        value = self.value.get(key)
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise self.refuse(key, _("A text belongs here."))
        if required and not value.strip():
            raise self.refuse(key, _("Write something here."))
        return value

    def flag(self, key: str) -> bool:
        value = self.value.get(key, False)
        if not isinstance(value, bool):
            raise self.refuse(key, _("Use true or false."))
        return value

    def number(self, key: str) -> float:
        """A number, or a text that is one, as Meta takes degrees."""
        value = self.value.get(key)
        try:
            found = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else math.nan
        except (ValueError, OverflowError):
            found = math.nan
        if not math.isfinite(found):
            raise self.refuse(key, _("A number belongs here."))
        return found

    def whole(self, key: str) -> int | None:
        """A whole number, or a text of digits; None where there is none."""
        if not self.has(key):
            return None
        value = str(self.value[key])
        if isinstance(self.value[key], bool) or not _is_whole(value):
            raise self.refuse(key, _("A whole number belongs here."))
        return int(value)

    def choice(self, key: str, allowed: Mapping[str, T]) -> T:
        """What ``allowed`` holds for the posted word, whose case does not count."""
        word = self.text(key, required=True).lower()
        if word not in allowed:
            raise self.refuse(key, _("Use one of these types: %(types)s.") % {"types": ", ".join(allowed)})
        return allowed[word]

    def object(self, key: str) -> "Posted":
        return Posted(self.value.get(key), self.at(key))

    def optional(self, key: str) -> "Posted | None":
        return self.object(key) if self.has(key) else None

    def inside(self, key: str, name: str) -> str:
        """The text ``name`` of an object that may be missing."""
        found = self.optional(key)
        return found.text(name) if found else ""

    def data(self, key: str) -> dict[str, Any] | None:
        """Free JSON of the tenant's own."""
        return dict(self.object(key).value) if self.has(key) else None

    def objects(self, key: str) -> Iterator["Posted"]:
        items = self.value.get(key) or []
        if not isinstance(items, list) or len(items) > MOST_ITEMS:
            raise self.refuse(key, _("A list belongs here."))
        for i, item in enumerate(items):
            yield Posted(item, self.at(f"{key}.{i}"))

    def each(self, key: str, read: Callable[["Posted"], T]) -> tuple[T, ...]:
        return tuple(read(item) for item in self.objects(key))


def _is_whole(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) <= 15
