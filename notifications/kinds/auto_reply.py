"""Answers that Recado gives by itself to what a customer wrote or pressed."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from notifications.kinds.manual import Given


class AutoReply(Given):
    """An answer; pointless when it comes long after the question."""

    name = "auto_reply"
    label = _("Automatic answer")
    late_limit = timedelta(minutes=10)
    yields_to_people = True
    waits_out_hours = False


class OptOutConfirmation(AutoReply):
    """The one message that a person who opted out still gets: that it was understood."""

    name = "opt_out_confirmation"
    label = _("Opt-out confirmation")
    exempt_from_consent = True
    yields_to_people = False
