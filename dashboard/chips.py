"""How states look that are not a message's (those are in notifications.states), and which glyph an icon's name is."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.models import Appointment
from notifications.readiness import items, permissions
from notifications.states import StateLook
from tenants.models import PhoneNumber
from whatsapp import comparison
from whatsapp.models import SyncCall, WebhookEvent

# Names of notifications.states -> glyphs of Unfold's icon font; other names are glyphs already.
GLYPHS = {
    "clock": "schedule",
    "arrow": "arrow_upward",
    "question": "help",
    "tick": "check",
    "ticks": "done_all",
    "cross": "close",
    "barred": "block",
    "line": "remove",
}

APPOINTMENTS: dict[str, StateLook] = {
    Appointment.State.BOOKED: StateLook(_("Awaiting confirmation"), "clock", "slate"),
    Appointment.State.CONFIRMED: StateLook(pgettext_lazy("appointment", "Confirmed"), "check_circle", "teal"),
    Appointment.State.RESCHEDULE_REQUESTED: StateLook(_("Wants another time"), "update", "amber"),
    Appointment.State.CANCELLED: StateLook(pgettext_lazy("appointment", "Cancelled"), "line", "grey"),
    Appointment.State.DONE: StateLook(pgettext_lazy("appointment", "Done"), "tick", "slate"),
    Appointment.State.NO_SHOW: StateLook(pgettext_lazy("appointment", "No-show"), "person_off", "violet"),
}

CONNECTIONS: dict[str, StateLook] = {
    PhoneNumber.State.DRAFT: StateLook(_("Draft"), "edit", "grey"),
    PhoneNumber.State.CONNECTING: StateLook(_("Connecting"), "sync", "blue"),
    PhoneNumber.State.CONNECTED: StateLook(_("Connected"), "check_circle", "teal"),
    PhoneNumber.State.DEGRADED: StateLook(
        _("With a problem"),
        "warning",
        "amber",
        _("Nothing is sent until it is solved. Messages wait and are not lost."),
    ),
    PhoneNumber.State.PAUSED: StateLook(_("Paused"), "pause", "slate", _("Messages wait until somebody resumes it.")),
    PhoneNumber.State.DISCONNECTED: StateLook(_("Disconnected"), "link_off", "red"),
    PhoneNumber.State.REVOKED: StateLook(_("Revoked"), "block", "red"),
}

SYNC_CALLS: dict[str, StateLook] = {
    SyncCall.State.WAITING: StateLook(_("To be asked"), "clock", "slate", _("It is asked for by itself.")),
    SyncCall.State.CALLING: StateLook(_("Asking"), "arrow", "blue"),
    SyncCall.State.ASKED: StateLook(_("Asked for"), "check_circle", "teal"),
    SyncCall.State.REFUSED: StateLook(
        _("Refused"), "cross", "red", _("It is not repeated: to try again, the number is connected with the app anew.")
    ),
    SyncCall.State.UNCERTAIN: StateLook(
        _("No answer"),
        "question",
        "amber",
        _("Meta did not answer in time. It is not asked again, because a second request would cost the connection."),
    ),
}
SYNC_MISSED = StateLook(
    _("Too late"),
    "cross",
    "red",
    _("Nobody asked within 24 hours. To get it, the number is connected with the app anew."),
)

QUALITIES: dict[str, StateLook] = {
    PhoneNumber.Quality.GREEN: StateLook(_("High"), "", "green"),
    PhoneNumber.Quality.YELLOW: StateLook(_("Medium"), "", "amber"),
    PhoneNumber.Quality.RED: StateLook(_("Low"), "", "red"),
    PhoneNumber.Quality.UNKNOWN: StateLook(_("Unknown"), "", "grey"),
}

FINDINGS: dict[str, StateLook] = {
    comparison.OK: StateLook(_("As expected"), "check_circle", "teal"),
    comparison.DIFFERS: StateLook(_("Differs"), "warning", "amber"),
    comparison.UNKNOWN: StateLook(_("Not known"), "question", "grey", _("Meta did not tell, or was not asked.")),
}

EVENTS: dict[str, StateLook] = {
    WebhookEvent.State.NEW: StateLook(
        pgettext_lazy("event", "In the line"), "clock", "slate", _("It is processed in a moment.")
    ),
    WebhookEvent.State.WAITING: StateLook(_("Without an owner"), "person_off", "violet"),
    WebhookEvent.State.PROCESSED: StateLook(_("Processed"), "tick", "teal"),
    WebhookEvent.State.IGNORED: StateLook(_("Not used yet"), "inventory_2", "grey", _("It is kept as it came.")),
    WebhookEvent.State.FAILED: StateLook(pgettext_lazy("event", "Failed"), "cross", "red"),
}

READINESS: dict[str, StateLook] = {
    items.DONE: StateLook(_("Ready"), "check_circle", "teal"),
    items.MISSING: StateLook(_("Missing"), "warning", "amber"),
    items.NOT_NEEDED: StateLook(_("Not needed"), "line", "slate"),
}

PERMISSIONS: dict[str, StateLook] = {
    permissions.UNUSED: StateLook(_("Not used"), "line", "grey"),
    permissions.NEEDED: StateLook(pgettext_lazy("permission", "Needed"), "clock", "slate"),
    permissions.IN_USE: StateLook(pgettext_lazy("permission", "In use"), "bolt", "blue"),
    permissions.REQUESTED: StateLook(pgettext_lazy("permission", "Requested"), "send", "amber"),
    permissions.APPROVED: StateLook(pgettext_lazy("permission", "Approved"), "check_circle", "teal"),
}

# Lines of a timeline: (glyph, tone); a line that is not here is one of ours that only informs.
MOMENTS: dict[str, tuple[str, str]] = {
    "queued": ("add", "slate"),
    "rescheduled": ("update", "slate"),
    "held": ("hourglass_top", "slate"),
    "skipped": ("block", "violet"),
    "cancelled": ("remove", "grey"),
    "discarded": ("remove", "grey"),
    "sending": ("arrow_upward", "blue"),
    "accepted": ("cloud_done", "slate"),
    "confirmed": ("cloud_done", "slate"),
    "refused": ("close", "red"),
    "retry": ("replay", "slate"),
    "retried": ("replay", "slate"),
    "send_now": ("bolt", "slate"),
    "uncertain": ("help", "amber"),
    "hold_over": ("help", "amber"),
    "unconfirmed": ("help", "amber"),
    "failed": ("close", "red"),
    "marked_failed": ("close", "red"),
    "sent": ("check", "slate"),
    "delivered": ("done_all", "slate"),
    "read": ("done_all", "teal"),
    "played": ("volume_up", "teal"),
    "reply": ("reply", "teal"),
}
PLAIN_MOMENT = ("info", "slate")


def glyph(icon: str) -> str:
    return GLYPHS.get(icon, icon)
