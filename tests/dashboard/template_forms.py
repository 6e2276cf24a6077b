"""What a browser sends from the template editor."""

from dataclasses import fields
from typing import Any

from dashboard.editor import definitions
from dashboard.editor.typed import EXAMPLE, CardDraft, Draft


def form_of(draft: Draft, **values: str) -> dict[str, str]:
    """``draft`` as the editor's form posts it; boxes without a tick are not sent."""
    sent = _with_rows(draft, "") | {"cards": str(len(draft.cards))}
    for i, card in enumerate(draft.cards):
        sent |= _with_rows(card, f"cards.{i}.")
    return sent | values


def _with_rows(held: Draft | CardDraft, prefix: str) -> dict[str, str]:
    sent = _sent(held, prefix) | {f"{prefix}buttons": str(len(held.buttons))}
    for i, button in enumerate(held.buttons):
        sent |= _sent(button, f"{prefix}buttons.{i}.")
    return sent | {f"{prefix}{EXAMPLE}{key}": value for key, value in held.examples.items()}


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
