"""What to do after the provider refused: try again, wait, or give up. Pure; the schedules are data."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from whatsapp.errors import ErrorKind, Scope

BACKOFF_LIMIT = timedelta(hours=1)
JITTER = 0.2  # a fifth up or down, so that what failed together does not come back together
ACCESS_CHECK = timedelta(minutes=1)


@dataclass(frozen=True)
class Retry:
    """Call again at ``at``; counts as a failure."""

    at: datetime


@dataclass(frozen=True)
class Wait:
    """Not before ``at``; does not count as a failure."""

    at: datetime


@dataclass(frozen=True)
class SlowDown:
    """Everything within ``scope`` waits, longer each time (rates.block); does not count as a failure.

    ``retry_after`` is the provider's own word, in seconds.
    """

    scope: Scope
    retry_after: float | None = None


@dataclass(frozen=True)
class GiveUp:
    """Not repeated by itself; ``code`` is a code of notifications.reasons.

    ``slow``: what else goes within this scope waits a little, longer each time (rates.block).
    """

    code: str
    slow: Scope | None = None


Decision = Retry | Wait | SlowDown | GiveUp


@dataclass(frozen=True)
class Pace:
    """The waits after a rate was exceeded: ``first`` seconds, then ``factor`` times more, at most ``most`` seconds."""

    first: float
    factor: float
    most: float

    def seconds(self, times: int) -> float:
        """The wait after it happened ``times`` times in a row."""
        return min(self.most, self.first * self.factor ** min(times - 1, 12))


# Meta asks for 4^X seconds for a pair; throughput frees itself within a minute; call quotas count by the hour.
PACES: dict[Scope, Pace] = {
    Scope.MESSAGE: Pace(5, 2, 600),
    Scope.PAIR: Pace(4, 4, 4_096),
    Scope.NUMBER: Pace(2, 2, 60),
    Scope.TEMPLATE: Pace(60, 2, 3_600),
    Scope.WABA: Pace(30, 2, 900),
    Scope.PORTFOLIO: Pace(300, 2, 3_600),
    Scope.APP: Pace(60, 2, 3_600),
}

CLOCKED = frozenset({Scope.PAIR, Scope.NUMBER, Scope.WABA, Scope.PORTFOLIO, Scope.APP})  # rates has a clock for them

# Kinds that only a change by somebody can cure: repeating the same call would fail the same way.
FINAL: dict[ErrorKind, str] = {
    ErrorKind.RECIPIENT: "provider_refused",
    ErrorKind.CONTENT: "provider_refused",
    ErrorKind.TEMPLATE: "provider_refused",
    ErrorKind.POLICY: "provider_refused",
    ErrorKind.UNKNOWN: "provider_refused",
    ErrorKind.OPTED_OUT: "opted_out",
}


def decide(  # noqa: PLR0913 - every fact that the rule weighs
    kind: ErrorKind,
    scope: Scope,
    *,
    attempts: int,
    failures: int,
    now: datetime,
    base_delay: timedelta,
    max_retries: int,
    retry_after: float | None = None,
    seed: str = "",
) -> Decision:
    """The reaction to one refusal. ``attempts`` calls were made and ``failures`` of them counted, this one included.

    ``retry_after`` is in seconds, as the provider told it; ``seed`` (the job's id) fixes the jitter.
    """
    if kind in FINAL:
        return GiveUp(FINAL[kind], slow=scope if (kind, scope) == (ErrorKind.POLICY, Scope.NUMBER) else None)
    if kind in {ErrorKind.TOKEN, ErrorKind.ACCOUNT}:
        return Wait(now + ACCESS_CHECK)
    if kind == ErrorKind.RATE_LIMITED:
        own = PACES[scope].seconds(attempts) if retry_after is None else retry_after
        return SlowDown(scope, retry_after) if scope in CLOCKED else Wait(now + timedelta(seconds=own))
    if failures > max_retries:
        return GiveUp("retries_exhausted")
    if kind == ErrorKind.WINDOW_CLOSED:
        return Retry(now) if failures <= 1 else GiveUp("provider_refused")
    return Retry(now + backoff(failures, base_delay, seed))


def backoff(failures: int, base_delay: timedelta, seed: str) -> timedelta:
    """Twice as long each time, with a jitter that is the same for the same seed and count; at most an hour."""
    jitter = random.Random(f"{seed}:{failures}").uniform(1 - JITTER, 1 + JITTER)  # noqa: S311
    return min(BACKOFF_LIMIT, base_delay * 2 ** min(failures - 1, 20)) * jitter
