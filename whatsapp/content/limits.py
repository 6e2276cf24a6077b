"""Meta's limits, checked before a call. Paths are those of Meta's request body, so that both speak of one field."""

import re

from django.utils.translation import gettext as _

from whatsapp.content.values import ButtonParameter, Buttons, Content, Parameter, Template, Text
from whatsapp.errors import InvalidContent

TEXT_LIMIT = 4096
INTERACTIVE_BODY_LIMIT = 1024
HEADER_LIMIT = 60
FOOTER_LIMIT = 60
BUTTON_TITLE_LIMIT = 20
BUTTON_ID_LIMIT = 256
BUTTONS_LIMIT = 3
TEMPLATE_BODY_LIMIT = 1024
URL_SUFFIX_LIMIT = 2000
TEMPLATE_BUTTONS_LIMIT = 10

TEMPLATE_NAME = re.compile(r"[a-z0-9_]{1,512}")
LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z]{2,4})?")
UNSENDABLE = re.compile("[\x00\ud800-\udfff]")
LINE_BREAKS = re.compile(r"[\n\r\t\x0b\x0c\x85\u2028\u2029]")
MANY_SPACES = re.compile(r" {5,}")


def check(content: Content) -> None:
    """Raises InvalidContent when ``content`` is outside Meta's limits."""
    problems = {path: sentence for path, sentence in _problems(content).items() if sentence}
    if problems:
        raise InvalidContent(problems)


def variable_text(value: str) -> str:
    """``value`` as a template variable may hold it: one line, no tab, at most four spaces in a row."""
    lines = (line.strip() for line in LINE_BREAKS.split(UNSENDABLE.sub("", value)))
    return MANY_SPACES.sub("    ", " ".join(filter(None, lines)))


def _problems(content: Content) -> dict[str, str]:
    match content:
        case Text():
            return {"text.body": _length(content.body, TEXT_LIMIT)}
        case Buttons():
            return _interactive(content)
    return _template(content)


def _interactive(content: Buttons) -> dict[str, str]:
    buttons = "interactive.action.buttons"
    problems = {
        "interactive.body.text": _length(content.body, INTERACTIVE_BODY_LIMIT),
        "interactive.header.text": _length(content.header, HEADER_LIMIT, required=False),
        "interactive.footer.text": _length(content.footer, FOOTER_LIMIT, required=False),
        buttons: _button_set(content),
    }
    for i, button in enumerate(content.buttons):
        problems[f"{buttons}.{i}.reply.title"] = _length(button.title, BUTTON_TITLE_LIMIT)
        problems[f"{buttons}.{i}.reply.id"] = _length(button.id, BUTTON_ID_LIMIT)
    return problems


def _button_set(content: Buttons) -> str:
    if not 1 <= len(content.buttons) <= BUTTONS_LIMIT:
        return _("Use one to three buttons.")
    if len({button.title.strip() for button in content.buttons}) != len(content.buttons):
        return _("Two buttons have the same title.")
    if len({button.id for button in content.buttons}) != len(content.buttons):
        return _("Two buttons have the same id.")
    return ""


def _template(content: Template) -> dict[str, str]:
    return {
        "template.name": "" if TEMPLATE_NAME.fullmatch(content.name) else _("Name the template as Meta knows it."),
        "template.language": (
            "" if LANGUAGE.fullmatch(content.language) else _("Name the template's language, for example pt_BR.")
        ),
        **_parameters("header", content.header, HEADER_LIMIT),
        **_parameters("body", content.body, TEMPLATE_BODY_LIMIT),
        "template.buttons": "" if len(content.buttons) <= TEMPLATE_BUTTONS_LIMIT else _("Use at most ten buttons."),
        **{f"template.buttons.{i}": _template_button(button) for i, button in enumerate(content.buttons)},
    }


def _parameters(part: str, parameters: tuple[Parameter, ...], limit: int) -> dict[str, str]:
    named = [parameter.name for parameter in parameters if parameter.name]
    problems = {f"template.{part}.{i}": _variable(parameter.text, limit) for i, parameter in enumerate(parameters)}
    if named and (len(named) != len(parameters) or len(set(named)) != len(named)):
        problems[f"template.{part}"] = _("Name all variables, each once, or none of them.")
    return problems


def _template_button(button: ButtonParameter) -> str:
    if not 0 <= button.index < TEMPLATE_BUTTONS_LIMIT:
        return _("A button's index is from 0 to 9.")
    return _length(button.value, URL_SUFFIX_LIMIT if button.sub_type == "url" else BUTTON_ID_LIMIT)


def _length(value: str, limit: int, *, required: bool = True) -> str:
    if required and not value.strip():
        return _("Write something here.")
    if len(value) > limit:
        return _("At most %(limit)d characters; this has %(length)d.") % {"limit": limit, "length": len(value)}
    return _("This holds a character that cannot be sent.") if UNSENDABLE.search(value) else ""


def _variable(value: str, limit: int) -> str:
    if not value.strip():
        return _("A variable of the template has no value.")
    if LINE_BREAKS.search(value) or MANY_SPACES.search(value):
        return _("A template's variable takes no line break, tab or five spaces in a row.")
    return _length(value, limit)
