"""How a connection in progress and its steps look."""

from functools import partial

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dashboard.templatetags.recado import UNKNOWN, chip_of
from notifications.states import StateLook
from whatsapp.models import Signup, SignupStep

register = template.Library()

SIGNUPS: dict[str, StateLook] = {
    Signup.State.WAITING: StateLook(_("Waiting for Meta's window"), "clock", "slate"),
    Signup.State.RUNNING: StateLook(_("Connecting"), "sync", "blue"),
    Signup.State.FAILED: StateLook(_("Stopped at a step"), "warning", "amber"),
    Signup.State.CONNECTED: StateLook(_("Connected"), "check_circle", "teal"),
    Signup.State.CANCELLED: StateLook(_("Given up"), "line", "grey"),
    Signup.State.EXPIRED: StateLook(_("Expired"), "line", "grey"),
}
STEPS: dict[str, StateLook] = {
    SignupStep.State.WAITING: StateLook(_("Not yet"), "clock", "slate"),
    SignupStep.State.RUNNING: StateLook(_("In progress"), "sync", "blue"),
    SignupStep.State.DONE: StateLook(pgettext_lazy("step", "Done"), "check", "teal"),
    SignupStep.State.FAILED: StateLook(_("Stopped"), "close", "red"),
    SignupStep.State.SKIPPED: StateLook(_("Not needed"), "remove", "grey"),
}


register.simple_tag(partial(chip_of, SIGNUPS), name="signup_chip")


@register.simple_tag
def signup_step_look(state: str) -> StateLook:
    return STEPS.get(state, UNKNOWN)
