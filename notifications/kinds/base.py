"""What every kind of notice answers: is it still wanted, and what does it say.

A kind is one file in this folder and one line in ``kinds.KINDS``. It decides about its own notice only; when to send,
how often, and whether sending is allowed at all is the queue's business.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from django.utils.functional import Promise

from notifications.models import NotificationJob
from whatsapp.content import Content
from whatsapp.window import Window


class Unconfirmed(StrEnum):
    """What follows when nobody ever told whether a message was accepted."""

    AGAIN = "again"  # sent once more: better twice than never
    PERSON = "person"  # a person decides


class NotSendable(Exception):
    """The notice cannot be said now and never will by itself: the job ends skipped.

    ``code`` is a code of notifications.reasons; ``detail`` the facts its sentence names (JSON).
    """

    def __init__(self, code: str, **detail: Any) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


class Kind(Protocol):
    """One kind of notice. ``automatic`` ones obey mode, queue switch, allowlist and quiet hours.

    One that ``yields_to_people`` is not said while somebody of the company writes to the customer in the phone app.

    ``late_limit`` is how late after ``scheduled_for`` it still makes sense (None: always). With ``waits_out_hours`` it
    is counted from the end of the company's quiet hours and holidays, where it was planned within them.
    ``exempt_from_consent`` is
    for the one message that confirms an opt-out. ``delivery_limit`` is how long after it was accepted somebody is told
    that it was not delivered.
    """

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str | Promise: ...
    @property
    def automatic(self) -> bool: ...
    @property
    def yields_to_people(self) -> bool: ...
    @property
    def marketing(self) -> bool: ...
    @property
    def exempt_from_consent(self) -> bool: ...
    @property
    def late_limit(self) -> timedelta | None: ...
    @property
    def waits_out_hours(self) -> bool: ...
    @property
    def if_unconfirmed(self) -> Unconfirmed: ...
    @property
    def delivery_limit(self) -> timedelta: ...

    def still_wanted(self, job: NotificationJob, now: datetime, /) -> str | None:
        """None while the notice is wanted, else the reason's code; the job is then cancelled."""

    def content(self, job: NotificationJob, window: Window, now: datetime, /) -> Content:
        """What to say: free text only where ``window.open``. ``job.number`` is the number that will speak.

        Raises NotSendable, or templates_mgmt.mapping.MappingProblem where no approved template speaks for it.
        """


class Defaults:
    """What most kinds share; a kind overrides what differs."""

    automatic = True
    yields_to_people = False
    marketing = False
    exempt_from_consent = False
    late_limit: timedelta | None = None
    waits_out_hours = True
    if_unconfirmed = Unconfirmed.AGAIN
    delivery_limit = timedelta(hours=24)

    def still_wanted(self, _job: NotificationJob, _now: datetime) -> str | None:
        return None


def check_window(window: Window) -> None:
    """Raises NotSendable where free text is not allowed now, with the reason told apart.

    Codes ``window_no_inbound``, ``window_expired`` (detail ``last_inbound_at``) and ``window_check_failed``.
    """
    if not window.open:
        at = window.last_inbound_at
        raise NotSendable(f"window_{window.reason}", **({"last_inbound_at": at.isoformat()} if at else {}))
