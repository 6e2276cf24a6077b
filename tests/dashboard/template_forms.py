"""What a browser sends from the template editor."""

from dataclasses import fields
from typing import Any

from dashboard.editor import definitions
from dashboard.editor.typed import EXAMPLE, Draft


def form_of(draft: Draft, **values: str) -> dict[str, str]:
    """``draft`` as the editor's form posts it; boxes without a tick are not sent."""
    sent = _sent(draft, "") | {"buttons": str(len(draft.buttons))}
    for i, button in enumerate(draft.buttons):
        sent |= _sent(button, f"buttons.{i}.")
    sent |= {EXAMPLE + key: value for key, value in draft.examples.items()}
    return sent | values


def form_of_payload(payload: dict[str, Any], **values: str) -> dict[str, str]:
    return form_of(definitions.draft_of(payload), **values)


def _sent(held: Any, prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in fields(held):
        value = getattr(held, one.name)
        if value is True:
            found[prefix + one.name] = "1"
        elif isinstance(value, str):
            found[prefix + one.name] = value
    return found
