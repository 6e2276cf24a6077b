"""Playing the customer: words, buttons, lists, files, and when they were sent."""

import base64

import pytest
import requests

from .conftest import CUSTOMER, notice, wait_until

PAYLOADS = [
    {
        "type": "button",
        "sub_type": "quick_reply",
        "index": str(index),
        "parameters": [{"type": "payload", "payload": p}],
    }
    for index, p in enumerate(("confirm:1", "reschedule:1", "talk:1"))
]


def interactive(kind, action):
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": "Escolha"}, "action": action}}


def test_a_text_arrives_with_the_person_who_wrote_it(meta, receiver):
    wamid = meta.inbound(CUSTOMER, text="oi", name="Maria Souza")["wamid"]
    (message,) = wait_until(lambda: receiver.values("messages"))
    (contact,) = receiver.values("contacts")
    assert (message["id"], message["from"], message["text"]) == (wamid, CUSTOMER, {"body": "oi"})
    assert contact["profile"]["name"] == "Maria Souza"
    assert contact["user_id"] == message["from_user_id"]
    assert contact["user_id"].startswith("BR.")


def test_a_quick_reply_carries_the_payload_of_the_send(meta, receiver):
    wamid = meta.send(notice(components=PAYLOADS)).json()["messages"][0]["id"]
    meta.press(CUSTOMER, "Falar com a Jana")
    message = wait_until(lambda: receiver.values("messages"))[0]
    assert message["type"] == "button"
    assert message["button"] == {"payload": "talk:1", "text": "Falar com a Jana"}
    assert message["context"] == {"from": "551140001234", "id": wamid}


def test_a_quick_reply_without_payload_carries_its_text(meta):
    meta.send(notice())
    assert meta.press(CUSTOMER, "Reagendar")["message"]["button"]["payload"] == "Reagendar"


def test_pressing_answers_the_last_message_that_has_the_button(meta, open_window):
    meta.send(notice(components=PAYLOADS[:1]))
    last = meta.send(notice()).json()["messages"][0]["id"]
    meta.send()
    assert meta.press(CUSTOMER, "Confirmar")["message"]["context"]["id"] == last


def test_pressing_may_name_an_older_message(meta):
    first = meta.send(notice(components=PAYLOADS)).json()["messages"][0]["id"]
    meta.send(notice())
    assert meta.press(CUSTOMER, "Confirmar", reply_to=first)["message"]["button"]["payload"] == "confirm:1"


def test_a_button_of_a_free_message_answers_as_interactive(meta, open_window):
    reply = {"type": "reply", "reply": {"id": "yes", "title": "Sim"}}
    meta.send(interactive("button", {"buttons": [reply]}))
    message = meta.press(CUSTOMER, "Sim")["message"]
    assert message["interactive"] == {"type": "button_reply", "button_reply": {"id": "yes", "title": "Sim"}}


def test_a_row_of_a_list_answers_with_its_id(meta, open_window):
    row = {"id": "14h", "title": "14:00", "description": "com Jana"}
    meta.send(interactive("list", {"button": "Horários", "sections": [{"rows": [row]}]}))
    assert meta.press(CUSTOMER, "14:00")["message"]["interactive"] == {"type": "list_reply", "list_reply": row}


def test_a_button_that_nobody_sent_cannot_be_pressed(meta):
    meta.send(notice())
    with pytest.raises(requests.HTTPError, match="there are: Confirmar, Reagendar, Falar com a Jana"):
        meta.press(CUSTOMER, "Cancelar")


def test_the_customer_writes_to_whom_last_wrote(meta):
    other = meta.accounts(name="Barbearia Charlie", numbers=[{"display_phone_number": "+55 21 4000-9999"}])
    charlie = other["numbers"][0]["phone_number_id"]
    assert meta.inbound(CUSTOMER, text="oi")["phone_number_id"] == meta.number
    body = {"messaging_product": "whatsapp", "to": CUSTOMER} | notice()
    meta.graph("POST", f"{charlie}/messages", token=other["token"], json=body)
    assert meta.inbound(CUSTOMER, text="oi")["phone_number_id"] == charlie
    assert meta.inbound(CUSTOMER, text="oi", to=meta.number)["phone_number_id"] == meta.number


def test_a_message_may_have_been_written_earlier(meta):
    message = meta.inbound(CUSTOMER, text="oi", timestamp="2026-11-20T10:00:00-03:00")["message"]
    assert message["timestamp"] == "1795179600"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "location", "location": {"latitude": -23.5, "longitude": -46.6}},
        {"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]},
        {"type": "order", "order": {"catalog_id": "1", "product_items": []}},
        {"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"response_json": "{}"}}},
        {"type": "unsupported", "errors": [{"code": 131051}], "unsupported": {"type": "poll_creation"}},
        {"type": "audio", "audio": {"id": "123", "mime_type": "audio/ogg", "voice": True}},
        {"type": "text", "text": {"body": "oi"}, "context": {"forwarded": True}},
        {"type": "something_new", "something_new": {"a": 1}},
    ],
)
def test_any_type_of_metas_passes_as_given(meta, receiver, body):
    meta.inbound(CUSTOMER, **body)
    message = wait_until(lambda: receiver.values("messages"))[0]
    assert message | body == message


def test_a_system_message_introduces_nobody(meta, receiver):
    meta.inbound(CUSTOMER, type="system", system={"type": "user_changed_number", "body": "…", "wa_id": "5511"})
    wait_until(lambda: receiver.values("messages"))
    assert receiver.values("contacts") == []


def test_a_picture_can_be_fetched_as_any_media(meta):
    given = base64.b64encode(b"\xff\xd8\xff picture").decode()
    image = meta.inbound(CUSTOMER, type="image", image={"data": given, "mime_type": "image/jpeg", "caption": "olha"})
    described = meta.graph("GET", image["message"]["image"]["id"]).json()
    content = requests.get(described["url"], headers={"Authorization": f"Bearer {meta.token}"}, timeout=5)
    assert (described["mime_type"], content.content) == ("image/jpeg", b"\xff\xd8\xff picture")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("abc/messages", {"text": "oi"}),
        (f"{CUSTOMER}/nonsense", {"text": "oi"}),
        (f"{CUSTOMER}/messages", {"type": "location"}),
        (f"{CUSTOMER}/messages", {"type": "video"}),
        (f"{CUSTOMER}/messages", {"text": "oi", "to": "1"}),
        (f"{CUSTOMER}/messages", {"text": "oi", "timestamp": "ontem"}),
        (f"{CUSTOMER}/messages", {"type": "button", "title": "Sim", "reply_to": "wamid.unknown"}),
    ],
)
def test_what_cannot_be_played_is_refused_with_a_reason(meta, path, body):
    response = requests.post(f"{meta.url}/sim/customers/{path}", json={"type": "text"} | body, timeout=5)
    assert response.status_code in (400, 404)
    assert response.json()["error"]["message"]
