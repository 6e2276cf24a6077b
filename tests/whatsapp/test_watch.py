"""Whether the inbox keeps up and Meta still talks to us."""

from datetime import timedelta

import pytest

from tenants.models import Alert
from tests.factories import NOW, make_number
from tests.whatsapp.meta_bodies import envelope, payload, post, seconds, take, text_message
from whatsapp import tasks, watch
from whatsapp.models import Message, WebhookEvent

pytestmark = pytest.mark.django_db


def look_at(now=NOW):
    watch.look(now)
    return sorted(Alert.objects.exclude(state="solved").values_list("kind", "subject"))


@pytest.fixture
def heard(number):
    number.heard_at = NOW
    number.save()
    return number


def sent(number, minutes, wamid="w1", status="accepted"):
    return Message.objects.create(
        tenant=number.tenant,
        number=number,
        direction="outbound",
        origin="automation",
        provider_message_id=wamid,
        type="text",
        status=status,
        occurred_at=NOW - timedelta(minutes=minutes),
    )


def test_what_is_not_processed_is_counted_by_state_field_and_note(number):
    for name in ("calls__connect", "calls__terminate", "messages__errors", "invented_field__anything"):
        take(name)
    post(payload("messages__text"))
    told = {(each.state, each.field, each.note): each.count for each in watch.unsettled()}
    assert told["ignored", "calls", "on_purpose"] == 2
    assert told["ignored", "messages", "value_error 130429"] == 1
    assert told["new", "messages", ""] == 1


def test_the_lag_is_the_wait_of_the_oldest_event(number):
    assert watch.lag(NOW) == timedelta()
    post(payload("messages__text"))
    WebhookEvent.objects.update(due_at=NOW - timedelta(seconds=90))
    assert watch.lag(NOW) == timedelta(seconds=90)
    assert look_at() == [("events_behind", "")]


def test_a_dead_letter_is_an_alert_until_it_is_replayed(heard):
    take("messages__text")
    WebhookEvent.objects.update(state="failed")
    assert look_at() == [("events_failed", "messages")]
    WebhookEvent.objects.update(state="processed")
    assert look_at() == []


@pytest.mark.parametrize(("minutes", "is_late"), [(5, False), (11, True), (90, False)])
def test_a_message_without_any_status_for_ten_minutes_is_an_alert_of_its_number(heard, minutes, is_late):
    sent(heard, minutes)
    expected = [("statuses_missing", heard.phone_number_id)] if is_late else []
    assert look_at() == expected


def test_a_status_of_any_kind_is_enough(heard):
    sent(heard, 11)
    take(envelope({"statuses": [{"id": "w1", "status": "sent", "timestamp": str(seconds(-600))}]}))
    assert look_at() == []


def test_an_alert_is_of_the_numbers_company_and_counted_once_while_it_lasts(heard):
    sent(heard, 11)
    look_at()
    look_at()
    assert (Alert.objects.get().tenant, Alert.objects.get().count) == (heard.tenant, 1)


@pytest.mark.parametrize(("hours", "is_silent"), [(1, False), (49, True)])
def test_a_number_of_which_nothing_comes_is_an_alert(number, hours, is_silent):
    number.heard_at = NOW - timedelta(hours=hours)
    number.save()
    assert bool(look_at()) == is_silent


def test_a_number_that_was_never_heard_of_counts_from_its_connection(number):
    make_number(number.tenant, state="draft")
    number.connected_at = NOW - timedelta(hours=49)
    number.save()
    assert look_at() == [("webhooks_silent", number.phone_number_id)]


def test_every_webhook_of_a_number_says_that_it_is_heard(number):
    take("messages__text")
    number.refresh_from_db()
    assert number.heard_at == NOW
    assert look_at() == []


def test_a_busy_number_is_written_once_a_minute(number, django_assert_max_num_queries):
    take("messages__text")
    take(envelope({"messages": [text_message("w2", at=seconds())]}), NOW + timedelta(seconds=30))
    number.refresh_from_db()
    assert number.heard_at == NOW


def test_beat_looks(number):
    WebhookEvent.objects.create(provider="meta", key="k", state="failed")
    tasks.look()
    assert Alert.objects.filter(kind="events_failed").exists()


@pytest.mark.parametrize("question", [watch.unsettled, lambda: watch.lag(NOW), lambda: list(watch.silent(NOW))])
def test_each_question_is_at_most_two_queries(number, question, django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        question()
