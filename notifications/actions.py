"""What a person may do with a message of the queue. Each act is audited and stands on the timeline.

The database says who won: each act names the state that it expects, so that of two people only one acts.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from notifications import queue, timeline
from notifications.models import NotificationJob
from tenants import audit
from whatsapp import renumbering
from whatsapp.models import Status

State = NotificationJob.State

# What each act can be applied to; buttons ask the same sets.
SENDABLE_NOW = frozenset({State.PENDING})
DISCARDABLE = frozenset({State.PENDING, State.UNCERTAIN, State.FAILED, State.SKIPPED})
FAILABLE = frozenset({State.PENDING, State.UNCERTAIN})


class ActionRefused(Exception):
    """The act cannot be done; ``sentence`` is translated. With ``needs_confirmation`` it can, once confirmed."""

    def __init__(self, sentence: str, *, needs_confirmation: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.needs_confirmation = needs_confirmation


def send_now(job: NotificationJob, actor: Any, now: datetime) -> None:
    """A waiting message goes at once: lateness, quiet hours and the wait for a retry hold it no longer."""
    with transaction.atomic():
        _change(
            job, _in(SENDABLE_NOW), now, due_at=now, scheduled_for=now, by_person=True, reason_code="", reason_detail={}
        )
        _note(job, "send_now", actor, now)
        queue.ring_on_commit()


def retry(job: NotificationJob, actor: Any, now: datetime, confirmed: bool = False) -> None:
    """A message that failed or was not sent goes again, with new retries; an uncertain one only with ``confirmed``."""
    if job.state == State.UNCERTAIN and not confirmed:
        sentence = _(
            "It is not known whether this message arrived. If you send it again, the customer may get it twice."
        )
        raise ActionRefused(sentence, needs_confirmation=True)
    failed_later = Q(state=State.SENT, message__status=Status.FAILED)
    with transaction.atomic():
        _change(
            job,
            _in(NotificationJob.RETRYABLE) | failed_later,
            now,
            state=State.PENDING,
            number=job.number and renumbering.successor(job.number, job.contact),
            due_at=now,
            scheduled_for=now,
            failures=0,
            by_person=True,
            leased_until=None,
            reason_code="",
            reason_detail={},
        )
        _note(job, "retried", actor, now, before=job.state)
        queue.ring_on_commit()


def discard(job: NotificationJob, reason: str, actor: Any, now: datetime) -> None:
    """Takes a message out of everybody's way; ``reason`` is the person's own words."""
    _end(job, State.CANCELLED, "discarded", DISCARDABLE, reason, actor, now)


def mark_failed(job: NotificationJob, reason: str, actor: Any, now: datetime) -> None:
    """A person knows that it did not arrive, or will not go."""
    _end(job, State.FAILED, "marked_failed", FAILABLE, reason, actor, now)


def _end(
    job: NotificationJob, state: str, event: str, expected: frozenset[Any], reason: str, actor: Any, now: datetime
) -> None:
    reason = reason.strip()
    if not reason:
        raise ActionRefused(_("Say why."))
    with transaction.atomic():
        facts = {"reason_code": event, "reason_detail": {"reason": reason}, "leased_until": None}
        _change(job, _in(expected), now, state=state, **facts)
        _note(job, event, actor, now, code=event, reason=reason)


def _in(states: frozenset[Any]) -> Q:
    return Q(state__in=states)


def _change(job: NotificationJob, expected: Q, now: datetime, **values: Any) -> None:
    """Changes the row if it still is as the person saw it, else ActionRefused with what has happened meanwhile.

    Locked before it is looked at: who waited for the lock asks anew, and so sees what the other one did.
    """
    row: QuerySet[NotificationJob] = NotificationJob.objects.filter(pk=job.pk)
    row.select_for_update().values_list("pk").first()
    if not row.filter(expected, state=job.state, attempts=job.attempts, due_at=job.due_at).exists():
        raise ActionRefused(_refusal(job, row))
    row.update(**values, updated_at=now)


def _refusal(job: NotificationJob, row: QuerySet[NotificationJob]) -> str:
    current = row.first()
    if current is None:
        return _("This message no longer exists.")
    if current.state == State.SENDING:
        return _("This message is being sent right now. Look again in a moment.")
    if (current.state, current.attempts, current.due_at) != (job.state, job.attempts, job.due_at):
        return _("Somebody else, or the queue, has just acted on this message: it is now “%(state)s”.") % {
            "state": current.get_state_display()
        }
    return _("This cannot be done with a message that is “%(state)s”.") % {"state": current.get_state_display()}


def _note(job: NotificationJob, event: str, actor: Any, now: datetime, **detail: Any) -> None:
    timeline.write(job, event, now=now, actor=actor, **detail)
    audit.record(f"job.{event}", tenant=job.tenant, actor=actor, obj=job, **detail)
