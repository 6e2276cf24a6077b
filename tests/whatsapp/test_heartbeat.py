"""Which processes are alive: seen, missed after a minute, forgotten after a week."""

from datetime import timedelta

from config import tasks
from config.celery import leave_a_mark
from tests.factories import NOW
from whatsapp import heartbeat


def test_each_host_of_a_role_is_seen_by_itself():
    heartbeat.note(heartbeat.WORKER, "one", NOW)
    heartbeat.note(heartbeat.WORKER, "two", NOW - timedelta(seconds=30))
    assert heartbeat.seen(NOW)["worker"] == {"one": NOW, "two": NOW - timedelta(seconds=30)}


def test_a_role_is_missed_when_none_of_its_hosts_is_left():
    heartbeat.note(heartbeat.WORKER, "one", NOW)
    heartbeat.note(heartbeat.WORKER, "two", NOW - timedelta(minutes=5))
    assert heartbeat.missing(NOW) == {}
    assert heartbeat.missing(NOW + timedelta(seconds=61)) == {"worker": NOW}


def test_what_was_never_seen_or_long_ago_is_not_missed():
    assert heartbeat.missing(NOW) == {}
    heartbeat.note(heartbeat.RELAY, "old", NOW - timedelta(days=8))
    assert (heartbeat.missing(NOW), heartbeat.seen(NOW)["relay"]) == ({}, {})


def test_without_valkey_nobody_knows(no_broker):
    heartbeat.note(heartbeat.BEAT, "", NOW)
    assert heartbeat.seen(NOW) is heartbeat.missing(NOW) is None


def test_beat_and_workers_leave_their_marks(time_machine):
    time_machine.move_to(NOW, tick=False)
    tasks.heartbeat()
    leave_a_mark(type("Heart", (), {"eventer": type("Eventer", (), {"hostname": "celery@one"})}))
    assert heartbeat.seen(NOW) == {"beat": {"": NOW}, "worker": {"celery@one": NOW}, "relay": {}}
