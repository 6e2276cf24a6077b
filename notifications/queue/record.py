"""Writes down what came back from a call: sent, to be tried again, waiting, failed, uncertain.

Only a job whose attempt and lease are still those of the call is changed. An answer that comes after the job went on
is kept on its attempt, and two message ids for one job raise an alert.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from notifications import reach, timeline
from notifications.models import JobAttempt, NotificationJob
from notifications.queue import accepted, refusals
from notifications.queue.refusals import NotMade, Refusal
from notifications.queue.start import Ticket
from whatsapp.errors import OutcomeUnknown, ProviderError, Refused
from whatsapp.providers.base import Accepted

State, Ended = NotificationJob.State, JobAttempt.Outcome
Outcome = Accepted | ProviderError | OutcomeUnknown  # of one call


def record(ticket: Ticket, outcome: Outcome, now: datetime) -> str:
    """Records the outcome of one call; answers the job's new state ("" when the job had gone on without us)."""
    return record_many([(ticket, outcome)], now)[0]


def record_many(outcomes: Sequence[tuple[Ticket, Outcome]], now: datetime) -> list[str]:
    """As ``record`` for many calls in one transaction, accepted ones by a constant number of queries."""
    taken = {ticket.job.pk: (ticket, told) for ticket, told in outcomes if isinstance(told, Accepted)}
    with transaction.atomic():
        states = accepted.record(list(taken.values()), now) if taken else {}
        for ticket, told in sorted(outcomes, key=_by_account):
            if isinstance(told, OutcomeUnknown):
                states[ticket.job.pk] = _record_unknown(ticket, told, now)
            elif isinstance(told, ProviderError):
                states[ticket.job.pk] = _record_refused(ticket, told, now)
    return [states[ticket.job.pk] for ticket, _told in outcomes]


def _by_account(outcome: tuple[Ticket, Outcome]) -> tuple[int, int]:
    """One order in which all workers degrade numbers, whose rows they lock."""
    number = outcome[0].number
    return number.account_id or 0, number.pk


def _record_unknown(ticket: Ticket, unknown: OutcomeUnknown, now: datetime) -> str:
    until = now + ticket.automation.uncertain_hold
    _close(ticket, now, outcome=Ended.UNCERTAIN, error=str(unknown)[:300])
    changed = _matching(ticket, State.SENDING).update(
        state=State.UNCERTAIN, leased_until=until, reason_code="no_answer", reason_detail={}, updated_at=now
    )
    if not changed:
        return ""
    facts = {"attempt": ticket.attempt, "until": until.isoformat(), "error": str(unknown)[:300]}
    timeline.write(ticket.job, "uncertain", now=now, code="no_answer", **facts)
    return str(State.UNCERTAIN)


def _record_refused(ticket: Ticket, error: ProviderError, now: datetime) -> str:
    refusal = Refusal.of(error)
    reach.give_back([f"{ticket.job.pk}:{ticket.attempt}"])
    _close(
        ticket,
        now,
        outcome=Ended.REFUSED,
        error=str(error)[:300],
        error_code=refusal.facts.get("error_code"),
        fbtrace_id=str(refusal.facts.get("fbtrace_id", ""))[:60],
    )
    job = _matching(ticket, State.SENDING, State.UNCERTAIN).select_for_update(of=("self",)).first()
    if job is None:
        return ""
    event, code = _told(error)
    timeline.write(job, event, now=now, code=code, attempt=ticket.attempt, **refusal.facts)
    return refusals.settle(job, refusal, ticket.number, ticket.automation, now)


def _told(error: ProviderError) -> tuple[str, str]:
    """The timeline's event and its reason."""
    match error:
        case Refused():
            return "refused", "provider_refused"
        case NotMade():
            return "unreachable", "no_thread"
        case _:
            return "unreachable", "unreachable"


def _close(ticket: Ticket, now: datetime, **values: Any) -> None:
    """The attempt's own row is written in any case: it is what really happened."""
    JobAttempt.objects.filter(job=ticket.job, attempt=ticket.attempt).update(finished_at=now, **values)


def _matching(ticket: Ticket, *states: str) -> Any:
    return NotificationJob.objects.filter(
        pk=ticket.job.pk, attempts=ticket.attempt, lease_token=ticket.token, state__in=states
    ).select_related("tenant", "contact", "number", "message__conversation")
