"""What people do to messages afterwards: emojis, edits, deletions, whatever comes first."""

import itertools

import pytest

from tenants.models import Contact
from tests.factories import NOW
from tests.whatsapp.meta_bodies import envelope, process_all, seconds, take, text_message
from whatsapp import inbox, reactions, revisions
from whatsapp.models import Conversation, Message, Reaction, Revision

pytestmark = pytest.mark.django_db

MARIA, ANA = "5511988887777", "5511977776666"


def said(type_, wamid, at=0, sender=MARIA, **content):
    fact = {"from": sender, "id": wamid, "timestamp": str(seconds(at)), "type": type_, type_: content}
    return envelope({"messages": [fact]})


def react(wamid, emoji, at=0, sender=MARIA, target="wamid.in.text"):
    content = {"message_id": target} | ({"emoji": emoji} if emoji is not None else {})
    return said("reaction", wamid, at, sender, **content)


def edit(wamid, text, at=0, target="w"):
    return said("edit", wamid, at, original_message_id=target, message={"type": "text", "text": {"body": text}})


def revoke(wamid, at=0, target="w"):
    return said("revoke", wamid, at, original_message_id=target)


def emojis():
    return [(row.contact.address if row.contact else "us", row.emoji) for row in Reaction.objects.exclude(emoji="")]


def test_a_reaction_stands_on_its_message_and_is_none_itself(number):
    take("messages__text")
    take(react("r1", "👍", 1))
    message = Message.objects.get()
    assert [row.emoji for row in reactions.of([message])[message.pk]] == ["👍"]


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_of_a_persons_reactions_the_newest_counts(number, order):
    words = [react("r1", "👍", 1), react("r2", "❤️", 2), react("r3", "😮", 3)]
    for place in order:
        take(words[place])
    assert emojis() == [(MARIA, "😮")]


@pytest.mark.parametrize("removal", [None, ""])
@pytest.mark.parametrize("is_late", [False, True])
def test_a_reaction_that_was_taken_back_stays_away(number, removal, is_late):
    words = [react("r1", "👍", 1), react("r2", removal, 2)]
    for word in reversed(words) if is_late else words:
        take(word)
    assert emojis() == []


def test_each_person_has_one_reaction_and_so_have_we(number):
    take(react("r1", "👍"))
    take(react("r2", "🙏", sender=ANA))
    take("smb_message_echoes__reaction")
    assert sorted(emojis()) == [(ANA, "🙏"), (MARIA, "👍"), ("us", "❤️")]


def test_a_reaction_opens_no_window_and_no_conversation(number):
    take(react("r1", "👍"))
    assert (Conversation.objects.count(), Message.objects.count(), Contact.objects.count()) == (0, 0, 1)


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))])
def test_a_message_shows_its_newest_words_whatever_came_first(number, order):
    told = [
        envelope({"messages": [text_message("w", at=seconds(), body="terça")]}),
        edit("e1", "quarta", 1),
        edit("e2", "quinta", 2),
        revoke("d1", 3),
    ]
    for place in order:
        take(told[place])
    message = Message.objects.get()
    assert (message.text, message.content) == ("quinta", {"text": {"body": "terça"}})
    assert (message.edited_at.timestamp(), message.revoked_at.timestamp()) == (seconds(2), seconds(3))


def test_every_version_is_kept(number):
    for body in (envelope({"messages": [text_message("w", at=seconds())]}), edit("e1", "quarta", 1), revoke("d1", 2)):
        take(body)
    kept = Message.objects.get().revisions.values_list("kind", "text")
    assert list(kept) == [("edit", "quarta"), ("revoke", "")]


def test_an_edit_of_a_caption_is_read_from_its_type(number):
    take("messages__image")
    caption = {"caption": "Outro corte", "mime_type": "image/jpeg", "id": "m-1"}
    new = {"type": "image", "image": caption}
    take(said("edit", "e1", 1, original_message_id="wamid.in.image", message=new))
    assert Message.objects.get().text == "Outro corte"


def test_an_edit_whose_message_is_recorded_at_the_same_moment_is_found_by_the_sweep(number, monkeypatch):
    monkeypatch.setattr(revisions, "adopt", lambda _messages: None)
    take(edit("e1", "quarta", 1))
    take(envelope({"messages": [text_message("w", at=seconds(), body="terça")]}))
    monkeypatch.undo()
    assert Message.objects.get().text == "terça"
    inbox.sweep(NOW)
    assert Message.objects.get().text == "quarta"


def test_an_edit_is_no_message_that_is_answered(number):
    take(edit("e1", "SAIR"))
    process_all()
    assert (Message.objects.count(), Revision.objects.count()) == (0, 1)
