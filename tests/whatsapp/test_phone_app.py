"""Coexistence: what the business writes on its phone, what it wrote before, and whom it has in its address book."""

import itertools
import json

import pytest
from django.db import transaction

from tenants.models import Contact
from tests.factories import NOW, make_contact
from tests.whatsapp.meta_bodies import envelope, payload, process_all, seconds, take, text_message
from whatsapp import inbox, statuses, window
from whatsapp.models import BookEntry, Conversation, Message, MessageStatus, WebhookEvent

pytestmark = pytest.mark.django_db

ECHO = "smb_message_echoes__text"


def sent_by_us(number, wamid=None, **values):
    """A message of ours, made before the call."""
    defaults = {"direction": "outbound", "origin": "automation", "client_ref": "7:1", "type": "text", "text": "nosso"}
    return Message.objects.create(tenant=number.tenant, number=number, provider_message_id=wamid, **(defaults | values))


def status(word, wamid="wamid.echo.1", **more):
    return envelope({"statuses": [{"id": wamid, "status": word, "timestamp": str(seconds())} | more]})


def test_an_echo_is_an_outbound_message_of_the_app(number):
    take(ECHO)
    message = Message.objects.get()
    assert (message.direction, message.origin, message.text) == ("outbound", "app", "Respondi pelo celular")
    assert (message.contact.address, message.conversation.number) == ("5511988887777", number)


def test_an_echo_opens_no_window(number):
    take(ECHO)
    assert window.of(Conversation.objects.get(), NOW).reason == "no_inbound"


def test_an_echo_to_a_person_without_phone_finds_them(number):
    take("smb_message_echoes__to_user_id")
    assert Message.objects.get().contact.address == "BR.900100200300999"


def test_an_echo_with_a_file_keeps_it(number):
    take("smb_message_echoes__image")
    assert Message.objects.get().media.get().provider_media_id == "media-9"


def test_an_echo_of_a_message_of_ours_changes_nothing(number):
    sent_by_us(number, "wamid.echo.1")
    take(ECHO)
    assert (Message.objects.get().origin, Message.objects.get().text) == ("automation", "nosso")


def test_our_record_takes_the_place_of_an_echo_that_was_faster_than_the_answer(number):
    take(ECHO)
    take(status("delivered"))
    ours = sent_by_us(number)
    statuses.record_accepted(ours, "wamid.echo.1", NOW)
    message = Message.objects.get()
    assert (message.pk, message.provider_message_id, message.status) == (ours.pk, "wamid.echo.1", "delivered")


def test_a_status_with_our_reference_replaces_the_echo_of_a_send_without_answer(number):
    ours = sent_by_us(number)
    take(ECHO)
    assert Message.objects.count() == 2, "an echo settles nothing by itself"
    take(status("sent", biz_opaque_callback_data="7:1"))
    assert (Message.objects.get().pk, Message.objects.get().status) == (ours.pk, "sent")


@pytest.mark.parametrize("order", [*itertools.permutations(range(3))])
def test_echo_edit_and_status_in_any_order_end_alike(number, order):
    told = [payload(ECHO), payload("smb_message_echoes__edit"), status("read")]
    for place in order:
        take(told[place])
    message = Message.objects.get()
    assert (message.text, message.status) == ("Respondi do celular", "read")


def test_a_deletion_on_the_phone_is_shown(number):
    take(ECHO)
    take("smb_message_echoes__revoke")
    assert Message.objects.get().revoked_at


def test_history_makes_messages_both_ways_that_open_nothing(number):
    take("history__threads")
    told = Message.objects.order_by("occurred_at").values_list("direction", "origin", "type", "status")
    assert list(told) == [
        ("inbound", "history", "text", ""),
        ("outbound", "history", "text", "played"),
        ("inbound", "history", "media_placeholder", ""),
        ("outbound", "history", "text", "failed"),
        ("inbound", "history", "text", ""),
        ("outbound", "history", "text", "delivered"),
        ("inbound", "history", "text", ""),
    ]
    assert not Conversation.objects.exclude(window_opened_at=None).exists()


