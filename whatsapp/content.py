"""What can be sent, whoever the provider is: frozen values with Meta's limits, and their JSON form.

``check(content)`` raises InvalidContent with a translated sentence for each field out of its limits. ``to_json`` and
``from_json`` are what job rows keep: ``{"type": "text" | "template" | "interactive", …}``.
"""

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from whatsapp.errors import InvalidContent

TEXT_LIMIT = 4096
INTERACTIVE_BODY_LIMIT = 1024
HEADER_LIMIT = 60
FOOTER_LIMIT = 60
BUTTON_TITLE_LIMIT = 20
BUTTON_ID_LIMIT = 256
BUTTONS_LIMIT = 3


@dataclass(frozen=True)
class Text:
    """Free text, allowed inside the customer service window only."""

    body: str
    preview_url: bool = False
    type = "text"


@dataclass(frozen=True)
class ReplyButton:
    """A quick-reply button; ``id`` comes back as the reply's payload."""

    id: str
    title: str


@dataclass(frozen=True)
class Buttons:
    """An interactive message of one to three quick-reply buttons; inside the window only."""

    body: str
    buttons: tuple[ReplyButton, ...]
    header: str = ""
    footer: str = ""
    type = "interactive"


@dataclass(frozen=True)
class Parameter:
    """The value of a template variable; ``name`` is empty for positional ones."""

    text: str
    name: str = ""


@dataclass(frozen=True)
class ButtonParameter:
    """The value of a template's button: a quick reply's payload, or the suffix of a URL."""

    index: int
    sub_type: str  # "quick_reply" | "url"
    value: str


@dataclass(frozen=True)
class Template:
    """An approved template with its values; ``preview`` is the text a person reads in the thread."""

    name: str
    language: str
    body: tuple[Parameter, ...] = ()
    header: tuple[Parameter, ...] = ()
    buttons: tuple[ButtonParameter, ...] = ()
    category: str = ""
    preview: str = ""
    type = "template"


Content = Text | Buttons | Template


def check(content: Content) -> None:
    """Raises InvalidContent when ``content`` is outside Meta's limits."""
    problems = {name: sentence for name, sentence in _problems(content).items() if sentence}
    if problems:
        raise InvalidContent(problems)


def _problems(content: Content) -> dict[str, str]:
    if isinstance(content, Text):
        return {"text.body": _length(content.body, TEXT_LIMIT)}
    if isinstance(content, Buttons):
        return _button_problems(content)
    return {
        "template.name": "" if content.name else _("Name the template."),
        "template.language": "" if content.language else _("Name the template's language, for example pt_BR."),
        **{f"template.body.{i}": _variable(p.text) for i, p in enumerate(content.body)},
        **{f"template.header.{i}": _variable(p.text) for i, p in enumerate(content.header)},
    }


def _button_problems(content: Buttons) -> dict[str, str]:
    titles = [button.title for button in content.buttons]
    problems = {
        "interactive.body": _length(content.body, INTERACTIVE_BODY_LIMIT),
        "interactive.header": _length(content.header, HEADER_LIMIT, required=False),
        "interactive.footer": _length(content.footer, FOOTER_LIMIT, required=False),
        "interactive.buttons": "" if 1 <= len(titles) <= BUTTONS_LIMIT else _("Use one to three buttons."),
    }
    if len(set(titles)) != len(titles):
        problems["interactive.buttons"] = _("Two buttons have the same title.")
    for i, button in enumerate(content.buttons):
        problems[f"interactive.buttons.{i}.title"] = _length(button.title, BUTTON_TITLE_LIMIT)
        problems[f"interactive.buttons.{i}.id"] = _length(button.id, BUTTON_ID_LIMIT)
    return problems


def _length(value: str, limit: int, *, required: bool = True) -> str:
    if required and not value.strip():
        return _("Write something here.")
    if len(value) > limit:
        return _("At most %(limit)d characters; this has %(length)d.") % {"limit": limit, "length": len(value)}
    return "" if "\x00" not in value else _("This holds a character that cannot be sent.")


def _variable(value: str) -> str:
    if not value.strip():
        return _("A variable of the template has no value.")
    if "\n" in value or "\t" in value or "     " in value:
        return _("A template's variable takes no line break, tab or five spaces in a row.")
    return _length(value, INTERACTIVE_BODY_LIMIT)


def to_json(content: Content) -> dict[str, Any]:
    """The row's form; ``from_json`` reads it back."""
    return {"type": content.type, **asdict(content)}


def from_json(data: dict[str, Any]) -> Content:
    """Content from its row's form; ValueError for a type this version does not know."""
    values = {key: value for key, value in data.items() if key != "type"}
    match data.get("type"):
        case "text":
            return Text(**values)
        case "interactive":
            buttons = tuple(ReplyButton(**button) for button in values.pop("buttons"))
            return Buttons(buttons=buttons, **values)
        case "template":
            body, header = (tuple(Parameter(**p) for p in values.pop(part, ())) for part in ("body", "header"))
            buttons_ = tuple(ButtonParameter(**p) for p in values.pop("buttons", ()))
            return Template(body=body, header=header, buttons=buttons_, **values)
    raise ValueError(f"unknown content type {data.get('type')!r}")
