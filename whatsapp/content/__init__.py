"""What can be sent, whoever the provider is: frozen values, Meta's limits, and their JSON forms.

``check(content)`` raises InvalidContent with a translated sentence for each field out of its limits. ``to_json`` and
``from_json`` are what job rows keep; ``from_api`` reads what a tenant's system posts, in Meta's own shape; ``readable``
is what a person reads of it in a conversation.

Not here: payments (``order_details``, ``order_status``), India's ``address_message``, and messages to groups.
"""

from whatsapp.content import values
from whatsapp.content.limits import (
    BUTTON_ID_LIMIT,
    INTERACTIVE_BODY_LIMIT,
    TEXT_LIMIT,
    check,
    check_recipient,
    variable_text,
)
from whatsapp.content.posted import TYPES, from_api
from whatsapp.content.stored import from_json, to_json
from whatsapp.content.values import *  # noqa: F403 - its __all__ is the list of the kinds of content
from whatsapp.content.wording import readable

__all__ = [
    "BUTTON_ID_LIMIT",
    "INTERACTIVE_BODY_LIMIT",
    "TEXT_LIMIT",
    "TYPES",
    "check",
    "check_recipient",
    "from_api",
    "from_json",
    "readable",
    "to_json",
    "variable_text",
]
__all__ += values.__all__
