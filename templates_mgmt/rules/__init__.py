"""Meta's rules for templates, as small checks over Meta's own creation payload. Pure: no rows, no wire.

::

    check(template)                 everything that Meta would refuse of a new template
    check_edit(old, new, ...)       what an edit may not do, and how often a template may be edited
    check_creation(...)             how many templates an account may make

Each answers a list of ``Problem``: a code, the field it speaks of and a sentence. The form, the API, the commands and
the import share the fields' paths: ``name``, ``body.text``, ``header.example``, ``buttons.1.url``,
``carousel.cards.0.body.text``.

Where Meta's documentation is silent or contradicts itself the stricter reading stands here: a template that waits a
day for its review and is refused costs more than a sentence beside the field.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from templates_mgmt.rules import (
    authentication,
    body,
    button_kinds,
    buttons,
    carousel,
    frame,
    header,
    offer,
    shape,
)
from templates_mgmt.rules.draft import Draft
from templates_mgmt.rules.limits import KEPT, EditsLeft, check_creation, check_edit, edits_left
from templates_mgmt.rules.problems import SENTENCES, Problem

__all__ = [
    "KEPT",
    "RULES",
    "SENTENCES",
    "SHAPE",
    "EditsLeft",
    "Problem",
    "check",
    "check_creation",
    "check_edit",
    "edits_left",
]

SHAPE = shape.CODES

Rule = Callable[[Draft], Iterable[Problem]]

RULES: tuple[Rule, ...] = (
    *(frame.name, frame.language, frame.category, frame.parameter_format, frame.time_to_live),
    *(header.format_, header.text, header.media),
    *(body.presence, body.text, body.footer),
    *(buttons.counts, buttons.order, buttons.texts, buttons.kinds),
    *(button_kinds.addresses, button_kinds.phones, button_kinds.codes, button_kinds.flows),
    *(authentication.fixed_words, authentication.button, authentication.apps, authentication.elsewhere),
    *(carousel.place, carousel.cards, carousel.alike),
    *(offer.place, offer.line, offer.buttons),
)


def check(template: Mapping[str, Any]) -> list[Problem]:
    """What Meta would refuse of ``template``, a creation payload (``name``, ``language``, ``category``,
    ``parameter_format``, ``components``, ``message_send_ttl_seconds``); empty where it would take it.

    A payload that cannot be read as one is answered with that alone.
    """
    if broken := list(shape.check(template)):
        return broken
    draft = Draft.read(template)
    return [problem for rule in RULES for problem in rule(draft)]
