"""Meta's limits, checked before a call. Paths are those of Meta's request body, so that both speak of one field."""

from django.utils.translation import gettext as _

from whatsapp.content.limits.interactive import INTERACTIVE_BODY_LIMIT, interactive
from whatsapp.content.limits.lengths import BUTTON_ID_LIMIT, Problems, unsendable
from whatsapp.content.limits.plain import TEXT_LIMIT, plain
from whatsapp.content.limits.template import template, variable_text
from whatsapp.content.values import Content, Interactive, Template
from whatsapp.errors import InvalidContent

__all__ = [
    "BUTTON_ID_LIMIT",
    "INTERACTIVE_BODY_LIMIT",
    "TEXT_LIMIT",
    "check",
    "check_recipient",
    "variable_text",
]


def check(content: Content) -> None:
    """Raises InvalidContent when ``content`` is outside Meta's limits."""
    problems = {path: sentence for path, sentence in _problems(content).items() if sentence}
    if problems := problems or unsendable(content, content.type):
        raise InvalidContent(problems)


def check_recipient(content: Content, *, has_phone: bool) -> None:
    """Raises InvalidContent for what Meta sends to phones only: codes for signing in (its error 131062)."""
    if isinstance(content, Template) and content.is_authentication and not has_phone:
        raise InvalidContent({"to": _("A template of authentication goes to a phone only; ask for the number.")})


def _problems(content: Content) -> Problems:
    if isinstance(content, Template):
        return template(content)
    return interactive(content) if isinstance(content, Interactive) else plain(content)
