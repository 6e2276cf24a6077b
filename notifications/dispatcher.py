"""A round: claim what is due, call the provider in a small pool of threads, record each answer.

No transaction is open while a call is made, and the threads touch no database: a slow provider holds no lock and no
connection.
"""

import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, close_old_connections

from notifications import queue
from notifications.gates import Ready
from notifications.models import NotificationJob
from notifications.queue import Batch, Ticket
from whatsapp import delivery
from whatsapp.errors import OutcomeUnknown, ProviderError
from whatsapp.providers.base import Accepted, AccountAccess

log = structlog.get_logger(__name__)
State = NotificationJob.State
POOL = 16  # calls at the same time, for one round

Outcome = Accepted | ProviderError | OutcomeUnknown


@dataclass(frozen=True)
class Round:
    """What became of the jobs that were due, each counted once; ``held`` also counts those that wait for a retry.

    ``skipped`` also counts what was no longer wanted. ``remaining`` is due and was left for another round.
    """

    due: int
    sent: int
    skipped: int
    failed: int
    held: int
    uncertain: int
    remaining: int

    @classmethod
    def of(cls, outcomes: Mapping[UUID, str], remaining: int) -> "Round":
        """``outcomes``: each job's last state in the round."""
        states = Counter(outcomes.values())
        return cls(
            due=len(outcomes),
            sent=states[State.SENT],
            skipped=states[State.SKIPPED] + states[State.CANCELLED],
            failed=states[State.FAILED],
            held=states[State.PENDING],
            uncertain=states[State.UNCERTAIN],
            remaining=remaining,
        )


class Clock:
    """``now`` as the round goes on: the time it began, plus what has passed since."""

    def __init__(self, now: datetime) -> None:
        self._now, self._began = now, time.monotonic()

    def __call__(self) -> datetime:
        return self._now + timedelta(seconds=time.monotonic() - self._began)


def run(
    now: datetime,
    *,
    kinds: Collection[str] | None = None,
    limit: int | None = None,
    deadline: datetime | None = None,
) -> Round:
    """Claims and sends until nothing is due, ``limit`` jobs were looked at, or ``deadline`` has come."""
    clock, outcomes = Clock(now), dict[UUID, str]()
    with ThreadPoolExecutor(POOL, thread_name_prefix="send") as pool:
        while not _is_over(clock, deadline) and (size := _size(limit, len(outcomes))):
            batch = queue.claim(clock(), limit=size, kinds=kinds)
            if not len(batch):
                break
            outcomes |= batch.settled
            outcomes |= _send(batch, pool, clock, deadline)
    return Round.of(outcomes, _remaining(clock(), kinds))


def _size(limit: int | None, done: int) -> int:
    batch_limit = max(settings.WHATSAPP_AUTOMATION_BATCH_LIMIT, 1)
    return batch_limit if limit is None else min(batch_limit, max(limit - done, 0))


def _is_over(clock: Clock, deadline: datetime | None) -> bool:
    return deadline is not None and clock() >= deadline


def _send(batch: Batch, pool: ThreadPoolExecutor, clock: Clock, deadline: datetime | None) -> dict[UUID, str]:
    """Starts and calls what the gates let through, a pool's worth at a time; answers each job's state."""
    access, outcomes = _Access(), dict[UUID, str]()
    for group in _groups(batch.ready):
        if _is_over(clock, deadline):
            queue.give_back(batch.token)
            break
        tickets = queue.start(group, batch.token, clock())
        for ticket, outcome in _call(tickets, access, pool):
            outcomes[ticket.job.pk] = _record(ticket, outcome, clock())
    return outcomes


def _record(ticket: Ticket, outcome: Outcome, now: datetime) -> str:
    """What cannot be recorded is left sending: its lease runs out, and a status or a person settles it.

    A deadlock, or a connection that broke, is worth a second try: the answer is known only here.
    """
    try:
        return queue.record(ticket, outcome, now)
    except OperationalError:
        close_old_connections()
    except Exception:
        return _unrecorded(ticket)
    try:
        return queue.record(ticket, outcome, now)
    except Exception:
        return _unrecorded(ticket)


def _unrecorded(ticket: Ticket) -> str:
    log.exception("record_failed", job_id=str(ticket.job.pk), attempt=ticket.attempt)
    return str(State.SENDING)


def _groups(ready: Sequence[Ready]) -> Iterator[list[Ready]]:
    rest = iter(ready)
    while group := list(islice(rest, POOL)):
        yield group


class _Access:
    """Each number's access, read once a batch; a number without one is refused as the provider would."""

    def __init__(self) -> None:
        self._known: dict[int, AccountAccess | ProviderError] = {}

    def of(self, ticket: Ticket) -> AccountAccess | ProviderError:
        if ticket.number.pk not in self._known:
            try:
                self._known[ticket.number.pk] = delivery.access_for(ticket.number)
            except ProviderError as error:
                self._known[ticket.number.pk] = error
        return self._known[ticket.number.pk]


def _call(tickets: Sequence[Ticket], access: _Access, pool: ThreadPoolExecutor) -> Iterator[tuple[Ticket, Outcome]]:
    """The outcome of each call, as they come."""
    calls: dict[Future[Outcome], Ticket] = {}
    for ticket in tickets:
        allowed = access.of(ticket)
        if isinstance(allowed, ProviderError):
            yield ticket, allowed
        else:
            calls[pool.submit(_deliver, ticket, allowed)] = ticket
    for done in as_completed(calls):
        yield calls[done], done.result()


def _deliver(ticket: Ticket, access: AccountAccess) -> Outcome:
    """Runs in a thread; whatever breaks here, the request may have left."""
    try:
        return delivery.deliver(ticket.number, ticket.body, access)
    except (ProviderError, OutcomeUnknown) as outcome:
        return outcome
    except Exception as error:
        log.exception("call_broke", job_id=str(ticket.job.pk), attempt=ticket.attempt)
        return OutcomeUnknown(type(error).__name__)


def _remaining(now: datetime, kinds: Collection[str] | None) -> int:
    due = NotificationJob.objects.filter(state=State.PENDING, due_at__lte=now)
    return (due if kinds is None else due.filter(kind__in=list(kinds))).count()
