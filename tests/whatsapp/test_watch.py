"""Whether the inbox keeps up and Meta still talks to us: the questions. The alerts are test_watching's."""

from datetime import timedelta

import pytest

from tests.factories import NOW
from tests.whatsapp.meta_bodies import envelope, payload, post, seconds, take, text_message
from whatsapp import watch
from whatsapp.models import WebhookEvent

pytestmark = pytest.mark.django_db


def test_the_lag_is_the_wait_of_the_oldest_event(number):
    assert watch.lag(NOW) == timedelta()
    post(payload("messages__text"))
    WebhookEvent.objects.update(due_at=NOW - timedelta(seconds=90))
    assert watch.lag(NOW) == timedelta(seconds=90)


def test_every_webhook_of_a_number_says_that_it_is_heard(number):
    take("messages__text")
    number.refresh_from_db()
    assert (number.heard_at, number.inbound_at, number.status_at) == (NOW, NOW, None)


def test_a_busy_number_is_written_once_a_minute(number, django_assert_max_num_queries):
    take("messages__text")
    take(envelope({"messages": [text_message("w2", at=seconds())]}), NOW + timedelta(seconds=30))
    number.refresh_from_db()
    assert number.heard_at == NOW


@pytest.mark.parametrize("question", [lambda: watch.lag(NOW), lambda: list(watch.silent(NOW))])
def test_each_question_is_one_query(number, question, django_assert_max_num_queries):
    with django_assert_max_num_queries(1):
        question()
