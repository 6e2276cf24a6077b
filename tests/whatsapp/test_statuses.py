"""The ladder: any order and any repetition of the same statuses end alike."""

import itertools
import threading

import pytest
from django.db import connection

from tests.factories import NOW, make_contact
from tests.whatsapp.meta_bodies import envelope, seconds, take
from whatsapp import statuses
from whatsapp.models import Message, MessageStatus

REF = "job-1:1"


def status(word, at=0, wamid="wamid.out", **more):
    return {"id": wamid, "status": word, "timestamp": str(seconds(at)), "recipient_id": "5511988887777"} | more


def tell(*told, **more):
    take(envelope({"statuses": list(told)}, **more))


def sent(number, **values):
    contact = make_contact(number.tenant)
    defaults = {"direction": "outbound", "origin": "automation", "type": "text", "provider_message_id": "wamid.out"}
    return Message.objects.create(tenant=number.tenant, number=number, contact=contact, **(defaults | values))


def rung(message):
    message.refresh_from_db()
    return message.status


FAILED = status("failed", 1, errors=[{"code": 131026, "title": "Message undeliverable"}])


@pytest.mark.parametrize(
    ("told", "end"),
    [
        (["sent"], "sent"),
        (["sent", "delivered"], "delivered"),
        (["sent", "delivered", "read"], "read"),
        (["read"], "read"),
        (["read", "played"], "played"),
        (["failed"], "failed"),
        (["sent", "failed"], "failed"),
        (["failed", "delivered"], "delivered"),
        (["sent", "failed", "read"], "read"),
        (["deleted"], ""),
        (["sent", "deleted", "warp"], "sent"),
        (["READ"], "read"),
    ],
)
def test_every_order_ends_on_the_same_rung(number, told, end):
    for count, order in enumerate(itertools.permutations(told)):
        message = sent(number, provider_message_id=f"w{count}")
        for word in order:
            tell(status(word, told.index(word), f"w{count}"))
        assert rung(message) == end


def test_the_time_of_a_rung_is_when_it_was_first_reached(number):
    message = sent(number)
    tell(status("read", 9), status("sent", 1))
    tell(status("read", 5))
    rung(message)
    assert message.status_at == NOW.replace(second=5)


def test_a_failure_tells_its_code_and_a_later_proof_of_delivery_takes_it_back(number):
    message = sent(number)
    tell(FAILED)
    assert (rung(message), message.error_code, message.error_title) == ("failed", 131026, "Message undeliverable")
    tell(status("delivered", 5))
    assert (rung(message), message.error_code, message.error_title) == ("delivered", None, "")


def test_accepted_is_below_what_meta_tells(number):
    message = sent(number, provider_message_id=None, client_ref=REF)
    tell(status("sent", biz_opaque_callback_data=REF))
    statuses.record_accepted(message, "wamid.out", NOW)
    assert rung(message) == "sent"


def test_a_send_that_was_recorded_is_accepted(number):
    message = sent(number, provider_message_id=None, client_ref=REF)
    statuses.record_accepted(message, "wamid.out", NOW)
    assert (rung(message), message.provider_message_id) == ("accepted", "wamid.out")


def test_a_status_finds_our_reference_and_tells_the_id(number):
    message = sent(number, provider_message_id=None, client_ref=REF)
    tell(status("delivered", biz_opaque_callback_data=REF))
    assert (rung(message), message.provider_message_id) == ("delivered", "wamid.out")
    tell(status("read"))
    assert rung(message) == "read"


def test_a_reference_counts_for_its_own_number_only(number):
    message = sent(number, provider_message_id=None, client_ref=REF)
    other = type(number).objects.create(
        tenant=number.tenant, account=number.account, phone_number_id="other", owned_from=number.owned_from
    )
    tell(status("read", biz_opaque_callback_data=REF), number_id=other.phone_number_id)
    assert rung(message) == ""


def test_statuses_of_an_unknown_message_wait_for_it(number):
    tell(status("sent"), status("delivered", 3))
    message = sent(number)
    assert statuses.adopt_orphans(message) == 2
    assert (message.status, message.statuses.count()) == ("delivered", 2)


def test_an_orphan_of_our_reference_is_adopted_too(number):
    tell(status("read", biz_opaque_callback_data=REF))
    message = sent(number, provider_message_id=None, client_ref=REF)
    statuses.adopt_orphans(message)
    assert message.status == "read"


def test_the_sweep_attaches_what_came_in_the_same_moment(number):
    tell(status("read"))
    message = sent(number)
    assert statuses.adopt_recent(NOW) == 1
    assert rung(message) == "read"


def test_the_same_status_again_is_one_row(number):
    sent(number)
    tell(status("sent"))
    tell(status("sent"), status("sent", biz_opaque_callback_data="x"))
    assert MessageStatus.objects.count() == 1


def test_participants_of_a_group_have_rows_of_their_own(number):
    message = sent(number, provider_message_id="wamid.out.group")
    take("messages__status_group")
    rows = message.statuses.order_by("participant")
    assert [row.participant for row in rows] == ["5511977776666", "5511988887777"]
    assert rows[0].pricing["category"] == "utility", "printed inside the conversation"


def test_the_history_keeps_prices_and_errors(number):
    sent(number)
    tell(FAILED | {"pricing": {"category": "utility", "type": "regular"}})
    row = MessageStatus.objects.get()
    assert (row.pricing["category"], row.errors[0]["code"]) == ("utility", 131026)


@pytest.mark.django_db(transaction=True)
def test_statuses_that_race_end_on_the_highest_rung(number):
    message = sent(number)
    words = ["sent", "delivered", "read", "failed", "played"]

    def one(word):
        try:
            tell(status(word))
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[word]) for word in words]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (rung(message), message.statuses.count()) == ("played", 5)
