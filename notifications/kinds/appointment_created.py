"""The first notice of a booking, at once."""

from django.utils.translation import gettext_lazy as _

from notifications import reminders
from notifications.kinds.appointment_notice import AppointmentNotice


class AppointmentCreated(AppointmentNotice):
    name = reminders.FIRST_NOTICE
    label = _("Booking notice")
    late_limit = reminders.FIRST_NOTICE_LATE_LIMIT
