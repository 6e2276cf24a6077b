"""The notice that a booking which the customer knows of was moved or changed; it speaks where a template is chosen."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from notifications import reminders
from notifications.kinds.appointment_notice import AppointmentNotice
from notifications.models import Appointment, NotificationJob


class AppointmentChanged(AppointmentNotice):
    name = reminders.CHANGE_NOTICE
    label = _("Notice of a change")
    late_limit = reminders.FIRST_NOTICE_LATE_LIMIT
    needed = False

    def still_true(self, job: NotificationJob, appointment: Appointment, now: datetime) -> str | None:
        if reason := super().still_true(job, appointment, now):
            return reason
        return "appointment_changed" if job.revision != appointment.revision else None
