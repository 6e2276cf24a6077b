"""The notices that an appointment has: promised with it, moved with it, withdrawn with it.

Every function demands the transaction that changes the appointment.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import QuerySet

from notifications import queue, reminders, timeline
from notifications.kinds import values
from notifications.models import Appointment, NotificationJob
from notifications.texts import text
from templates_mgmt.models import TemplateMapping
from tenants import phones
from whatsapp import window
from whatsapp.content import Text, to_json
from whatsapp.models import Conversation

REMINDER = "appointment_reminder"
CANCELLATION = "appointment_canceled"
WORTH_TELLING = ("starts_at", "place", "service")
State = NotificationJob.State
log = structlog.get_logger(__name__)


def announce(appointment: Appointment, *, now: datetime, actor: Any = None) -> None:
    """Promises the first notice and the reminders of a new booking, or of one whose customer is new to it."""
    _enqueue(appointment, reminders.FIRST_NOTICE, str(appointment.revision), scheduled_for=now, now=now, actor=actor)
    arrange_reminders(appointment, now=now)


def follow(appointment: Appointment, changes: dict[str, Any], *, now: datetime, actor: Any = None) -> None:
    """Lets the waiting notices of a changed booking carry its new values, and moves its reminders.

    ``changes`` maps a field to ``[before, after]`` and stands on each waiting notice's timeline. A customer who knows
    of the booking is told of what is WORTH_TELLING, where the company chose a template for that.
    """
    waiting = appointment.jobs.filter(kind__in=[*reminders.TELLING, REMINDER], state=State.PENDING)
    for job in waiting:
        timeline.write(job, "appointment_changed", now=now, actor=actor, changes=changes)
    queue.renew(waiting, revision=appointment.revision, now=now)
    if changes.keys() & set(WORTH_TELLING) and _must_be_told(appointment):
        key = str(appointment.revision)
        _enqueue(appointment, reminders.CHANGE_NOTICE, key, scheduled_for=now, now=now, actor=actor)
    arrange_reminders(appointment, now=now)


def arrange_reminders(appointment: Appointment, *, now: datetime) -> None:
    """One row for each (appointment, offset): moved while it waits, new after it went, ended where none is due."""
    for offset, answer in reminders.plan(appointment, now).items():
        waiting = _reminders(appointment, offset).filter(state=State.PENDING)
        if isinstance(answer, str):
            _drop_reminder(appointment, waiting, offset, answer, now)
        elif job := waiting.first():
            if job.scheduled_for != answer:
                queue.reschedule(job, answer, now)
        else:
            _enqueue(appointment, REMINDER, _reminder_key(appointment, offset), scheduled_for=answer, now=now)


def withdraw(appointment: Appointment, reason_code: str, *, now: datetime, actor: Any = None) -> int:
    """Ends every notice of the appointment that still waits; how many."""
    return queue.cancel(appointment.jobs.all(), reason_code=reason_code, actor=actor, now=now)


def is_first_notice_waiting(appointment: Appointment) -> bool:
    """Whether the customer was promised a first notice that did not go yet."""
    return appointment.jobs.filter(kind=reminders.FIRST_NOTICE, state=State.PENDING).exists()


def _must_be_told(appointment: Appointment) -> bool:
    """Whether the customer heard of the booking as it was, and nothing that waits says how it is now."""
    told = appointment.jobs.filter(kind__in=reminders.TELLING)
    heard = told.filter(state__in=[State.SENDING, State.UNCERTAIN, State.SENT]).exists()
    mapped = TemplateMapping.objects.for_tenant(appointment.tenant_id).filter(kind=reminders.CHANGE_NOTICE)
    return heard and not told.filter(state=State.PENDING).exists() and mapped.exists()


def tell_cancellation(
    appointment: Appointment, *, told: bool, origin: str, actor: Any, now: datetime
) -> NotificationJob:
    """Promises the notice of a cancellation, or, where it cannot go, ends it at once with the reason.

    ``told`` is whether the customer was told of the booking at all.
    """
    conversation, reason, detail = _way_to(appointment, now)
    if not told:
        reason, detail = "customer_not_told_yet", {}
    body = text(appointment.tenant, "cancellation_notice", **values.of_appointment(appointment))
    job = _enqueue(
        appointment,
        CANCELLATION,
        str(appointment.revision),
        scheduled_for=now,
        now=now,
        actor=actor,
        origin=origin,
        content=to_json(Text(body)),
        number=conversation.number if conversation else None,
    )
    if reason:
        queue.skip(job, reason_code=reason, now=now, **detail)
    return job


def _way_to(appointment: Appointment, now: datetime) -> tuple[Conversation | None, str, dict[str, Any]]:
    """The conversation in which the customer last wrote; else, or with its window closed, the reason and its facts."""
    try:
        with transaction.atomic():
            conversation = _latest_conversation(appointment)
            seen = window.of(conversation, now) if conversation else None
    except Exception as error:  # whatever broke, a cancellation must not: the operator is told instead
        log.exception("window_check_failed", appointment=appointment.pk)
        return None, "window_check_failed", {"error": type(error).__name__}
    if seen is None:
        return None, "window_no_inbound", {}
    at = {"last_inbound_at": seen.last_inbound_at.isoformat()} if seen.last_inbound_at else {}
    return conversation, "" if seen.open else f"window_{seen.reason}", at


def _latest_conversation(appointment: Appointment) -> Conversation | None:
    rows = Conversation.objects.filter(contact=appointment.contact_id, number__owned_until=None)
    return rows.exclude(window_opened_at=None).select_related("number").order_by("-window_opened_at").first()


def _drop_reminder(
    appointment: Appointment, waiting: QuerySet[NotificationJob], offset: timedelta, reason: str, now: datetime
) -> None:
    """Ends the reminder that waits; where none does, the first notice's timeline tells why there is none."""
    if queue.cancel(waiting, reason_code=reason, now=now):
        return
    first = appointment.jobs.filter(kind=reminders.FIRST_NOTICE).first()
    if first and not _reminders(appointment, offset).exists():
        timeline.write(first, "no_reminder", now=now, code=reason, minutes=int(offset.total_seconds() // 60))


def _reminders(appointment: Appointment, offset: timedelta) -> QuerySet[NotificationJob]:
    prefix = f"{REMINDER}:{appointment.pk}:{int(offset.total_seconds() // 60)}:"
    return appointment.jobs.filter(kind=REMINDER, dedupe_key__startswith=prefix)


def _reminder_key(appointment: Appointment, offset: timedelta) -> str:
    return f"{int(offset.total_seconds() // 60)}:{appointment.revision}"


def _enqueue(appointment: Appointment, kind: str, key: str, *, now: datetime, **values_: Any) -> NotificationJob:
    job, _created = queue.enqueue(
        tenant=appointment.tenant,
        kind=kind,
        dedupe_key=f"{kind}:{appointment.pk}:{key}",
        contact=appointment.contact,
        to=address(appointment),
        appointment=appointment,
        revision=appointment.revision,
        now=now,
        **values_,
    )
    return job


def address(appointment: Appointment) -> str:
    """Where the customer is reached: the address that Meta gave for this contact, else the phone as booked."""
    known = appointment.contact.address
    return phones.recipient(known) or appointment.customer_phone