def test_history_applies_what_was_done_to_its_messages(number):
    take("history__threads")
    changed = {row.provider_message_id: row for row in Message.objects.all()}
    assert (changed["wamid.old.8"].text, bool(changed["wamid.old.1"].revoked_at)) == ("Quarta", True)


def test_an_item_of_a_history_without_id_is_said_to_be_left_out(number):
    take("history__threads")
    assert list(WebhookEvent.objects.values_list("state", "note")) == [("processed", "left_out")]


@pytest.mark.parametrize("is_late", [False, True])
def test_the_file_takes_the_place_of_its_placeholder(number, is_late):
    for name in ["history__threads", "history__media"][:: -1 if is_late else 1]:
        take(name)
    message = Message.objects.get(provider_message_id="wamid.old.3")
    assert (message.type, message.text, message.origin) == ("image", "A foto", "history")
    assert message.media.get().lane == "history"


@pytest.mark.parametrize("is_late", [False, True])
def test_a_message_that_came_live_and_by_history_is_the_live_one(number, is_late):
    live = envelope({"messages": [text_message("wamid.old.1", at=seconds(-60), body="Oi")]})
    for body in [live, payload("history__chunk")][:: -1 if is_late else 1]:
        take(body)
    message = Message.objects.get()
    assert (message.origin, message.occurred_at.timestamp()) == ("customer", seconds(-60))
    assert window.of(Conversation.objects.get(), NOW).open


def test_a_refused_history_is_processed_with_nothing_in_it(number):
    take("history__declined_without_envelope")
    assert (WebhookEvent.objects.get().state, Message.objects.count()) == ("processed", 0)


def test_an_echo_inside_a_history_is_history(number):
    take("history__media_of_ours")
    assert (Message.objects.get().origin, Message.objects.get().direction) == ("history", "outbound")


def test_the_phones_name_goes_where_nobody_gave_one(number):
    make_contact(number.tenant, name="Maria da Silva")
    take("smb_app_state_sync__user_id")
    take("smb_app_state_sync__contacts")
    assert set(Contact.objects.values_list("name", flat=True)) == {"Maria da Silva", "Lia Souza", ""}


def book(action, at, name="", phone="5511988887777"):
    card = {"phone_number": phone} | ({"full_name": name} if name else {})
    entry = {"type": "contact", "contact": card, "action": action, "metadata": {"timestamp": str(seconds(at))}}
    return envelope({"state_sync": [entry]}, field="smb_app_state_sync")


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))])
def test_the_phones_newest_word_counts(number, order):
    words = [book("add", 1, "Maria"), book("remove", 2), book("add", 3, "Maria Corte"), book("remove", 4)]
    for place in order:
        take(words[place])
    entry = BookEntry.objects.get()
    assert (entry.name, entry.is_removed, entry.contact.name) == ("Maria Corte", True, "Maria Corte")


def test_the_same_person_twice_in_one_body_is_one_entry(number):
    words = [book("add", 1, "Maria"), book("add", 2, "Maria Corte")]
    items = [word["entry"][0]["changes"][0]["value"]["state_sync"][0] for word in words]
    take(envelope({"state_sync": items}, field="smb_app_state_sync"))
    assert BookEntry.objects.get().name == "Maria Corte"


def test_history_is_read_in_small_batches_after_all_that_is_live(number):
    for index in range(12):
        body = payload("history__chunk")
        body["entry"][0]["changes"][0]["value"]["history"][0]["metadata"]["chunk_order"] = index
        inbox.receive("meta", json.dumps(body).encode(), NOW)
    assert inbox.process(NOW, limit=10, lane="history") == 10
    process_all()
    assert (Message.objects.count(), MessageStatus.objects.count()) == (1, 0)


def test_two_records_of_ours_never_share_a_wamid(number):
    sent_by_us(number, "wamid.1")
    other = sent_by_us(number, client_ref="8:1")
    with pytest.raises(Exception, match="another record"), transaction.atomic():
        statuses.record_accepted(other, "wamid.1", NOW)
