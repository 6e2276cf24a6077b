"""A round: claim what is due, call the provider in a pool of threads, record the answers.

The main thread alone touches the database, a group at a time, while the pool's threads are at their calls: no
transaction is open over a call, and a slow provider holds no lock and no connection. A group is marked as sending just
before it is called; while answers come quickly as many calls wait for a thread as there are threads, so that none is
idle while the next group is made ready. A call that waited too long is not made: its moment in the limits has passed,
somebody may have stopped everything, or its lease may have run out while this process stood still.
"""

import statistics
import time
import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, close_old_connections

from notifications import measures, queue, rates
from notifications.candidates import Ready
from notifications.models import NotificationJob
from notifications.queue import NotMade, Outcome, Ticket
from tenants.models import PhoneNumber
from whatsapp import delivery
from whatsapp.errors import OutcomeUnknown, ProviderError
from whatsapp.providers.base import AccountAccess

log = structlog.get_logger(__name__)
State = NotificationJob.State
GATHER_SECONDS = 0.02  # how long answers wait for others, to be recorded with them
PAUSE_SECONDS = 0.05  # between two looks for what has become due, or whose time has come
ACCESS_SECONDS = 5.0  # how long a token that was read is used
SLOW_SECONDS = 1.0  # a call that takes longer holds its thread for nobody knows how long
LEAST_CLAIM = 16  # jobs, however few the threads are: a claim has its price
LATE_SECONDS = 1.0  # a call that has not begun by then is not made
AT_ONCE_SHARE = 0.25  # of a second's messages of a number go at once at most, where they are late

Done = tuple[Ticket, Outcome]


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
    threads = max(settings.WHATSAPP_AUTOMATION_SEND_THREADS, 1)
    clock = Clock(now)
    with ThreadPoolExecutor(threads, thread_name_prefix="send") as pool:
        outcomes = _Pipeline(pool, threads, clock, kinds, limit, deadline).run()
    return Round.of(outcomes, queue.count_due(clock(), kinds))


