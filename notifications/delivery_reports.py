"""What statuses mean for the queue: an unanswered call is settled, a failed delivery is tried again where it helps.

The status itself is already on its message (whatsapp.statuses); nothing of it is copied here.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from notifications import timeline
from notifications.models import JobAttempt, NotificationJob
from notifications.queue.accepted import alert_if_twice
from notifications.queue.refusals import Refusal, settle
from notifications.undelivered import UNDELIVERED
from tenants import flags
from whatsapp.dispatch import Incoming, handles
from whatsapp.errors import ErrorKind, Scope
from whatsapp.events import StatusChanged
from whatsapp.models import Status
from whatsapp.providers.meta import error_codes

__all__ = ["settle_jobs"]

State, Outcome = NotificationJob.State, JobAttempt.Outcome
UNSETTLED = frozenset({State.SENDING, State.UNCERTAIN, State.PENDING})
DELIVERED = frozenset({Status.DELIVERED, Status.READ, Status.PLAYED})
Told = list[Incoming[StatusChanged]]


@handles(StatusChanged)
def settle_jobs(batch: Sequence[Incoming[StatusChanged]], now: datetime) -> None:
    """Any status of a message proves that its attempt was accepted; of a failed one retry.decide says what follows."""
    told: dict[int, Told] = defaultdict(list)
    for incoming in batch:
        if incoming.message:
            told[incoming.message.pk].append(incoming)
    attempts = JobAttempt.objects.filter(message__in=told).order_by("job_id", "-attempt")
    latest = {attempt.message_id: attempt for attempt in reversed(attempts) if attempt.message_id is not None}
    jobs = _lock(attempt.job_id for attempt in latest.values())
    for message_id, attempt in latest.items():
        _settle(jobs[attempt.job_id], attempt, told[message_id], now)


def _lock(ids: object) -> dict[object, NotificationJob]:
    rows = NotificationJob.objects.filter(pk__in=list(ids)).order_by("pk").select_for_update(of=("self",))  # type: ignore[call-overload]
    related = ("tenant__automation", "contact", "number", "message__conversation")
    return {job.pk: job for job in rows.select_related(*related)}


def _settle(job: NotificationJob, attempt: JobAttempt, told: Told, now: datetime) -> None:
    _prove(job, attempt, told[0].event.message_id, now)
    status = told[0].message.status if told[0].message and attempt.message_id == job.message_id else ""
    if status == Status.FAILED and job.state == State.SENT and job.reason_code in {"", UNDELIVERED}:
        _react(job, next((each for each in told if each.event.errors), told[0]), now)
    elif status in DELIVERED and job.reason_code == UNDELIVERED:
        _keep_sent(job, now)
    elif status in DELIVERED and job.state == State.PENDING:
        _keep_sent(job, now)
        timeline.write(job, "confirmed", now=now, attempt=attempt.attempt)


def _prove(job: NotificationJob, attempt: JobAttempt, wamid: str, now: datetime) -> None:
    """The attempt was accepted. A job that still asked itself so is sent, also one that waits to be sent again."""
    was_open = attempt.outcome in {"", Outcome.UNCERTAIN}
    if was_open:
        attempt.outcome, attempt.provider_message_id = Outcome.ACCEPTED, wamid
        attempt.finished_at = attempt.finished_at or now
        attempt.save(update_fields=["outcome", "provider_message_id", "finished_at"])
    is_latest = attempt.attempt == job.attempts
    if was_open and is_latest and job.state in UNSETTLED:
        _keep_sent(job, now)
        timeline.write(job, "confirmed", now=now, attempt=attempt.attempt, provider_message_id=wamid)
    elif was_open:
        alert_if_twice(job, now)


def _keep_sent(job: NotificationJob, now: datetime) -> None:
    job.state, job.leased_until, job.updated_at = State.SENT, None, now
    job.reason_code, job.reason_detail = "", {}
    job.save(update_fields=["state", "leased_until", "reason_code", "reason_detail", "updated_at"])


def _react(job: NotificationJob, failed: Incoming[StatusChanged], now: datetime) -> None:
    """The provider took it and could not deliver it: the same rules as for a refusal at the door."""
    settle(job, _refusal(failed.event), failed.own_number, flags.resolve(job.tenant), now)


def _refusal(failed: StatusChanged) -> Refusal:
    if not failed.errors:
        return Refusal(ErrorKind.UNKNOWN, Scope.MESSAGE, {})
    error = failed.errors[0]
    kind, scope = error_codes.classify(error.code, None, error.details)
    return Refusal(kind, scope, {"error_code": error.code, "details": error.details})
