"""A template as somebody wrote it, read from Meta's creation payload whose shape was checked (``shape``)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MEDIA_FORMATS = frozenset({"IMAGE", "VIDEO", "DOCUMENT", "GIF"})


@dataclass(frozen=True)
class Part:
    """A component, a button or an app, and where it stands: ``path`` begins its fields' paths (``buttons.1``)."""

    path: str
    data: Mapping[str, Any]

    def field(self, name: str) -> str:
        return f"{self.path}.{name}"

    def text(self, name: str = "text") -> str:
        """The text under ``name``, empty where there is none."""
        value = self.data.get(name)
        return value if isinstance(value, str) else ""

    def word(self, name: str = "type") -> str:
        """One of Meta's words, in capitals: it takes both spellings."""
        return self.text(name).upper()

    def objects(self, name: str) -> "list[Part]":
        """The objects of the list under ``name``, each with its own path."""
        items = self.data.get(name)
        items = items if isinstance(items, Sequence) and not isinstance(items, str) else ()
        path = self.path if name == "buttons" else self.field(name)
        return [Part(f"{path}.{i}", item) for i, item in enumerate(items) if isinstance(item, Mapping)]


@dataclass(frozen=True)
class Parts:
    """The components of a template, or of one card of a carousel, by type."""

    path: str
    by_type: Mapping[str, Part]

    @classmethod
    def read(cls, components: Any, path: str = "") -> "Parts":
        found = (Part("", item) for item in components if isinstance(item, Mapping))
        by_type = {item.word(): Part(_join(path, item.word().lower()), item.data) for item in found}
        return cls(path, by_type)

    def get(self, kind: str) -> Part | None:
        return self.by_type.get(kind)

    @property
    def header_format(self) -> str:
        """TEXT where a header names none; empty without a header."""
        header = self.get("HEADER")
        return (header.word("format") or "TEXT") if header else ""

    @property
    def buttons(self) -> list[Part]:
        part = self.get("BUTTONS")
        return part.objects("buttons") if part else []


@dataclass(frozen=True)
class Draft:
    """A whole template; ``ttl`` as it was given, None where it was not."""

    name: str
    language: str
    category: str
    parameter_format: str
    ttl: Any
    parts: Parts
    cards: list[Parts] = field(default_factory=list)

    @classmethod
    def read(cls, template: Mapping[str, Any]) -> "Draft":
        top, parts = Part("", template), Parts.read(template["components"])
        carousel = parts.get("CAROUSEL")
        cards = carousel.objects("cards") if carousel else []
        return cls(
            name=top.text("name"),
            language=top.text("language"),
            category=top.word("category"),
            parameter_format=top.word("parameter_format") or "POSITIONAL",
            ttl=template.get("message_send_ttl_seconds"),
            parts=parts,
            cards=[Parts.read(card.data.get("components") or (), card.path) for card in cards],
        )

    @property
    def is_named(self) -> bool:
        return self.parameter_format == "NAMED"

    @property
    def is_authentication(self) -> bool:
        return self.category == "AUTHENTICATION"

    @property
    def written(self) -> list[Parts]:
        """The template itself and its cards, where somebody writes their words: Meta writes those of one-time codes."""
        return [] if self.is_authentication else [self.parts, *self.cards]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
