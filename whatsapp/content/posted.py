"""Content as a tenant's system posts it: Meta's own shapes, read strictly, every mistake named by its path."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from whatsapp.content.limits import check
from whatsapp.content.values import ButtonParameter, Buttons, Content, Parameter, ReplyButton, Template, Text
from whatsapp.errors import InvalidContent

BUTTON_VALUE = {"quick_reply": "payload", "url": "text"}  # sub_type -> the parameter's type, and its key


def from_api(data: Mapping[str, Any]) -> Content:
    """The content of a posted message; InvalidContent names each wrong field.

    ``{"type": "text", "text": {"body", "preview_url"?} | "…"}``,
    ``{"type": "template", "template": {"name", "language": "pt_BR" | {"code"}, "components"?: […]}}``,
    ``{"type": "interactive", "interactive": {"type": "button", "body": {"text"}, "action": {"buttons": […]}, …}}``
    with components and buttons as in Meta's Cloud API. Other keys of ``data`` are not looked at.
    """
    posted = _Posted(data, "")
    kind = posted.text("type", required=True)
    if kind not in TYPES:
        raise InvalidContent({"type": _("Use one of these types: %(types)s.") % {"types": ", ".join(TYPES)}})
    content = TYPES[kind](posted)
    check(content)
    return content


class _Posted:
    """A JSON object at a path; asks for a field's type and says what is wrong with it."""

    def __init__(self, value: Any, path: str) -> None:
        self.path = path
        if not isinstance(value, Mapping):
            raise InvalidContent({path: _("An object belongs here.")})
        self.value = value

    def at(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, sentence: str) -> InvalidContent:
        return InvalidContent({self.at(key): sentence})

    def text(self, key: str, *, required: bool = False) -> str:
        value = self.value.get(key, "")
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

    def object(self, key: str) -> "_Posted":
        return _Posted(self.value.get(key), self.at(key))

    def optional(self, key: str) -> "_Posted | None":
        return self.object(key) if self.value.get(key) is not None else None

    def objects(self, key: str) -> Iterator["_Posted"]:
        items = self.value.get(key) or []
        if not isinstance(items, list):
            raise self.refuse(key, _("A list belongs here."))
        for i, item in enumerate(items):
            yield _Posted(item, self.at(f"{key}.{i}"))


def _text(posted: _Posted) -> Text:
    if isinstance(posted.value.get("text"), str):
        return Text(posted.text("text"))
    text = posted.object("text")
    return Text(text.text("body", required=True), text.flag("preview_url"))


def _interactive(posted: _Posted) -> Buttons:
    message = posted.object("interactive")
    if message.text("type", required=True) != "button":
        raise message.refuse("type", _("Use one of these types: %(types)s.") % {"types": "button"})
    header, footer = message.optional("header"), message.optional("footer")
    if header and header.value.get("type", "text") != "text":
        raise header.refuse("type", _("Only a text can stand in the header."))
    return Buttons(
        body=message.object("body").text("text", required=True),
        buttons=tuple(_reply_button(button) for button in message.object("action").objects("buttons")),
        header=header.text("text") if header else "",
        footer=footer.text("text") if footer else "",
    )


def _reply_button(posted: _Posted) -> ReplyButton:
    if posted.text("type") not in {"", "reply"}:
        raise posted.refuse("type", _("Use one of these types: %(types)s.") % {"types": "reply"})
    reply = posted.object("reply")
    return ReplyButton(reply.text("id", required=True), reply.text("title", required=True))


def _template(posted: _Posted) -> Template:
    template = posted.object("template")
    language = template.value.get("language")
    parts: dict[str, list[Any]] = {"header": [], "body": [], "button": []}
    for component in template.objects("components"):
        kind = component.text("type", required=True).lower()
        if kind not in parts:
            raise component.refuse("type", _("Use one of these types: %(types)s.") % {"types": ", ".join(parts)})
        parts[kind] += [_button(component)] if kind == "button" else _variables(component)
    return Template(
        name=template.text("name", required=True),
        language=language if isinstance(language, str) else template.object("language").text("code", required=True),
        header=tuple(parts["header"]),
        body=tuple(parts["body"]),
        buttons=tuple(parts["button"]),
    )


def _variables(component: _Posted) -> list[Parameter]:
    found = []
    for parameter in component.objects("parameters"):
        if parameter.text("type", required=True) != "text":
            raise parameter.refuse("type", _("Use one of these types: %(types)s.") % {"types": "text"})
        found.append(Parameter(parameter.text("text", required=True), parameter.text("parameter_name")))
    return found


def _button(component: _Posted) -> ButtonParameter:
    sub_type = component.text("sub_type", required=True).lower()
    if sub_type not in BUTTON_VALUE:
        types = ", ".join(BUTTON_VALUE)
        raise component.refuse("sub_type", _("Use one of these types: %(types)s.") % {"types": types})
    index = str(component.value.get("index", ""))
    if not (index.isascii() and index.isdigit() and len(index) == 1):
        raise component.refuse("index", _("A button's index is from 0 to 9."))
    parameters = list(component.objects("parameters"))
    if len(parameters) != 1:
        raise component.refuse("parameters", _("A button takes one parameter."))
    return ButtonParameter(int(index), sub_type, parameters[0].text(BUTTON_VALUE[sub_type], required=True))


TYPES: dict[str, Callable[[_Posted], Content]] = {"text": _text, "template": _template, "interactive": _interactive}
