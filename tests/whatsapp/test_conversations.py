"""What people do to a conversation, what is unread in it, and who is there: one winner, told in words, audited."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from tenants.models import AuditEntry
from tests.factories import NOW, make_contact, make_person
from tests.whatsapp.meta_bodies import envelope, seconds, take, text_message
from whatsapp import conversations, valkey
from whatsapp.conversations import acts, unread
from whatsapp.conversations.acts import ActRefused
from whatsapp.models import Conversation
from whatsapp.models.conversation import UNREAD

MINUTE = timedelta(minutes=1)


def wrote(wamid, at=0, **content):
    message = text_message(wamid, at=seconds(at)) | content
    take(envelope({"messages": [message], "contacts": [{"wa_id": message["from"]}]}))


def thread(number):
    return conversations.open_for(number, make_contact(number.tenant))


def count(conversation):
    return unread.counted(Conversation.objects.filter(pk=conversation.pk)).get().unread_count


def told(conversation):
    lines = AuditEntry.objects.filter(object_type="whatsapp.conversation", object_id=str(conversation.pk))
    return list(lines.order_by("pk").values_list("action", flat=True))


@pytest.fixture
def ana(number):
    return make_person(number.tenant, username="ana", first_name="Ana")


@pytest.fixture
def bia(number):
    return make_person(number.tenant, username="bia", first_name="Bia")


def test_who_takes_it_has_it_and_the_robot_keeps_still(number, ana):
    conversation = acts.take(thread(number), ana)
    assert (conversation.assigned_to, conversation.handler, conversation.is_taken) == (ana, "human", True)
    assert told(conversation) == ["conversation.taken"]


def test_of_two_who_saw_it_free_one_wins_and_the_other_is_told_who(number, ana, bia):
    conversation = thread(number)
    acts.take(conversation, ana, seen="")
    with pytest.raises(ActRefused, match="Ana"):
        acts.take(conversation, bia, seen="")
    conversation.refresh_from_db()
    assert conversation.assigned_to == ana


def test_a_colleague_is_relieved_by_whoever_saw_who_had_it(number, ana, bia):
    conversation = acts.take(thread(number), ana)
    assert acts.take(conversation, bia, seen=str(ana.pk)).assigned_to == bia


@pytest.mark.parametrize("act", [acts.close, acts.wait, acts.hand_to_robot, acts.reopen])
def test_said_twice_it_is_done_once(number, ana, act):
    conversation = acts.take(acts.close(thread(number)), ana)
    before = len(told(conversation))
    for _ in range(2):
        act(conversation, ana)
    assert len(told(conversation)) - before == (0 if act is acts.reopen else 1)


def test_a_closed_one_is_given_back_and_the_next_word_opens_it(number, ana):
    conversation = acts.close(acts.take(thread(number), ana), ana)
    assert (conversation.state, conversation.handler, conversation.assigned_to) == ("closed", "robot", None)
    wrote("w1")
    conversation.refresh_from_db()
    assert conversation.state == "open"


def test_one_that_waits_for_the_customer_opens_with_the_next_word(number):
    conversation = acts.wait(thread(number))
    wrote("w1")
    conversation.refresh_from_db()
    assert conversation.state == "open"


@pytest.mark.parametrize("role", ["viewer", None])
def test_it_is_given_only_to_who_answers_customers_here(number, ana, role):
    stranger = make_person(number.tenant if role else None, role or "operator")
    with pytest.raises(ActRefused):
        acts.assign(thread(number), stranger, ana)


def test_a_closed_conversation_that_is_given_to_somebody_is_open(number, ana):
    conversation = acts.close(thread(number))
    assert acts.assign(conversation, ana).state == "open"


def test_a_note_that_is_sent_twice_is_kept_once(number, ana):
    conversation = thread(number)
    for at in (NOW, NOW + timedelta(seconds=5), NOW + 2 * MINUTE):
        acts.note(conversation, "prefere de manhã", ana, at)
    assert conversation.notes.count() == 2


def test_unread_is_what_the_customer_wrote_since_it_was_read(number):
    for wamid, at in (("w1", -300), ("w2", -200), ("w3", -100)):
        wrote(wamid, at)
    conversation = thread(number)
    assert count(conversation) == 3
    conversations.mark_read(conversation, NOW - timedelta(seconds=200), NOW)
    assert count(conversation) == 1


def test_what_was_read_stays_read_and_what_is_to_come_is_not_read_yet(number):
    wrote("w1", -100)
    conversation = thread(number)
    assert conversations.mark_read(conversation, NOW + timedelta(days=900), NOW)
    assert not conversations.mark_read(conversation, NOW - timedelta(days=1), NOW)
    conversation.refresh_from_db()
    assert (conversation.read_at, count(conversation)) == (conversation.last_inbound_at, 0)


def test_what_comes_late_is_unread_though_somebody_looked_after_it_was_written(number):
    wrote("w1", -300)
    conversations.mark_read(thread(number), NOW, NOW)
    wrote("w2", -100)
    assert count(thread(number)) == 1
    assert Conversation.objects.filter(UNREAD).exists()


def test_our_own_words_are_not_unread(number):
    conversation = thread(number)
    conversations.speak([conversation.pk], NOW)
    conversation.refresh_from_db()
    assert (conversation.last_message_at, conversation.last_inbound_at, count(conversation)) == (NOW, None, 0)


def test_what_we_write_moves_no_conversation_back(number):
    wrote("w1", 0)
    conversation = thread(number)
    conversations.speak([conversation.pk], NOW - MINUTE)
    assert thread(number).last_message_at == NOW


def test_people_see_who_is_there_and_who_writes(number, ana, bia):
    conversation = thread(number)
    conversations.touch_presence(conversation.pk, ana, True, NOW)
    here = conversations.touch_presence(conversation.pk, bia, False, NOW + timedelta(seconds=5))
    assert [(one.name, one.typing) for one in here] == [("Ana", True), ("Bia", False)]
    later = conversations.touch_presence(conversation.pk, bia, False, NOW + timedelta(seconds=16))
    assert [one.name for one in later] == ["Bia"]


def test_without_valkey_nobody_is_seen(number, ana, monkeypatch):
    monkeypatch.setattr(valkey, "attempt", lambda _command: None)
    assert conversations.touch_presence(thread(number).pk, ana, True, NOW) == []


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_get_one_winner(number, ana, bia):
    conversation, outcomes, start = thread(number), [], threading.Barrier(2)

    def press(person):
        start.wait()
        try:
            outcomes.append(acts.take(conversation, person, seen="").assigned_to)
        except ActRefused:
            outcomes.append(None)
        connections.close_all()

    people = [threading.Thread(target=press, args=(person,)) for person in (ana, bia)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    conversation.refresh_from_db()
    assert sorted(map(str, outcomes)) == sorted([str(conversation.assigned_to), "None"])
