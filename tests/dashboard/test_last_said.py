"""What lines tell of messages means what the rest of the code means by it."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from dashboard.queries.last_said import LENGTH, Last, last_said
from tests.dashboard.test_conversations_page import wrote
from whatsapp import conversations
from whatsapp.conversations import unread
from whatsapp.models import Conversation, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(jana):
    """With a message of every direction and origin, before and after it was read."""
    row = wrote(jana, "+5511988880000", ago=9)
    kinds = product(Message.Direction.values, Message.Origin.values, (20, 10, 0))
    for direction, origin, ago in kinds:
        at = timezone.now() - timedelta(minutes=ago)
        values = {"tenant": jana, "number": row.number, "contact": row.contact, "conversation": row}
        Message.objects.create(**values, direction=direction, origin=origin, type="text", text="oi", occurred_at=at)
    return row


@pytest.mark.parametrize("read_ago", [None, 15, 5, -5])
def test_what_nobody_has_read_is_counted_as_everywhere(talk, read_ago):
    talk.read_at = None if read_ago is None else timezone.now() - timedelta(minutes=read_ago)
    talk.save(update_fields=["read_at"])
    counted = unread.counted(Conversation.objects.filter(pk=talk.pk)).get().unread_count
    assert last_said([talk.pk])[talk.pk].unread == counted


def test_nobody_counts_further_than_is_told(talk, monkeypatch):
    monkeypatch.setattr(unread, "MOST", 2)
    assert last_said([talk.pk])[talk.pk].unread == 2


def test_of_each_conversation_the_newest_message_is_told_in_short(jana, talk):
    other = wrote(jana, "+5511988880001", ago=1)
    Message.objects.filter(conversation=other).update(text="a" * (LENGTH + 1), status="read")
    told = last_said([talk.pk, other.pk])
    newest = Message.objects.filter(conversation=talk).order_by("-occurred_at", "-id").first()
    assert (told[talk.pk].id, told[talk.pk].text) == (newest.pk, "oi")
    assert (told[other.pk].text, told[other.pk].status) == ("a" * LENGTH, "read")


def test_where_nothing_was_said_nothing_is_told(jana, talk):
    silent = conversations.open_for(talk.number, wrote(jana, "+5511988880002").contact)
    Message.objects.filter(conversation=silent).delete()
    assert last_said([silent.pk]).get(silent.pk, Last()) == Last()
