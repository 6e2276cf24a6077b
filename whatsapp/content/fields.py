"""The fields of content's dataclasses, looked up once a class: every message that is sent asks for them."""

from dataclasses import fields, is_dataclass

_known: dict[type, tuple[str, ...] | None] = {}


def names(kind: type) -> tuple[str, ...] | None:
    """In their order; None for what is no dataclass."""
    if kind not in _known:
        _known[kind] = tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
    return _known[kind]
