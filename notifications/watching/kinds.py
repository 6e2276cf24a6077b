"""What an alert of a kind is: its words, who acts where, and how it ends."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.functional import Promise

RED, AMBER = "red", "amber"
ACTION_OF_A_DAY = timedelta(days=1)  # something that happened, and did not happen again for a day


class About(StrEnum):
    """What the alert's subject is."""

    NUMBER = "number"  # a phone number id, perhaps with a matter behind a colon
    ACCOUNT = "account"  # a WABA id
    TEMPLATE = "template"  # its name and language
    JOB = "job"
    FIELD = "field"  # of webhooks
    OTHER = "other"


@dataclass(frozen=True)
class AlertKind:
    """``sentence`` and ``next_step`` may name %(number)s, %(subject)s and values of the alert's detail.

    ``page`` is the name of the console's page where a person acts. ``runbook`` is the name of its page under
    docs/runbooks. ``settles``: it tells of an event, and ends by itself when that did not come again for so long.
    ``by_hand``: a person may end it; everything else ends when its cause is gone.
    """

    word: str | Promise
    sentence: str | Promise
    next_step: str | Promise
    runbook: str
    about: About = About.OTHER
    page: str = "connections"
    tone: str = AMBER
    mailed: bool = False
    settles: timedelta | None = None
    by_hand: bool = False
