"""The last gate, asked for a whole batch at once: what may go spends its share of every limit and gets its time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from notifications import daily, rates, reach
from notifications.candidates import Candidate, Hold


def admit(passed: Sequence[Candidate], now: datetime) -> dict[UUID, Hold | datetime]:
    """For each job either when it may go (now, or a moment later), or why and until when it waits.

    The tenant's own limits come before Meta's, so that nothing is spent on what does not go. Demands a transaction.
    """
    answers: dict[UUID, Hold | datetime] = {}
    answers |= daily.hold_full(passed, now)
    answers |= reach.reserve(_left(passed, answers), now)
    left = _left(passed, answers)
    times = rates.reserve([rates.Demand(candidate.number, candidate.to) for candidate in left if candidate.number], now)
    delayed = []
    for candidate, at in zip(left, times, strict=True):
        if isinstance(at, rates.Delay):
            delayed.append(candidate.client_ref)
            answers[candidate.job.pk] = Hold(at.until, at.code)
        else:
            answers[candidate.job.pk] = at
    if delayed:
        reach.give_back(delayed)
    return answers


def _left(passed: Sequence[Candidate], answers: Mapping[UUID, object]) -> list[Candidate]:
    return [candidate for candidate in passed if candidate.job.pk not in answers]
