"""What stored events say: whose each is, what its slice tells, and how it leaves the batch where nothing follows."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from tenants.models import PhoneNumber
from whatsapp import dispatch, notes
from whatsapp.dispatch import Incoming
from whatsapp.events import (
    OF_A_NUMBER,
    HistoryChunk,
    MessageEchoed,
    MessageReceived,
    NotUnderstood,
    PlatformReported,
    StatusChanged,
)
from whatsapp.models import WebhookEvent
from whatsapp.owners import Owner, Owners
from whatsapp.providers import get_provider

# When an event, or a subscriber that failed on one, is looked at again after attempt 1, 2 …; then a person must act.
BACKOFF = (10, 30, 120, 600, 3600)  # seconds
MAX_ATTEMPTS = len(BACKOFF)

State = WebhookEvent.State


@dataclass
class Outcome:
    """How an event leaves the batch; written by one statement for all."""

    row: WebhookEvent
    state: str = State.PROCESSED
    note: str = ""
    error: str = ""
    owner: Owner | None = None
    parser_version: int = 0

    @property
    def tenant_id(self) -> str:
        """Empty where nobody owns it."""
        return str(self.owner.tenant_id) if self.owner else ""

    def fail(self, error: str) -> None:
        """To be tried again at its due time, or a dead letter after the last attempt."""
        self.state = State.FAILED if self.row.attempts >= MAX_ATTEMPTS else State.NEW
        self.error = error


def read(outcomes: Collection[Outcome]) -> list[Incoming[Any]]:
    """Parsed events with their owners; the others have their outcome already."""
    owners = Owners([outcome.row for outcome in outcomes])
    for outcome in outcomes:
        outcome.owner = owners.of(outcome.row)
    parsed = [(outcome, event) for outcome in outcomes if (event := parse(outcome)) is not None]
    senders = owners.of_messages((each.row, event) for each, event in parsed if isinstance(event, StatusChanged))
    for outcome in outcomes:
        outcome.owner = senders.get(outcome.row.pk, outcome.owner)
    wanted = (outcome for outcome in parsed if _is_to_dispatch(outcome[1], outcome[0]))
    return [incoming_of(outcome.row, event, outcome.owner) for outcome, event in wanted]


def parse(outcome: Outcome) -> Any:
    """The event, or NotUnderstood; None when our own parser failed, which is the event's failure."""
    provider = get_provider(outcome.row.provider)
    outcome.parser_version = provider.parser_version
    try:
        return provider.parse(_payload(outcome.row), outcome.row.received_at)
    except Exception as error:
        outcome.fail(dispatch.as_text(error))
        return None


def _payload(row: WebhookEvent) -> dict[str, Any]:
    """The slice; empty where there is none to read (a body kept whole, nesting too deep for us)."""
    try:
        return json.loads(row.payload)
    except (ValueError, RecursionError):
        return {}


def _is_to_dispatch(event: Any, outcome: Outcome) -> bool:
    """Sets aside what nobody owns yet, and what this version does not understand or use."""
    row, note = outcome.row, _note(event, outcome.row)
    if outcome.owner is None and (row.phone_number_id or not note):
        outcome.state, outcome.note = State.WAITING, "unknown_number" if row.phone_number_id else "unknown_account"
        return False
    if note:
        outcome.state, outcome.note = State.IGNORED, note
        return False
    if isinstance(event, MessageReceived | MessageEchoed) and not event.is_known:  # shown, and parsed again later
        outcome.state, outcome.note = State.IGNORED, notes.UNKNOWN_TYPE
    if isinstance(event, HistoryChunk) and event.left_out:
        outcome.note = notes.LEFT_OUT
    return True


def _note(event: Any, row: WebhookEvent) -> str:
    """Why the event has no effect; empty when it has one."""
    if isinstance(event, NotUnderstood):
        return event.note
    if isinstance(event, PlatformReported):
        return notes.of_problem(event.errors[0].code if event.errors else None)
    if isinstance(event, OF_A_NUMBER) and not row.phone_number_id:
        return notes.BROKEN
    return "" if dispatch.is_handled(type(event)) else notes.ON_PURPOSE


def incoming_of(row: WebhookEvent, event: Any, owner: Owner | None) -> Incoming[Any]:
    assert owner is not None  # noqa: S101 - what nobody owns was set aside
    if isinstance(owner, PhoneNumber):
        return Incoming(event, row, owner.tenant, number=owner, account=owner.account)
    return Incoming(event, row, owner.tenant, account=owner)
