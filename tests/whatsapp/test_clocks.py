"""A clock that ran ahead, on another machine or before it was set right, makes nothing wait for it."""

import json
from datetime import timedelta

import pytest

from tests.factories import NOW
from tests.whatsapp.media_files import receive, told
from tests.whatsapp.meta_bodies import payload, process_all, take
from whatsapp import clocks, inbox, outcomes
from whatsapp.models import HandlerFailure, Media, Message, WebhookEvent

pytestmark = pytest.mark.django_db

AHEAD = NOW + timedelta(hours=2)


def test_an_event_that_came_at_a_later_time_is_processed_now(number):
    inbox.receive("meta", json.dumps(payload("messages__text")).encode(), AHEAD)
    assert inbox.process(NOW) == 0
    assert inbox.sweep(NOW)
    process_all(NOW)
    assert Message.objects.count() == 1


@pytest.mark.parametrize(("attempts", "seconds"), list(enumerate(outcomes.BACKOFF, start=1)))
def test_a_pause_before_the_next_attempt_is_kept_and_a_longer_one_is_not(number, attempts, seconds):
    inbox.receive("meta", json.dumps(payload("messages__text")).encode(), NOW)
    due_at = NOW + timedelta(seconds=seconds)
    WebhookEvent.objects.update(attempts=attempts, due_at=due_at)
    assert clocks.catch_up(NOW) == 0
    assert clocks.catch_up(NOW - timedelta(minutes=1)) == 1
    assert WebhookEvent.objects.get().due_at < due_at


def test_a_subscriber_that_failed_at_a_later_time_is_tried_now(number):
    take("messages__text")
    HandlerFailure.objects.create(event=WebhookEvent.objects.get(), handler="x", due_at=AHEAD)
    assert clocks.catch_up(NOW) == 1
    assert HandlerFailure.objects.get().due_at == NOW


@pytest.mark.parametrize("state", ["downloading", "pending"])
def test_a_file_that_was_leased_or_put_off_at_a_later_time_is_due(number, state):
    media = receive(number, told(b"x"))
    Media.objects.filter(pk=media.pk).update(state=state, due_at=NOW + timedelta(seconds=50))
    assert clocks.catch_up(NOW) == 0
    Media.objects.filter(pk=media.pk).update(due_at=AHEAD)
    assert clocks.catch_up(NOW) == 1


def test_a_pause_that_meta_asked_for_is_kept(number):
    media = receive(number, told(b"x"))
    Media.objects.filter(pk=media.pk).update(due_at=AHEAD, problem="limited")
    assert clocks.catch_up(NOW) == 0
