"""The bell: one task for many rings, nothing missed, and a broker that is down costs nothing."""

import socket
import time

import pytest

from whatsapp import bell, valkey

NAME = "whatsapp.process_events"


@pytest.fixture(autouse=True)
def closed_breaker(monkeypatch):
    monkeypatch.setattr(valkey, "breaker", valkey.Breaker())


def waiting(clean_valkey):
    return clean_valkey.llen("celery")


def test_many_rings_are_one_task(clean_valkey):
    for _ in range(20):
        bell.ring(NAME)
    assert waiting(clean_valkey) == 1


def test_bells_of_different_tasks_do_not_hush_each_other(clean_valkey):
    bell.ring(NAME)
    bell.ring("notifications.dispatch")
    assert waiting(clean_valkey) == 2


def test_the_key_dies_by_itself_when_nobody_answers(clean_valkey):
    bell.ring(NAME)
    assert 0 < clean_valkey.ttl(bell._key(NAME)) <= 5


def test_an_answered_bell_rings_anew(clean_valkey):
    bell.ring(NAME)
    bell.answer(NAME, lambda: 0)
    bell.ring(NAME)
    assert waiting(clean_valkey) == 2


def test_work_that_came_before_the_bell_was_taken_down_is_done(clean_valkey):
    """A row committed while the bell still hung (its ring was hushed) is seen by the second look."""
    done, waiting_rows = [], [[1], [], [2], []]

    def work():
        rows = waiting_rows.pop(0)
        done.extend(rows)
        return len(rows)

    assert (bell.answer(NAME, work), done) == (2, [1, 2])


def test_a_broker_that_is_down_is_noticed_and_not_asked_again_at_once(no_broker):
    started = time.monotonic()
    for _ in range(100):
        bell.ring(NAME)
    assert time.monotonic() - started < 0.5
    assert bell.is_broker_down()


def test_a_broker_that_hangs_is_waited_for_once(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setattr(valkey, "_client", valkey.connect(f"redis://127.0.0.1:{silent.getsockname()[1]}/0"))
        started = time.monotonic()
        for _ in range(100):
            bell.ring(NAME)
    assert time.monotonic() - started < 0.3


def test_a_broker_that_dies_between_the_key_and_the_task_is_swallowed(monkeypatch, clean_valkey):
    silent = bell.Connection("redis://127.0.0.1:1/0", transport_options={"max_retries": 1, "interval_start": 0})
    monkeypatch.setattr(bell, "_connection", lambda: silent)
    started = time.monotonic()
    bell.ring(NAME)
    assert time.monotonic() - started < 0.5
    assert valkey.breaker.is_open


def test_a_ringer_that_nobody_heard_rings_again_when_the_broker_is_back(monkeypatch, clean_valkey):
    with monkeypatch.context() as down:
        down.setattr(valkey, "_client", valkey.connect("redis://127.0.0.1:1/0"))
        bell.Ringer(NAME).ask()
        wait_for(lambda: valkey.breaker.is_open)
    assert not waiting(clean_valkey)
    valkey.breaker.reset()
    wait_for(lambda: waiting(clean_valkey) == 1)


def wait_for(condition):
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_breaker_closes_after_a_while():
    breaker = valkey.Breaker(seconds=0.05)
    breaker.trip()
    assert breaker.is_open
    time.sleep(0.06)
    assert not breaker.is_open


def endless(worked):
    """Work that never ends, slowly enough to count."""

    def work():
        time.sleep(0.01)
        worked.append(1)
        return 1

    return work


def test_a_long_backlog_is_worked_in_slices_so_that_others_get_their_turn(clean_valkey, monkeypatch):
    monkeypatch.setattr(bell, "SLICE_SECONDS", 0.05)
    worked = []
    bell.ring(NAME)
    clean_valkey.delete("celery")
    bell.answer(NAME, endless(worked))
    assert 3 <= len(worked) <= 10
    assert waiting(clean_valkey) == 1, "it has queued up again, behind the others"
    bell.ring(NAME)
    assert waiting(clean_valkey) == 1, "and the bell still hangs"


def test_a_long_backlog_calls_further_voices_up_to_their_number(clean_valkey, monkeypatch):
    monkeypatch.setattr(bell, "SLICE_SECONDS", 0.02)
    bell.answer(NAME, endless([]), voice=0, voices=2)
    assert waiting(clean_valkey) == 2
    bell.answer(NAME, endless([]), voice=1, voices=2)
    assert waiting(clean_valkey) == 3, "the last voice calls nobody"
