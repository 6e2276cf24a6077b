"""The form in which rows keep content: ``{"type": …, "form"?: …, field: value …}``, lists for tuples."""

import functools
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from whatsapp.content import fields
from whatsapp.content.values import (
    MASK,
    Contacts,
    Content,
    File,
    Interactive,
    Location,
    Reaction,
    Secret,
    Template,
    Text,
)
from whatsapp.content.values.plain import FILE_KINDS

CLASSES: dict[str, type] = {
    **dict.fromkeys(FILE_KINDS, File),
    **{kind.type: kind for kind in (Text, Location, Contacts, Reaction, Template)},
}
FORMS: dict[str, type] = {kind.form: kind for kind in get_args(Interactive)}
OLDEST_FORM = "button"  # of rows from before there were others


def to_json(content: Content) -> dict[str, Any]:
    """The row's form, as JSON gives it back; ``from_json`` reads it. A Secret is masked: rows never get it."""
    form = {"form": content.form} if isinstance(content, Interactive) else {}
    return {"type": content.type, **form, **_plain(content)}


def from_json(data: Mapping[str, Any]) -> Content:
    """Content from its row's form; ValueError for what this version does not know."""
    values = dict(data)
    kind, form = values.pop("type", None), values.pop("form", OLDEST_FORM)
    wanted = FORMS.get(form) if kind == "interactive" else CLASSES.get(str(kind))
    if wanted is None:
        raise ValueError(f"unknown content type {kind!r} {form!r}")
    try:
        content: Content = _build(wanted, values)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"content that cannot be read: {error}") from error
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return MASK if isinstance(value, Secret) else value
    if (names := fields.names(type(value))) is not None:
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _build(wanted: Any, value: Any) -> Any:
    """``value`` as the annotated type has it; TypeError or KeyError where it is something else."""
    if isinstance(wanted, type) and is_dataclass(wanted):
        hints = _hints(wanted)
        return wanted(**{name: _build(hints[name], item) for name, item in value.items()})
    origin = get_origin(wanted)
    if origin in {Union, UnionType}:
        return _first(get_args(wanted), value)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError(f"{value!r} is no list")
        return tuple(_build(get_args(wanted)[0], item) for item in value)
    return _checked(origin or wanted, value)


def _first(alternatives: tuple[Any, ...], value: Any) -> Any:
    for wanted in alternatives:
        try:
            return _build(wanted, value)
        except (TypeError, KeyError, AttributeError):
            continue
    raise TypeError(f"{value!r} is none of {alternatives}")


def _checked(wanted: Any, value: Any) -> Any:
    allowed: Any = {float: (int, float), None: NoneType}.get(wanted, wanted)
    if not isinstance(value, allowed) or (isinstance(value, bool) and wanted is not bool):
        raise TypeError(f"{value!r} is no {wanted}")
    return value


@functools.cache
def _hints(wanted: type) -> dict[str, Any]:
    return get_type_hints(wanted)
