"""Whether a payload can be read as a template at all: the kinds of its values, the components that Meta knows."""

from collections.abc import Iterator, Mapping
from typing import Any

from templates_mgmt.rules.problems import Problem

TOP_TEXTS = ("name", "language", "category", "parameter_format")
TEXTS = ("text", "format", "url", "phone_number", "otp_type", "autofill_text", "flow_id", "flow_name", "flow_json")
LISTS = ("buttons", "cards", "supported_apps")
COMPONENTS = frozenset({"HEADER", "BODY", "FOOTER", "BUTTONS", "CAROUSEL", "LIMITED_TIME_OFFER"})
OF_A_CARD = frozenset({"HEADER", "BODY", "BUTTONS"})
CODES = frozenset({"not_text", "not_objects", "component_unknown", "component_twice"})


def check(template: Mapping[str, Any]) -> Iterator[Problem]:
    yield from (Problem("not_text", name) for name in TOP_TEXTS if not _is_text(template.get(name)))
    yield from _components(template.get("components"), "components", "", COMPONENTS)


def _components(items: Any, field: str, path: str, known: frozenset[str]) -> Iterator[Problem]:
    """``field`` is blamed where there is no list, ``path`` begins the fields of what is in it."""
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        yield Problem("not_objects", field)
        return
    kinds = [str(item.get("type", "")).upper() for item in items]
    yield from (Problem("component_unknown", field, {"type": kind or "?"}) for kind in kinds if kind not in known)
    twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
    yield from (Problem("component_twice", field, {"type": kind}) for kind in twice)
    for kind, item in zip(kinds, items, strict=True):
        yield from _values(item, f"{path}.{kind.lower()}" if path else kind.lower())


def _values(item: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """The values of a component, and of what lies in it."""
    yield from (Problem("not_text", f"{path}.{name}") for name in TEXTS if not _is_text(item.get(name)))
    for name in LISTS:
        inner = path if name == "buttons" else f"{path}.{name}"
        yield from _entries(item.get(name), name, inner)


def _entries(entries: Any, name: str, path: str) -> Iterator[Problem]:
    if entries is None:
        return
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        yield Problem("not_objects", path)
        return
    for i, entry in enumerate(entries):
        if name == "cards":
            yield from _components(entry.get("components"), f"{path}.{i}", f"{path}.{i}", OF_A_CARD)
        else:
            yield from _values(entry, f"{path}.{i}")


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)
