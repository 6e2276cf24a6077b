"""The notice of a cancellation: free text, so only while the customer service window is open."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.kinds.manual import Given


class AppointmentCanceled(Given):
    name = "appointment_canceled"
    label = _("Cancellation notice")
    late_limit = timedelta(hours=6)
