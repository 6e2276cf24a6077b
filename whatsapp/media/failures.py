"""What went wrong with a file, and what follows from it. Pure: errors in, decisions out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from whatsapp.errors import ErrorKind, OutcomeUnknown, ProviderError, Refused
from whatsapp.models import Media
from whatsapp.providers.public import ForeignAddress

# The pause before the second, third and fourth attempt; then a person must ask again.
BACKOFF = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
MAX_ATTEMPTS = len(BACKOFF) + 1

ACCESS_PAUSE = timedelta(minutes=15)
STORAGE_PAUSE = timedelta(minutes=2)
LIMIT_PAUSE = timedelta(minutes=1)

Problem = Media.Problem
State = Media.State


class Course(StrEnum):
    RETRY = "retry"  # a few times
    WAIT = "wait"  # as long as the provider keeps the file: nothing is wrong with it
    GIVE_UP = "give_up"  # no attempt could end otherwise


class TooLarge(Exception):
    """More bytes than the server takes."""


class Empty(Exception):
    """No byte at all."""


@dataclass(frozen=True)
class Failure:
    """Why a file was not downloaded this time; ``detail`` is for the platform's team."""

    problem: Problem
    course: Course
    detail: str = ""
    pause: timedelta = timedelta()


MEANINGS = (
    (TooLarge, Problem.TOO_LARGE, Course.GIVE_UP, timedelta()),
    (Empty, Problem.EMPTY, Course.RETRY, timedelta()),
    (ForeignAddress, Problem.FOREIGN, Course.GIVE_UP, timedelta()),
    (OSError, Problem.STORAGE, Course.WAIT, STORAGE_PAUSE),
    ((ProviderError, OutcomeUnknown), Problem.NO_ANSWER, Course.RETRY, timedelta()),
)


@dataclass(frozen=True)
class Decision:
    """The row's next state; ``due_at`` is None for the last one, ``counts`` says whether the attempt was one."""

    state: State
    problem: Problem
    due_at: datetime | None = None
    counts: bool = True


def decide(failure: Failure, attempts: int, expires_at: datetime, now: datetime) -> Decision:
    """What follows from a failure of attempt number ``attempts`` (from 1)."""
    if expires_at <= now:
        return Decision(State.EXPIRED, Problem.EXPIRED)
    if failure.course is Course.WAIT:
        return Decision(State.PENDING, failure.problem, now + failure.pause, counts=False)
    if failure.course is Course.GIVE_UP or attempts >= MAX_ATTEMPTS:
        return Decision(State.FAILED, failure.problem)
    return Decision(State.PENDING, failure.problem, now + BACKOFF[attempts - 1])


def failure_of(error: Exception) -> Failure:
    """The error of a download as a failure."""
    if isinstance(error, Refused) and not isinstance(error, ForeignAddress):
        return _of_refusal(error, str(error))
    for error_class, problem, course, pause in MEANINGS:
        if isinstance(error, error_class):
            return Failure(problem, course, str(error), pause)
    return Failure(Problem.INTERNAL, Course.RETRY, f"{type(error).__name__}: {error}")


def _of_refusal(error: Refused, detail: str) -> Failure:
    if error.kind in {ErrorKind.TOKEN, ErrorKind.ACCOUNT}:
        return Failure(Problem.NO_ACCESS, Course.WAIT, detail, ACCESS_PAUSE)
    if error.kind is ErrorKind.RATE_LIMITED:
        pause = timedelta(seconds=error.retry_after) if error.retry_after else LIMIT_PAUSE
        return Failure(Problem.LIMITED, Course.WAIT, detail, pause)
    if error.kind is ErrorKind.TRANSIENT:
        return Failure(Problem.NO_ANSWER, Course.RETRY, detail)
    is_gone = error.kind is ErrorKind.CONTENT and error.http_status in {400, 404, 410}
    return Failure(Problem.GONE if is_gone else Problem.REFUSED, Course.RETRY, detail)
