"""How alerts look and where they lead: the chip of each state, and the page on which a person acts."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard.ids import parse_uuid
from notifications.states import StateLook
from notifications.watching import About, Told
from tenants.models import Alert

STATES: dict[str, StateLook] = {
    Alert.State.OPEN: StateLook(_("Open"), "notifications_active", "amber"),
    Alert.State.ACKNOWLEDGED: StateLook(_("Acknowledged"), "visibility", "blue", _("Somebody looks after it.")),
    Alert.State.SOLVED: StateLook(_("Solved"), "check_circle", "teal"),
}


@dataclass(frozen=True)
class Place:
    """A page of the console, what of it is asked for, and the word on the button that leads there."""

    url: str
    query: str
    word: str | Promise


PLACES = {
    "connections": Place("connections", "", _("See Connections")),
    "events": Place("events", "?state=failed", _("See the failed events")),
    "messages": Place("messages", "?state=failed", _("See the failed messages")),
    "received": Place("received", "", _("See what was received")),
    "templates": Place("templates", "", _("See Templates")),
    "template_mappings": Place("template_mappings", "", _("See who says what")),
    "health": Place("health", "", ""),  # here
}


def place(told: Told) -> tuple[str, str | Promise] | None:
    """Address and word of where a person acts on it; None: on this very page."""
    if told.kind.about is About.JOB and (job_id := parse_uuid(told.alert.subject)):
        return reverse("message", args=[job_id]), _("See the message")
    found = PLACES[told.kind.page]
    return (f"{reverse(found.url)}{found.query}", found.word) if found.word else None
