"""The form in which job rows keep content: ``{"type": "text" | "template" | "interactive", …}``."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from whatsapp.content.values import ButtonParameter, Buttons, Content, Parameter, ReplyButton, Template, Text


def to_json(content: Content) -> dict[str, Any]:
    """The row's form, as JSON gives it back (lists, no tuples); ``from_json`` reads it."""
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(content).items()}
    return {"type": content.type, **values}


def from_json(data: Mapping[str, Any]) -> Content:
    """Content from its row's form; ValueError for what this version does not know."""
    try:
        return _read(dict(data))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"content that cannot be read: {error}") from error


def _read(values: dict[str, Any]) -> Content:
    match values.pop("type", None):
        case "text":
            return Text(**values)
        case "interactive":
            buttons = tuple(ReplyButton(**button) for button in values.pop("buttons"))
            return Buttons(buttons=buttons, **values)
        case "template":
            body, header = (tuple(Parameter(**p) for p in values.pop(part, ())) for part in ("body", "header"))
            values_of_buttons = tuple(ButtonParameter(**p) for p in values.pop("buttons", ()))
            return Template(body=body, header=header, buttons=values_of_buttons, **values)
        case unknown:
            raise ValueError(f"unknown content type {unknown!r}")
