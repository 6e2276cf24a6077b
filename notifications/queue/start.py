"""Marks a group of leased jobs as being called, just before the calls: from here on a crash means "uncertain"."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import transaction

from notifications import timeline
from notifications.analytics import days
from notifications.candidates import Ready
from notifications.models import JobAttempt, JobEvent, NotificationJob
from tenants import flags, rows
from tenants.flags import Automation
from tenants.models import PhoneNumber
from whatsapp import conversations
from whatsapp.content import Template, readable, to_json
from whatsapp.models import Conversation, Message

CALL_LEASE = timedelta(seconds=90)  # well above the longest that a call may take
State = NotificationJob.State


@dataclass(frozen=True)
class Ticket:
    """One call to make: everything that the call and its recording need, and no secret."""

    job: NotificationJob
    attempt: int
    token: uuid.UUID
    message_id: int
    number: PhoneNumber
    body: dict[str, Any]
    automation: Automation
    is_redirected: bool


def start(group: Sequence[Ready], token: uuid.UUID, now: datetime) -> list[Ticket]:
    """Those of ``group`` that are still ours: sending, attempt n, with message, attempt row and timeline line.

    A kill switch thrown since the claim holds them; what somebody cancelled, or claimed anew, stays with him.
    """
    with transaction.atomic():
        ours = _still_ours(group, token)
        switches = flags.kill_switches({ready.job.tenant_id for ready in ours}, now)
        halted = [ready.job.pk for ready in ours if ready.job.tenant_id in switches]
        if halted:
            NotificationJob.objects.filter(pk__in=halted).update(leased_until=None)
        going = [ready for ready in ours if ready.job.tenant_id not in switches]
        messages = _messages(going, now)
        for ready, message in zip(going, messages, strict=True):
            _mark(ready, message, now)
        rows.update([ready.job for ready in going], _WRITTEN)
        rows.insert([_attempt(ready, token, now) for ready in going])
        rows.insert([line for ready in going for line in _lines(ready, now)])
        conversations.speak((message.conversation_id for message in messages), now)
    return [_ticket(ready, token) for ready in going]


_WRITTEN = [
    *("state", "attempts", "leased_until", "number", "message", "mode", "template_name", "template_language"),
    *("window", "reason_code", "reason_detail", "updated_at"),
]


def _still_ours(group: Sequence[Ready], token: uuid.UUID) -> list[Ready]:
    ids = [ready.job.pk for ready in group]
    leased = NotificationJob.objects.filter(pk__in=ids, state=State.PENDING, lease_token=token).order_by("pk")
    held = set(leased.select_for_update().values_list("pk", flat=True))
    return [ready for ready in group if ready.job.pk in held]


def _messages(going: Sequence[Ready], now: datetime) -> list[Message]:
    """A message row for each call, there before the call, so that an early status finds it.

    The row of a former attempt that was certainly not accepted is used again; after an unknown outcome it stays as it
    is, since a status may still come for it.
    """
    reusable, threads = _refused_before(going), _threads(going)
    days.note(reusable.values(), now)  # of another day from now on
    messages = [_message(ready, reusable.get(ready.job.pk), threads, now) for ready in going]
    fresh = [message for message in messages if message.pk is None]
    rows.insert(fresh)
    rows.update(list(reusable.values()), _MESSAGE_FIELDS)
    return messages


_MESSAGE_FIELDS = [
    *("number", "conversation", "client_ref", "address", "type", "text", "content", "occurred_at"),
    *("template_name", "template_language", "template_category", "context_message_id"),
]


def _refused_before(going: Sequence[Ready]) -> dict[uuid.UUID, Message]:
    again = {ready.job.pk: ready.job for ready in going if ready.job.attempts}
    if not again:
        return {}
    tried = JobAttempt.objects.filter(job__in=again, outcome=JobAttempt.Outcome.REFUSED).select_related("message")
    return {
        row.job_id: row.message
        for row in tried
        if row.attempt == again[row.job_id].attempts and row.message and row.message.provider_message_id is None
    }


def _threads(going: Sequence[Ready]) -> dict[tuple[int, int], Conversation]:
    """Each customer's own conversation, also when a test recipient gets the message."""
    own = {
        (r.number.pk, r.job.contact_id): r.thread for r in going if r.thread and r.thread.contact_id == r.job.contact_id
    }
    missing = [(r.number, r.job.contact) for r in going if (r.number.pk, r.job.contact_id) not in own]
    return own | (conversations.open_many(missing, state=Conversation.State.WAITING) if missing else {})


def _message(
    ready: Ready, message: Message | None, threads: Mapping[tuple[int, int], Conversation], now: datetime
) -> Message:
    job, content = ready.job, ready.content
    message = message or Message(tenant_id=job.tenant_id, contact=job.contact, origin=job.origin)
    message.direction = Message.Direction.OUTBOUND
    message.number = ready.number
    message.conversation = threads[ready.number.pk, job.contact_id]
    message.client_ref, message.occurred_at = ready.client_ref, now
    message.address = ready.to.removeprefix("+")
    message.type, message.text, message.content = content.type, readable(content), to_json(content)
    template = content if isinstance(content, Template) else None
    message.template_name = template.name if template else ""
    message.template_language = template.language if template else ""
    message.template_category = template.category if template else ""
    message.context_message_id = job.reply_to
    return message


def _mark(ready: Ready, message: Message, now: datetime) -> None:
    job, content = ready.job, ready.content
    job.state, job.attempts, job.leased_until = State.SENDING, job.attempts + 1, now + CALL_LEASE
    job.number, job.message, job.updated_at = ready.number, message, now
    job.mode = "template" if isinstance(content, Template) else "text"
    job.template_name, job.template_language = message.template_name, message.template_language
    job.reason_code, job.reason_detail = "", {}


def _attempt(ready: Ready, token: uuid.UUID, now: datetime) -> JobAttempt:
    job = ready.job
    return JobAttempt(
        job=job,
        number=ready.number,
        attempt=job.attempts,
        lease_token=token,
        client_ref=ready.client_ref,
        message=job.message,
        started_at=now,
    )


def _lines(ready: Ready, now: datetime) -> list[JobEvent]:
    """The attempt with its evidence, and that it went to the test recipient, where it did."""
    job = ready.job
    facts = {
        "attempt": job.attempts,
        "number": ready.number.display_phone_number,
        "mode": job.mode,
        "window": job.window,
    }
    if job.mode == "template":
        facts |= {"template": job.template_name, "language": job.template_language}
    lines = [timeline.draft(job, "number_choice", now=now, **ready.choice)] if ready.choice else []
    if ready.voice and job.mode == "template":
        lines.append(timeline.draft(job, "variant_choice", now=now, **ready.voice))
    lines.append(timeline.draft(job, "sending", now=now, **facts))
    if ready.is_redirected:
        lines.append(timeline.draft(job, "redirected", now=now, test_recipient=ready.to, to=job.to))
    return lines


def _ticket(ready: Ready, token: uuid.UUID) -> Ticket:
    job = ready.job
    return Ticket(
        job=job,
        attempt=job.attempts,
        token=token,
        message_id=cast(int, job.message_id),
        number=ready.number,
        body=ready.body,
        automation=ready.automation,
        is_redirected=ready.is_redirected,
    )
