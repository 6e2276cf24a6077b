"""Subscribers that failed on an event whose rows are done: each is tried again alone, until a person must act."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from tenants import connections
from whatsapp import dispatch, people
from whatsapp.events import MessageEchoed, MessageReceived, StatusChanged
from whatsapp.models import HandlerFailure, Message, WebhookEvent
from whatsapp.outcomes import BACKOFF, MAX_ATTEMPTS, Outcome, incoming_of, parse

FAILURES_LIMIT = 100
WITH_A_MESSAGE = (MessageReceived, MessageEchoed, StatusChanged)


def retry_failures(now: datetime) -> int:
    """Runs the subscribers that failed on events whose core rows are done; answers how many were tried."""
    due = list(_claim_failures(now))
    for failure in due:
        with transaction.atomic(durable=True):
            _retry(failure, now)
    return len(due)


def _claim_failures(now: datetime) -> Sequence[HandlerFailure]:
    """Counts an attempt and sets the next one before it is made, so that one that kills the process is counted too."""
    with transaction.atomic(durable=True):
        due = HandlerFailure.objects.filter(due_at__lte=now).order_by("due_at").select_for_update(skip_locked=True)
        failures = list(due[:FAILURES_LIMIT])
        for failure in failures:
            failure.attempts += 1
            is_last = failure.attempts >= MAX_ATTEMPTS
            failure.due_at = None if is_last else now + timedelta(seconds=BACKOFF[failure.attempts - 1])
        HandlerFailure.objects.bulk_update(failures, ["attempts", "due_at"])
    return failures


def _retry(failure: HandlerFailure, now: datetime) -> None:
    row = failure.event
    outcome = Outcome(row, owner=row.number or connections.resolve_waba(row.entry_id))
    event = parse(outcome)
    handler = dispatch.subscribers(type(event)).get(failure.handler)
    if outcome.owner is None or handler is None:
        return  # kept for a person: nobody owns it now, or the subscriber is gone
    incoming = incoming_of(row, event, outcome.owner)
    incoming.message = _message_of(event, row)
    with transaction.atomic():
        people.meet([incoming], now)
    if error := dispatch.run(handler, [incoming], now).get(row.pk):
        HandlerFailure.objects.filter(pk=failure.pk).update(error=error)
    else:
        failure.delete()


def _message_of(event: Any, row: WebhookEvent) -> Message | None:
    if not isinstance(event, WITH_A_MESSAGE):
        return None
    rows = Message.objects.select_related("contact", "conversation__window_message")
    return rows.filter(number=row.number_id, provider_message_id=event.message_id).first()
