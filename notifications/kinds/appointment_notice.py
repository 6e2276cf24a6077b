"""What the notices of an appointment share: a template with its values and, on its quick replies, our payloads."""

from datetime import datetime

from django.utils.translation import to_locale

from notifications.kinds import values
from notifications.kinds.base import Defaults
from notifications.models import Appointment, NotificationJob
from templates_mgmt import mapping
from whatsapp.content import Content
from whatsapp.window import Window

QUICK_REPLIES = ("confirm", "reschedule", "talk")  # by the buttons' position; notifications.replies reads them


def quick_reply_payloads(appointment: Appointment) -> list[str]:
    """What the template's quick replies carry, so that a press names its appointment by itself."""
    return [f"{action}:{appointment.pk}" for action in QUICK_REPLIES]


class AppointmentNotice(Defaults):
    """A notice of an open appointment that lies ahead.

    ``needed``: without a template for it the company's automation is not ready.
    """

    needed = True

    def still_wanted(self, job: NotificationJob, now: datetime) -> str | None:
        appointment = job.appointment
        if appointment is None:
            return "appointment_closed"
        return self.still_true(job, appointment, now)

    def still_true(self, _job: NotificationJob, appointment: Appointment, now: datetime) -> str | None:
        """As ``still_wanted``, with the appointment at hand."""
        if appointment.state not in Appointment.OPEN:
            return "appointment_closed"
        return "appointment_in_past" if appointment.starts_at <= now else None

    def content(self, job: NotificationJob, _window: Window, _now: datetime) -> Content:
        appointment, tenant, number = job.appointment, job.tenant, job.number
        if appointment is None or number is None or number.account is None:
            raise mapping.MappingProblem("template_missing", {})
        appointment.tenant = tenant  # read already, with its settings
        return mapping.render(
            tenant,
            number.account,
            job.kind,
            to_locale(tenant.language),
            values.of_appointment(appointment),
            quick_reply_payloads(appointment),
            job.voice,
        )