class _Pipeline:
    """One round's jobs on their way: leased and waiting, being called, answered."""

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        threads: int,
        clock: Clock,
        kinds: Collection[str] | None,
        limit: int | None,
        deadline: datetime | None,
    ) -> None:
        self.pool, self.threads, self.clock = pool, threads, clock
        self.kinds, self.limit, self.deadline = kinds, limit, deadline
        self.token, self.access, self.paces = uuid.uuid4(), _Access(), _Paces()
        self.waiting: list[Ready] = []
        self.served: dict[UUID, None] = {}  # tenants in the order of their turns
        self.calls: dict[UUID, float] = {}  # started and not yet recorded: job -> when
        self.is_quick = True  # most of the last answers
        self.done: SimpleQueue[Done] = SimpleQueue()
        self.outcomes: dict[UUID, str] = {}
        self.is_dry = False  # the last claim found nothing
        self.claim_at = 0.0  # not before

    def run(self) -> dict[UUID, str]:
        try:
            while not self._is_over():
                self._start()
                self._claim()
                self._start()
                if not (self.waiting or self.calls) and self.is_dry:
                    break
                self._record(self._gather())
        finally:
            self._stop()
        return self.outcomes

    def _is_over(self) -> bool:
        return self.deadline is not None and self.clock() >= self.deadline

    def _stop(self) -> None:
        """What was leased is free again; what is being called is waited for."""
        if self.waiting:
            queue.give_back(self.token)
            self.waiting = []
        while self.calls:
            self._record(self._gather())

    def _claim(self) -> None:
        """Fills up when less than two groups are waiting; what is not due yet is looked for again after a pause."""
        size = self._size()
        self.is_dry = self.is_dry or not size
        is_busy = bool(self.calls or self.waiting)
        if not size or len(self.waiting) >= 2 * self.threads or (is_busy and time.monotonic() < self.claim_at):
            return
        now = self.clock()
        batch = queue.claim(now, limit=size, kinds=self.kinds, token=self.token, served=self.served)
        again = {ready.job.pk for ready in batch.ready}  # what waited longer than its lease
        self.waiting = [ready for ready in self.waiting if ready.job.pk not in again] + batch.ready
        self.outcomes |= batch.settled | dict.fromkeys((ready.job.pk for ready in batch.ready), str(State.PENDING))
        self.is_dry = not len(batch) and not (batch.limited and queue.is_due(now))
        if len(batch) < size:
            self.claim_at = time.monotonic() + PAUSE_SECONDS

    def _size(self) -> int:
        """Half as many again as there are threads: they would run dry while the gates judge more."""
        batch_limit = min(max(settings.WHATSAPP_AUTOMATION_BATCH_LIMIT, 1), max(self.threads * 3 // 2, LEAST_CLAIM))
        return batch_limit if self.limit is None else min(batch_limit, max(self.limit - len(self.outcomes), 0))

    def _start(self) -> None:
        """Marks the next group as sending and hands it to the pool, lanes in their order."""
        quick, room = self._room()
        now = self.clock()
        due = self.paces.choose(sorted((ready for ready in self.waiting if ready.at <= now), key=_turn))
        if not due or room < min(max(quick // 2, 1), len(due)):
            return
        group = due[: min(room, self.threads)]
        taken = {ready.job.pk for ready in group}
        self.waiting = [ready for ready in self.waiting if ready.job.pk not in taken]
        for ticket in queue.start(group, self.token, now):
            self.calls[ticket.job.pk] = time.monotonic()
            self.paces.spend(ticket.number)
            allowed = self.access.of(ticket)
            if isinstance(allowed, ProviderError):
                self.done.put((ticket, allowed))
            else:
                self.pool.submit(self._call, ticket, allowed, time.monotonic() + LATE_SECONDS)

    def _room(self) -> tuple[int, int]:
        """How many threads are not held by a slow call, and how many more calls may be handed over.

        What was answered holds no thread, recorded or not.
        """
        slow = sum(began < time.monotonic() - SLOW_SECONDS for began in self.calls.values())
        quick = max(self.threads - slow, 0)
        going = len(self.calls) - self.done.qsize() - slow
        return quick, (2 if self.is_quick else 1) * quick - max(going, 0)

    def _call(self, ticket: Ticket, access: AccountAccess, latest: float) -> None:
        """Runs in a thread."""
        is_late = time.monotonic() > latest
        self.done.put((ticket, NotMade("no thread was free in time") if is_late else _deliver(ticket, access)))

    def _gather(self) -> list[Done]:
        """The answers that came, at once when they are all that is awaited, else with those that come soon after."""
        found: list[Done] = []
        enough, wait_until = min(len(self.calls), self.threads), time.monotonic() + PAUSE_SECONDS
        while True:
            seconds = 0 if 0 < enough <= len(found) else max(wait_until - time.monotonic(), 0)
            try:
                found.append(self.done.get(timeout=seconds) if seconds else self.done.get_nowait())
            except Empty:
                return found
            if len(found) == 1:
                wait_until = min(wait_until, time.monotonic() + GATHER_SECONDS)

    def _record(self, done: Sequence[Done]) -> None:
        if done:
            began = [self.calls.pop(ticket.job.pk) for ticket, _outcome in done]
            self.is_quick = statistics.median(began) > time.monotonic() - SLOW_SECONDS
            self.outcomes |= _record(done, self.clock())
            self.is_dry = False  # what is to be tried again at once is due


def _turn(ready: Ready) -> tuple[int, datetime]:
    return ready.job.lane, ready.at


def _record(done: Sequence[Done], now: datetime) -> dict[UUID, str]:
    """Each job's new state. Where the group cannot be recorded as one, each is recorded by itself."""
    try:
        states = queue.record_many(done, now)
    except OperationalError:  # a deadlock, or a connection that broke: the answers are known only here
        close_old_connections()
    except Exception:
        log.warning("record_one_by_one", size=len(done))
    else:
        measures.of_sends((*each, state) for each, state in zip(done, states, strict=True))
        return {ticket.job.pk: state for (ticket, _outcome), state in zip(done, states, strict=True)}
    return {ticket.job.pk: _record_one(ticket, outcome, now) for ticket, outcome in done}


def _record_one(ticket: Ticket, outcome: Outcome, now: datetime) -> str:
    """What cannot be recorded is left sending: its lease runs out, and a status or a person settles it."""
    try:
        state = queue.record_many([(ticket, outcome)], now)[0]
    except Exception:
        log.exception("record_failed", job_id=str(ticket.job.pk), attempt=ticket.attempt)
        return str(State.SENDING)
    measures.of_sends([(ticket, outcome, state)])
    return state


class _Paces:
    """What became late because this process stood still goes evenly, not at once: Meta counts what arrives."""

    def __init__(self) -> None:
        self._next_at: dict[int, float] = {}  # by number: when all that it said so far is paid off

    def choose(self, due: Sequence[Ready]) -> list[Ready]:
        """Those that may go now, in their order."""
        room: dict[int, int] = {}
        chosen = []
        for ready in due:
            pk = ready.number.pk
            left = room[pk] if pk in room else self._room(ready.number)
            room[pk] = left - 1
            if left > 0:
                chosen.append(ready)
        return chosen

    def spend(self, number: PhoneNumber) -> None:
        paid_off = max(self._next_at.get(number.pk, 0), time.monotonic())
        self._next_at[number.pk] = paid_off + 1 / rates.a_second(number)

    def _room(self, number: PhoneNumber) -> int:
        ahead = max(self._next_at.get(number.pk, 0) - time.monotonic(), 0)
        return max(int((AT_ONCE_SHARE - ahead) * rates.a_second(number)), 0 if ahead else 1)


class _Access:
    """Each number's access, read once in a while; a number without one is refused as the provider would."""

    def __init__(self) -> None:
        self._known: dict[int, AccountAccess | ProviderError] = {}
        self._read_at = 0.0

    def of(self, ticket: Ticket) -> AccountAccess | ProviderError:
        if time.monotonic() - self._read_at > ACCESS_SECONDS:
            self._known, self._read_at = {}, time.monotonic()
        if ticket.number.pk not in self._known:
            try:
                self._known[ticket.number.pk] = delivery.access_for(ticket.number)
            except ProviderError as error:
                self._known[ticket.number.pk] = error
        return self._known[ticket.number.pk]


def _deliver(ticket: Ticket, access: AccountAccess) -> Outcome:
    """Runs in a thread; whatever breaks here, the request may have left."""
    try:
        return delivery.deliver(ticket.number, ticket.body, access)
    except (ProviderError, OutcomeUnknown) as outcome:
        return outcome
    except Exception as error:
        log.exception("call_broke", job_id=str(ticket.job.pk), attempt=ticket.attempt)
        return OutcomeUnknown(type(error).__name__)
