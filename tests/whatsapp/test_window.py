"""The 24-hour window: opened by what customers write, by Meta's clock, evidence kept."""

from datetime import timedelta

import pytest

from tests.factories import NOW, make_contact
from tests.whatsapp.meta_bodies import envelope, seconds, take, text_message
from whatsapp import conversations, window
from whatsapp.conversations import acts
from whatsapp.models import Conversation, Message

MINUTE = 60
HOUR = 60 * MINUTE


def wrote(wamid, at, type_="text", **content):
    message = text_message(wamid, at=at) | {"type": type_} | content
    return envelope({"messages": [message], "contacts": [{"wa_id": message["from"]}]})


def find(number, now=NOW):
    return window.find(number, make_contact(number.tenant), now)


def test_no_word_of_the_customer_means_closed(number):
    assert find(number) == window.Window(open=False, reason="no_inbound")


def test_it_closes_a_minute_before_meta_closes_it(number):
    take(wrote("w1", seconds(-HOUR)))
    closes_at = NOW + timedelta(hours=23) - timedelta(seconds=60)
    assert find(number) == window.Window(True, NOW - timedelta(hours=1), "w1", closes_at)
    assert find(number, closes_at - timedelta(seconds=1)).open
    assert find(number, closes_at).reason == "expired"


def test_metas_clock_decides_not_the_time_of_arrival(number):
    take(wrote("w1", seconds(-25 * HOUR)))
    assert find(number).reason == "expired"


def test_the_latest_word_counts_whatever_came_first(number):
    take(wrote("w2", seconds(-HOUR)))
    take(wrote("w1", seconds(-2 * HOUR)))
    assert find(number).message_id == "w2"


def test_of_two_words_in_one_second_the_greater_id_is_the_evidence(number):
    for wamid in ("w2", "w3", "w1"):
        take(wrote(wamid, seconds(-HOUR)))
    assert find(number).message_id == "w3"


@pytest.mark.parametrize("type_", ["reaction", "system", "edit", "revoke", "unsupported", "hologram"])
def test_what_nobody_wrote_opens_nothing(number, type_):
    take(wrote("w1", seconds(-HOUR), type_))
    assert find(number).reason == "no_inbound"


def test_a_clock_that_cannot_be_read_opens_nothing(number):
    take(wrote("w1", "ontem"))
    assert find(number).reason == "no_inbound"


def test_a_clock_that_runs_ahead_gains_five_minutes_at_most(number):
    take(wrote("w1", seconds(10 * HOUR)))
    assert find(number).last_inbound_at == NOW + timedelta(minutes=5)


def test_the_window_is_of_one_number(number):
    take(wrote("w1", seconds(-HOUR)))
    other = type(number).objects.create(tenant=number.tenant, account=number.account, phone_number_id="other")
    assert find(other).reason == "no_inbound"


def test_one_query_finds_it(number, django_assert_num_queries):
    take(wrote("w1", seconds(-HOUR)))
    contact = make_contact(number.tenant)
    with django_assert_num_queries(1):
        window.find(number, contact, NOW)


def test_the_conversation_at_hand_answers_alike(number):
    take(wrote("w1", seconds(-HOUR)))
    assert window.of(Conversation.objects.get(), NOW) == find(number)


def test_a_newer_word_reopens_a_closed_conversation_and_an_older_one_does_not(number):
    take(wrote("w1", seconds(-HOUR)))
    Conversation.objects.update(state="closed")
    take(wrote("w0", seconds(-2 * HOUR)))
    assert Conversation.objects.get().state == "closed"
    take(wrote("w2", seconds(-MINUTE)))
    assert Conversation.objects.get().state == "open"


def test_a_conversation_is_handed_over_and_back(number):
    thread = conversations.open_for(number, make_contact(number.tenant))
    conversations.hand_over(thread, "asked_for_person")
    assert Conversation.objects.get(handler="human").handler_reason == "asked_for_person"
    acts.hand_to_robot(thread)
    assert Conversation.objects.get().handler == "robot"


def test_the_second_asker_gets_the_same_conversation(number):
    contact = make_contact(number.tenant)
    assert conversations.open_for(number, contact) == conversations.open_for(number, contact)
    assert not Message.objects.exists()
