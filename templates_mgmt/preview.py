"""A template as the customer reads it."""

from collections.abc import Mapping

from templates_mgmt.models import MessageTemplate
from templates_mgmt.structure import fill, text_of

HEADER_PREFIX = "header."


def text(template: MessageTemplate, values: Mapping[str, str]) -> str:
    """Header, body and footer with ``values`` (by placeholder key) filled in; one without value stays ``{{1}}``."""
    in_header = {
        key.removeprefix(HEADER_PREFIX): value for key, value in values.items() if key.startswith(HEADER_PREFIX)
    }
    parts = (
        fill(text_of(template.components, "HEADER"), in_header),
        fill(text_of(template.components, "BODY"), values),
        text_of(template.components, "FOOTER"),
    )
    return "\n\n".join(filter(None, parts))
