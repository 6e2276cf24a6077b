"""What follows from a refusal: pure, by kind and scope."""

from datetime import timedelta
from typing import Any

import pytest

from notifications import reasons, retry
from notifications.retry import GiveUp, Retry, SlowDown, Wait
from tests.factories import NOW
from whatsapp.errors import ErrorKind, Scope


def decide(kind: ErrorKind, scope: Scope = Scope.MESSAGE, **facts: Any) -> retry.Decision:
    given: dict[str, Any] = {"attempts": 1, "failures": 1, "base_delay": timedelta(seconds=30), "max_retries": 5}
    return retry.decide(kind, scope, now=NOW, **(given | facts))


@pytest.mark.parametrize("kind", ErrorKind)
@pytest.mark.parametrize("scope", Scope)
def test_every_kind_and_scope_has_a_rule(kind, scope):
    assert isinstance(decide(kind, scope), Retry | Wait | SlowDown | GiveUp)


@pytest.mark.parametrize("kind", ErrorKind)
def test_every_code_of_giving_up_has_its_sentence(kind):
    decision = decide(kind, failures=99)
    assert not isinstance(decision, GiveUp) or decision.code in reasons.LINES


def test_a_transient_error_waits_twice_as_long_each_time():
    waits = [(decide(ErrorKind.TRANSIENT, failures=n).at - NOW).total_seconds() for n in (1, 2, 3, 4)]
    assert [24 * 2**n <= wait <= 36 * 2**n for n, wait in enumerate(waits)] == [True] * 4


def test_the_wait_never_passes_an_hour():
    assert retry.backoff(30, timedelta(minutes=5), "job") <= retry.BACKOFF_LIMIT * (1 + retry.JITTER)


def test_jitter_is_the_same_for_a_job_and_differs_between_jobs():
    first, again, other = (decide(ErrorKind.TRANSIENT, seed=seed).at for seed in ("a", "a", "b"))
    assert first == again
    assert first != other


def test_after_the_last_retry_it_gives_up():
    assert isinstance(decide(ErrorKind.TRANSIENT, failures=5), Retry)
    assert decide(ErrorKind.TRANSIENT, failures=6) == GiveUp("retries_exhausted")


@pytest.mark.parametrize("kind", [ErrorKind.RECIPIENT, ErrorKind.CONTENT, ErrorKind.TEMPLATE, ErrorKind.POLICY])
def test_what_only_a_change_can_cure_is_not_repeated(kind):
    assert decide(kind) == GiveUp("provider_refused")


@pytest.mark.parametrize("kind", [ErrorKind.TOKEN, ErrorKind.ACCOUNT])
def test_lost_access_waits_for_ever_and_never_fails(kind):
    assert decide(kind, attempts=500, failures=0) == Wait(NOW + retry.ACCESS_CHECK)


def test_a_pair_waits_four_to_the_power_of_its_times():
    assert [retry.PACES[Scope.PAIR].seconds(times) for times in (1, 2, 3)] == [4, 16, 64]


@pytest.mark.parametrize("scope", sorted(retry.CLOCKED))
def test_too_fast_slows_down_its_scope_and_fails_nothing(scope):
    assert decide(ErrorKind.RATE_LIMITED, scope, retry_after=33.0, failures=99) == SlowDown(scope, 33.0)


def test_too_fast_of_a_template_holds_the_message_alone_longer_each_time():
    waits = [(decide(ErrorKind.RATE_LIMITED, Scope.TEMPLATE, attempts=n).at - NOW).total_seconds() for n in (1, 2)]
    assert waits == [60, 120]


def test_a_closed_window_is_routed_again_once():
    assert decide(ErrorKind.WINDOW_CLOSED) == Retry(NOW)
    assert decide(ErrorKind.WINDOW_CLOSED, failures=2) == GiveUp("provider_refused")
