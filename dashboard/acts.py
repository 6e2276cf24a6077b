"""What a person may do to a message: which buttons when, what each asks first, and how its outcome is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from dashboard.buttons import Button
from notifications import actions
from notifications.models import NotificationJob
from notifications.states import is_retryable, retryable

State = NotificationJob.State


@dataclass(frozen=True)
class Act(Button[NotificationJob]):
    """``run(job, actor, now, reason, confirmed)``. ``needs_reason``: the person says why.

    ``among`` leaves of many rows those that it is open for; only acts that have it can be done to many at once.
    """

    needs_reason: bool = False
    among: Callable[[QuerySet[NotificationJob]], QuerySet[NotificationJob]] | None = None


def _retry(job: NotificationJob, actor: Any, now: datetime, _reason: str, confirmed: bool) -> Any:
    return actions.retry(job, actor, now, confirmed=confirmed)


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act(
            "send_now",
            _("Send now"),
            "send",
            _("Sending now."),
            lambda job: job.state in actions.SENDABLE_NOW,
            lambda job, actor, now, _reason, _confirmed: actions.send_now(job, actor, now),
        ),
        Act(
            "retry",
            _("Try again"),
            "replay",
            _("Back in the queue: it is tried again now."),
            is_retryable,
            _retry,
            among=retryable,
        ),
        Act(
            "mark_failed",
            _("Mark as failed…"),
            "close",
            _("Marked as failed."),
            lambda job: job.state in actions.FAILABLE,
            lambda job, actor, now, reason, _confirmed: actions.mark_failed(job, reason, actor, now),
            _("Mark this message as failed?"),
            _("It leaves the queue. If Meta confirms an earlier attempt later, it counts as sent after all."),
            needs_reason=True,
        ),
        Act(
            "discard",
            _("Discard…"),
            "delete",
            _("Discarded. The customer does not get it."),
            lambda job: job.state in actions.DISCARDABLE,
            lambda job, actor, now, reason, _confirmed: actions.discard(job, reason, actor, now),
            _("Discard this message?"),
            _("It leaves the queue and is not sent. Its line stays in the list as cancelled, with your reason."),
            needs_reason=True,
            among=lambda rows: rows.filter(state__in=actions.DISCARDABLE),
        ),
    )
}
RISK = Act(
    "retry",
    _("Send again…"),
    "replay",
    ACTS["retry"].done,
    lambda job: job.state == State.UNCERTAIN,
    _retry,
    _("Send again without knowing whether it arrived?"),
    _("Meta has not said whether it took this message. If it did, the customer gets it twice."),
)


def open_for(job: NotificationJob) -> list[Act]:
    """The buttons of a message now; an uncertain one is tried again only after a question that names the risk."""
    found = [act for act in ACTS.values() if act.is_open(job)]
    return [RISK if act.name == "retry" and RISK.is_open(job) else act for act in found]
