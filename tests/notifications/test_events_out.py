"""What tenants' systems are told, written with the fact, once, and of their own company alone."""

import json
from datetime import timedelta
from typing import Any

import pytest

from notifications import optout
from notifications.models import OutboxEvent
from tests.factories import MARIA, NOW, make_contact, make_tenant
from tests.notifications.customer import Customer, book_and_tell, make_studio, notice
from whatsapp import inbox
from whatsapp.models import WebhookEvent
from whatsapp.replay import replay

pytestmark = pytest.mark.django_db


def events(type_: str = "") -> list[OutboxEvent]:
    return list(OutboxEvent.objects.filter(type__startswith=type_).order_by("occurred_at", "created_at"))


def tell_status(tenant: Any, wamid: str, status: str, *errors: dict[str, Any]) -> None:
    customer = Customer(tenant)
    body = json.loads(customer.body("unused", {}, NOW))
    value = body["entry"][0]["changes"][0]["value"]
    del value["messages"], value["contacts"]
    at = str(int((NOW + timedelta(seconds=9)).timestamp()))
    told = {"id": wamid, "status": status, "timestamp": at, "recipient_id": customer.wa_id}
    value["statuses"] = [told | ({"errors": list(errors)} if errors else {})]
    inbox.receive("meta", json.dumps(body).encode(), NOW)
    while inbox.process(NOW):
        pass


def test_a_customers_message_is_told_with_words_and_conversation():
    tenant = make_studio()
    wamid = Customer(tenant).type("Oi, tudo bem?")
    event = events("whatsapp_inbound")[0]
    conversation = event.data.pop("conversation_id")
    assert conversation.isdecimal()
    assert event.data == {
        "from_phone": MARIA,
        "from_user_id": "",
        "text": "Oi, tudo bem?",
        "message_type": "text",
        "message_id": wamid,
    }
    assert (event.tenant, event.stream, event.occurred_at) == (tenant, "bc:whatsapp:inbound", NOW)


def test_a_replayed_message_is_told_once():
    Customer(make_studio()).type("Oi")
    replay(WebhookEvent.objects.all(), NOW)
    inbox.process(NOW)
    assert len(events("whatsapp_inbound")) == 1


def test_a_pressed_button_tells_what_is_wanted_and_of_which_booking():
    tenant = make_studio()
    appointment = book_and_tell(tenant)
    Customer(tenant).press(f"confirm:{appointment.pk}", NOW + timedelta(minutes=1))
    event = events("whatsapp_action")[0]
    assert event.data == {
        "intent": "confirm_appointment",
        "from_phone": MARIA,
        "context": {"appointment": appointment.external_id},
    }


def test_an_opt_out_is_told_with_its_source_whoever_records_it():
    tenant = make_studio()
    Customer(tenant).type("SAIR")
    optout.opt_out(make_contact(make_tenant(), "+5511977776666", "João"), source="operator", now=NOW)
    told = {event.data["phone"]: event.data["reason"] for event in events("whatsapp_customer_opted_out")}
    assert told == {MARIA: "keyword", "+5511977776666": "operator"}


@pytest.mark.parametrize("status", ["delivered", "read"])
def test_a_confirmed_delivery_is_told(status):
    tenant = make_studio()
    wamid = notice(book_and_tell(tenant)).message.provider_message_id
    tell_status(tenant, wamid, status)
    event = events("whatsapp_delivery")[0]
    assert (event.type, event.stream) == ("whatsapp_delivery_confirmed", "bc:whatsapp:outbound")
    assert event.data == {"message_id": wamid, "status": status}


def test_that_meta_sent_it_is_not_yet_a_delivery():
    tenant = make_studio()
    tell_status(tenant, notice(book_and_tell(tenant)).message.provider_message_id, "sent")
    assert events("whatsapp_delivery") == []


def test_a_failed_delivery_is_told_with_metas_code_and_a_sentence():
    tenant = make_studio()
    wamid = notice(book_and_tell(tenant)).message.provider_message_id
    tell_status(tenant, wamid, "failed", {"code": 131026, "title": "Message undeliverable"})
    event = events("whatsapp_delivery_failed")[0]
    assert (event.data["message_id"], event.data["error"]["code"]) == (wamid, 131026)
    assert len(event.data["error"]["message"]) > 20


def test_statuses_of_messages_that_are_not_ours_are_not_passed_on():
    tell_status(make_studio(), "wamid.of-nobody", "delivered")
    assert events() == []
