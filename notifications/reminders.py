"""When the reminders of an appointment go, and when there is none."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from notifications.models import Appointment, NotificationJob
from tenants import flags

REST_AFTER_NOTICE = timedelta(hours=6)
FIRST_NOTICE = "appointment_created"
CHANGE_NOTICE = "appointment_changed"
TELLING = (FIRST_NOTICE, CHANGE_NOTICE)  # how an appointment is
PLANNED_WAITS = ("quiet_hours", "holiday")  # they make no message late
FIRST_NOTICE_LATE_LIMIT = timedelta(hours=12)  # one that waited longer does not go any more
State = NotificationJob.State


def plan(appointment: Appointment, now: datetime) -> dict[timedelta, datetime | str]:
    """For each offset of the tenant: when its reminder goes, or the code of the reason why there is none.

    Reasons: ``too_close`` (inside the lead time, and less than the minimum remains), ``recently_told`` (the first
    notice goes less than 6 h before), ``another_reminder`` (of several that are late, only the last one goes).
    """
    offsets = flags.resolve(appointment.tenant).reminder_offsets
    late = [offset for offset in offsets if appointment.starts_at - offset <= now]
    told = told_at(appointment, now)
    return {offset: _time_or_reason(appointment, offset, late, told, now) for offset in offsets}


def _time_or_reason(
    appointment: Appointment, offset: timedelta, late: list[timedelta], told: datetime | None, now: datetime
) -> datetime | str:
    at = max(appointment.starts_at - offset, now)
    if offset in late and appointment.starts_at - now < settings.WHATSAPP_AUTOMATION_REMINDER_MIN_LEAD:
        return "too_close"
    if told and at - told < REST_AFTER_NOTICE:
        return "recently_told"
    if offset in late and offset != min(late):
        return "another_reminder"
    return at


def told_at(appointment: Appointment, now: datetime) -> datetime | None:
    """When the customer got, or gets, the notice of the appointment as it is now; None when none goes."""
    in_time = Q(scheduled_for__gt=now - FIRST_NOTICE_LATE_LIMIT) | Q(due_at__gt=now, reason_code__in=PLANNED_WAITS)
    goes = Q(in_time, state__in=NotificationJob.ACTIVE)
    notice = (
        appointment.jobs.filter(Q(state=State.SENT) | goes, kind__in=TELLING, revision=appointment.revision)
        .select_related("message")
        .order_by("-created_at")
        .first()
    )
    if notice is None:
        return None
    if notice.state == State.SENT:
        return notice.message.occurred_at if notice.message else notice.updated_at
    return max(notice.due_at, now)
