"""The registry of kinds: one line a kind."""

from django.utils.functional import Promise

from notifications.kinds.appointment_canceled import AppointmentCanceled
from notifications.kinds.appointment_changed import AppointmentChanged
from notifications.kinds.appointment_created import AppointmentCreated
from notifications.kinds.appointment_notice import AppointmentNotice
from notifications.kinds.appointment_reminder import AppointmentReminder
from notifications.kinds.auto_reply import AutoReply, OptOutConfirmation
from notifications.kinds.base import Kind
from notifications.kinds.manual import Manual
from notifications.kinds.one_time_code import OneTimeCodeNotice
from templates_mgmt import speech
from templates_mgmt.fields import FIELDS

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        AppointmentCreated(),
        AppointmentReminder(),
        AppointmentChanged(),
        AppointmentCanceled(),
        Manual(),
        AutoReply(),
        OptOutConfirmation(),
        OneTimeCodeNotice(),
    )
}


def word(name: str) -> str | Promise:
    """A kind as people call it; of one that nobody knows any more, its name."""
    return KINDS[name].label if name in KINDS else name


# What templates speak for; an appointment has a value for every field.
for notice in KINDS.values():
    if isinstance(notice, AppointmentNotice):
        speech.declare(notice.name, notice.label, FIELDS, needed=notice.needed)
