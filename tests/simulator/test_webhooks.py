"""Webhooks: signed over the raw bytes, tried again until taken, never lost by a restart of either side."""

import requests

from .conftest import CUSTOMER, notice, wait_until


def test_a_body_is_signed_as_it_is_sent_with_ascii_escapes(meta, receiver):
    meta.inbound(CUSTOMER, text="Olá, João / Ação 👍")
    raw = wait_until(lambda: receiver.raw)[0]
    assert receiver.unsigned == 0
    assert rb"Ol\u00e1, Jo\u00e3o \/ A\u00e7\u00e3o \ud83d\udc4d" in raw
    assert receiver.values("messages")[0]["text"]["body"] == "Olá, João / Ação 👍"


def test_the_envelope_names_account_and_number(meta, receiver):
    meta.inbound(CUSTOMER, text="oi")
    (body,) = wait_until(lambda: receiver.bodies)
    (entry,) = body["entry"]
    assert (body["object"], entry["id"], "time" in entry) == ("whatsapp_business_account", meta.waba, False)
    assert entry["changes"][0]["value"]["metadata"] == {
        "display_phone_number": "551140001234",
        "phone_number_id": meta.number,
    }


def test_a_webhook_that_is_not_taken_is_tried_again(meta, receiver):
    receiver.statuses = [503, 401, 200]
    meta.inbound(CUSTOMER, text="oi")
    wait_until(lambda: receiver.values("messages"))
    assert receiver.statuses == []


def test_what_waits_survives_a_restart_of_the_simulator(start, receiver):
    first = start()
    receiver.statuses = [503] * 4
    first.send(notice())
    first.inbound(CUSTOMER, text="oi")
    first.simulator.outbox.stop()
    receiver.statuses = []
    second = start()
    wait_until(lambda: receiver.values("messages") and len(receiver.status_names()) == 3)
    assert second.messages()[0]["statuses"][-1]["status"] == "read"


def test_an_account_without_subscription_gets_no_webhooks(meta, receiver):
    assert meta.graph("DELETE", f"{meta.waba}/subscribed_apps").json() == {"success": True}
    meta.inbound(CUSTOMER, text="um")
    meta.graph("POST", f"{meta.waba}/subscribed_apps")
    meta.inbound(CUSTOMER, text="dois")
    assert [message["text"]["body"] for message in wait_until(lambda: receiver.values("messages"))] == ["dois"]


def override(meta, receiver, verify_token="test_verify_token"):
    body = {"override_callback_uri": receiver.url + "?own", "verify_token": verify_token}
    return meta.graph("POST", f"{meta.waba}/subscribed_apps", json=body)


def test_an_override_takes_messages_but_not_news_of_the_account(meta, receiver):
    assert override(meta, receiver).ok
    meta.webhook("account_update", {"event": "ACCOUNT_VIOLATION"})
    wait_until(lambda: len(receiver.bodies) == 1)
    meta.inbound(CUSTOMER, text="oi")
    wait_until(lambda: len(receiver.bodies) == 2)
    assert receiver.targets == ["/hook", "/hook?own"]


def test_an_override_is_shown_and_needs_its_handshake(meta, receiver):
    override(meta, receiver)
    (app,) = meta.graph("GET", f"{meta.waba}/subscribed_apps").json()["data"]
    assert app["override_callback_uri"] == receiver.url + "?own"
    assert meta.refusal(override(meta, receiver, verify_token="wrong")) == (400, 2200)


def test_any_webhook_can_be_sent_by_hand(meta, receiver):
    meta.webhook("account_update", {"event": "ACCOUNT_VIOLATION"})
    (body,) = wait_until(lambda: receiver.bodies)
    assert body["entry"][0]["id"] == meta.waba
    assert isinstance(body["entry"][0]["time"], int)
    assert body["entry"][0]["changes"] == [{"value": {"event": "ACCOUNT_VIOLATION"}, "field": "account_update"}]


def test_the_callback_address_can_be_verified_as_meta_does(meta, receiver):
    answer = requests.post(f"{meta.url}/sim/webhooks/verify", timeout=5)
    assert answer.json() == {"verified": True, "webhook_url": receiver.url}


def test_under_load_updates_of_one_number_share_a_body(meta, receiver):
    receiver.statuses = [503] * 60
    for number in range(60):
        meta.inbound(CUSTOMER, text=str(number))
    wait_until(lambda: len(receiver.values("messages")) == 60, seconds=10)
    assert len(receiver.bodies) < 60
    assert max(len(body["entry"][0]["changes"][0]["value"]["messages"]) for body in receiver.bodies) > 1
