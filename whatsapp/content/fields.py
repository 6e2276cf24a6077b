"""The fields of content's dataclasses, looked up once a class: every message that is sent asks for them."""

import functools
from dataclasses import fields, is_dataclass


@functools.cache
def names(kind: type) -> tuple[str, ...] | None:
    """In their order; None for what is no dataclass."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None
