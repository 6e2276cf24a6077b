"""Sending under fire: whatever dies and however Meta fails, each message reaches its customer once, within every limit.

One storm for all tests here, judged by Meta's own record of it.
"""

import itertools
from collections.abc import Callable, Iterator

import pytest

from tests.chaos import storm
from tests.chaos.copies import Copy, free_ports
from tests.chaos.graph import FAULTS, Graph
from tests.chaos.storm import Storm
from tests.simulator_client import free_port

PROVED = frozenset({"accepted", "confirmed"})
ANSWERED = PROVED | {"refused", "unreachable", "uncertain", "late_answer"}
CLOCKS_SECONDS = 1.0  # between a line of Recado's and a line of Meta's


@pytest.fixture(scope="module")
def after(make_copy: Callable[..., Copy]) -> Iterator[Storm]:
    port = free_ports()
    graph = Graph(free_port(), f"http://127.0.0.1:{port + 1}").start()
    copy = make_copy("sending", port, WHATSAPP_META_GRAPH_URL=graph.url, **storm.SETTINGS)
    yield storm.break_out(copy.start().wait_ready(), graph)
    copy.stop()
    graph.stop()


def test_the_storm_was_one(after):
    assert set(FAULTS) | {"none", "token"} <= set(after.record.faults)
    assert after.struck["pool workers killed"] >= 4
    assert after.record.strangers == 0


def test_each_message_that_had_to_go_is_with_its_customer_exactly_once(after):
    due = {pk: job for pk, job in after.jobs_of(labelled=True).items() if job.reason != "portfolio_limit"}
    assert len(due) == storm.TENANTS * storm.SHARE - (2 * storm.SHARE - storm.PORTFOLIO_PEOPLE)
    assert {pk: after.times(pk) for pk in due if after.times(pk) != 1} == {}
    assert {job.state for job in due.values()} == {"sent"}


def test_nobody_is_written_to_who_was_not_meant(after):
    assert set(after.accepted) <= set(after.jobs)


def test_no_limit_is_broken_as_meta_counts_it(after):
    numbers = {plan.number.phone_number_id for plan in after.plans if plan.number.portfolio == storm.PORTFOLIO}
    people = {one.to for one in after.record.accepted if one.number in numbers}
    assert dict(after.record.broken) == {}
    assert len(people) == storm.PORTFOLIO_PEOPLE


def test_who_waits_for_the_portfolio_was_not_called(after):
    waiting = [pk for pk, job in after.jobs.items() if job.reason == "portfolio_limit"]
    assert len(waiting) == 2 * storm.SHARE - storm.PORTFOLIO_PEOPLE
    assert sum(after.times(pk) for pk in waiting) == 0


def test_each_outcome_that_was_unknown_is_resolved(after):
    settled = {job.state for job in after.jobs_of(labelled=True).values()}
    assert settled <= {"sent", "pending"}
    assert {outcome for attempts in after.attempts.values() for outcome in attempts.values()} <= {
        *("accepted", "refused", "uncertain"),
    }


def test_every_attempt_is_a_row_and_meta_knows_no_other(after):
    assert {
        pk for pk, job in after.jobs.items() if sorted(after.attempts[pk]) != [*range(1, job.attempts + 1)]
    } == set()
    assert all(one.attempt in after.attempts[one.job] for one in after.record.accepted)


def test_every_timeline_is_whole(after):
    broken = {pk: after.lines[pk] for pk, job in after.jobs.items() if not is_whole(after.lines[pk], job)}
    assert broken == {}


def is_whole(lines: list[storm.Line], job: storm.Job) -> bool:
    """Queued first; the attempts one after the other, each answered before the next; a proof where it is sent."""
    events = [event for event, _detail in lines]
    starts = [n for n, event in enumerate(events) if event == "sending"]
    in_order = [lines[n][1]["attempt"] for n in starts] == [*range(1, job.attempts + 1)]
    spans = [events[start:end] for start, end in itertools.pairwise([*starts, len(events)])]
    answered = all(ANSWERED & set(span) for span in spans)
    proved = job.state != "sent" or bool(PROVED & set(events))
    return events[0] == "queued" and in_order and answered and proved


def test_the_business_whose_token_expired_is_connected_again(after):
    assert set(after.numbers.values()) == {"connected"}


def test_without_our_reference_a_notice_may_come_twice_but_is_never_lost(after):
    jobs = after.jobs_of(labelled=False)
    assert [pk for pk in jobs if not after.times(pk)] == []
    assert {job.state for job in jobs.values()} == {"sent"}


def test_without_our_reference_a_repeat_waited_for_its_status_first(after):
    repeats = [after.accepted[pk] for pk in after.jobs_of(labelled=False) if after.times(pk) > 1]
    gaps = [later.at - former.at for each in repeats for former, later in itertools.pairwise(each)]
    assert [gap for gap in gaps if gap < storm.HOLD_SECONDS - CLOCKS_SECONDS] == []


def test_without_our_reference_a_persons_message_is_never_repeated(after):
    jobs = after.jobs_of(labelled=False, kind="manual")
    assert [pk for pk in jobs if after.times(pk) > 1] == []
    sure = [pk for pk, job in jobs.items() if job.state == "sent"]
    assert [pk for pk in sure if after.times(pk) != 1] == []
    assert {job.reason for job in jobs.values() if job.state != "sent"} <= {"unconfirmed"}
