"""What can be sent, whoever the provider is: frozen values, Meta's limits, and their JSON forms.

``check(content)`` raises InvalidContent with a translated sentence for each field out of its limits. ``to_json`` and
``from_json`` are what job rows keep; ``from_api`` reads what a tenant's system posts, in Meta's own shape.
"""

from whatsapp.content.limits import BUTTON_ID_LIMIT, INTERACTIVE_BODY_LIMIT, TEXT_LIMIT, check, variable_text
from whatsapp.content.posted import TYPES, from_api
from whatsapp.content.stored import from_json, to_json
from whatsapp.content.values import ButtonParameter, Buttons, Content, Parameter, ReplyButton, Template, Text

__all__ = [
    "BUTTON_ID_LIMIT",
    "INTERACTIVE_BODY_LIMIT",
    "TEXT_LIMIT",
    "TYPES",
    "ButtonParameter",
    "Buttons",
    "Content",
    "Parameter",
    "ReplyButton",
    "Template",
    "Text",
    "check",
    "from_api",
    "from_json",
    "to_json",
    "variable_text",
]
