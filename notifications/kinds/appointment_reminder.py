"""The reminder some time before; what it would remind of must still be as it was planned."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from notifications import reminders
from notifications.kinds.appointment_notice import AppointmentNotice
from notifications.models import Appointment, NotificationJob


class AppointmentReminder(AppointmentNotice):
    name = "appointment_reminder"
    label = _("Reminder")
    late_limit = timedelta(hours=6)

    def still_true(self, job: NotificationJob, appointment: Appointment, now: datetime) -> str | None:
        if reason := super().still_true(job, appointment, now):
            return reason
        if appointment.state == Appointment.State.RESCHEDULE_REQUESTED:
            return "reschedule_requested"
        if job.revision != appointment.revision:
            return "appointment_changed"
        told_at = reminders.told_at(appointment, now)
        return "recently_told" if told_at and now - told_at < reminders.REST_AFTER_NOTICE else None
