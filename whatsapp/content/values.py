"""The kinds of content, as frozen values."""

from dataclasses import dataclass


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
