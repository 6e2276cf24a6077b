"""Meta's bodies as others collected them: aimed at our number, each with wamids of its own, and what each leaves."""

import json
import os
from pathlib import Path
from typing import Any

from django.utils import timezone

from tenants.models import Consent
from tests.whatsapp.meta_bodies import NUMBER_ID, WABA_ID, post, process_all
from whatsapp.models import (
    AccountNotice,
    BookEntry,
    Message,
    MessageStatus,
    Reaction,
    Revision,
    WebhookEvent,
)

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = Path(os.environ.get("RECADO_SHARED", ROOT.parent / "shared")) / "meta" / "payloads"
OURS = {"phone_number_id": NUMBER_ID, "waba_id": WABA_ID}
WAMIDS = ("wamid", "wacid", "external_id")


def aimed(node: Any, mark: str, key: str = "") -> Any:
    """The body aimed at our number and account; examples share their message ids, these do not."""
    if isinstance(node, dict):
        return {name: OURS.get(name) or aimed(value, mark, name) for name, value in node.items()}
    if isinstance(node, list):
        entries = key == "entry"
        return [aimed(each | {"id": WABA_ID} if entries and isinstance(each, dict) else each, mark) for each in node]
    return f"{node}.{mark}" if isinstance(node, str) and node.startswith(WAMIDS) else node


def left_behind(path: Path) -> list[str]:
    """Posts a body, processes it, and says in words what there is: rows, and why an event had no effect."""
    assert post(aimed(json.loads(path.read_text()), path.stem)).status_code == 200
    process_all(timezone.now())
    return sorted(say(row) for model, say in SAID.items() for row in model._default_manager.all())


def _of_message(row: Message) -> str:
    extra = " of nobody" if row.contact_id is None else " outside conversations" if row.conversation_id is None else ""
    return f"{row.origin} {row.direction} {row.type}{extra}"


SAID = {
    Message: _of_message,
    MessageStatus: lambda row: f"status {row.status}",
    Reaction: lambda row: f"reaction {row.emoji or 'taken back'}",
    Revision: lambda row: f"{row.kind}",
    Consent: lambda row: f"{row.category} {row.decision}",
    AccountNotice: lambda row: f"notice {row.field} {row.word}",
    BookEntry: lambda row: f"book {'removed' if row.is_removed else row.name}",
    WebhookEvent: lambda row: f"{row.state} {row.note}".strip(),
}
