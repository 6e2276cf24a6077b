"""A number changed hands: what came then is of the owner of then, and a status goes to the message that it tells of."""

import json
from datetime import timedelta

import pytest

from tests.factories import NOW, make_account, make_contact, make_number, make_tenant
from tests.whatsapp.meta_bodies import envelope, payload, process_all, seconds, take
from whatsapp import inbox
from whatsapp.models import Message, MessageStatus, WebhookEvent

HANDED_OVER = NOW + timedelta(hours=1)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def former(number):
    """The owner of the payload files' number, until it was given up."""
    number.owned_until = HANDED_OVER
    number.save()
    return number


def owner_of_now(former, tenant=None):
    tenant = tenant or make_tenant("barbearia-charlie")
    return make_number(
        tenant, make_account(tenant), phone_number_id=former.phone_number_id, owned_from=former.owned_until
    )


def sent_by(number, **values):
    values = {"provider_message_id": "wamid.out", "client_ref": "job:1"} | values
    facts = {"direction": "outbound", "origin": "automation", "type": "text", "contact": make_contact(number.tenant)}
    return Message.objects.create(tenant=number.tenant, number=number, **facts, **values)


def hear(word="delivered", wamid="wamid.out", **more):
    """Meta tells a status after the number was given up."""
    status = {"id": wamid, "status": word, "timestamp": str(seconds()), "recipient_id": "5511988887777"}
    take(envelope({"statuses": [status | more]}), LATER)


def rung(message):
    message.refresh_from_db()
    return message.status


def test_a_status_finds_what_a_number_sent_before_it_was_given_up(former):
    message = sent_by(former)
    hear()
    assert rung(message) == "delivered"
    assert WebhookEvent.objects.get().number == former


def test_a_status_that_knows_only_our_reference_finds_it_and_tells_its_id(former):
    message = sent_by(former, provider_message_id=None)
    hear(biz_opaque_callback_data="job:1")
    assert (rung(message), message.provider_message_id) == ("delivered", "wamid.out")


def test_the_next_owner_never_gets_a_status_of_what_another_company_sent(former):
    message, after = sent_by(former), owner_of_now(former)
    hear()
    assert rung(message) == "delivered"
    assert not MessageStatus.objects.for_tenant(after.tenant).exists()
    assert not WebhookEvent.objects.for_tenant(after.tenant).exists()


def test_the_next_owners_own_statuses_are_its_own(former):
    sent_by(former)
    own = sent_by(owner_of_now(former), provider_message_id="wamid.new", client_ref="job:2")
    hear(wamid="wamid.new")
    assert rung(own) == "delivered"


def test_who_has_its_number_back_gets_the_statuses_of_both_times(former):
    before, again = sent_by(former), owner_of_now(former, former.tenant)
    after = sent_by(again, provider_message_id="wamid.new", client_ref="job:2")
    hear()
    hear(wamid="wamid.new")
    assert (rung(before), rung(after)) == ("delivered", "delivered")


def test_a_status_of_nothing_that_we_sent_waits_as_before(former):
    sent_by(former)
    hear(wamid="wamid.stranger")
    assert WebhookEvent.objects.get().state == "waiting"
    assert not MessageStatus.objects.exists()


def test_another_numbers_message_of_the_same_id_is_not_meant(former):
    other = sent_by(make_number(former.tenant, former.account))
    hear()
    assert (rung(other), WebhookEvent.objects.get().state) == ("", "waiting")


@pytest.mark.parametrize("is_taken_over", [True, False], ids=["another has it now", "nobody has it now"])
def test_what_came_before_the_hand_over_and_is_read_after_it_is_of_the_owner_of_then(former, is_taken_over):
    if is_taken_over:
        owner_of_now(former)
    inbox.receive("meta", json.dumps(payload("messages__text")).encode(), NOW)
    process_all(LATER)
    assert Message.objects.get().number == former


def test_a_message_that_comes_after_it_is_shown_to_nobody(former):
    take("messages__text", LATER)
    assert WebhookEvent.objects.get().state == "waiting"
    assert not Message.objects.exists()
