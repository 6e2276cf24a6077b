"""What `POST /{phone_number_id}/messages` takes, and what becomes of it."""

import pytest

from .conftest import CUSTOMER, notice, wait_until


def test_a_template_is_accepted_and_told_as_sent_delivered_and_read(meta, receiver):
    response = meta.send(notice(), biz_opaque_callback_data="job-1:1")
    wamid = response.json()["messages"][0]["id"]
    wait_until(lambda: len(receiver.status_names()) == 3)
    assert sorted(receiver.status_names()) == ["delivered", "read", "sent"]
    assert {status["id"] for status in receiver.values("statuses")} == {wamid}
    assert {status["biz_opaque_callback_data"] for status in receiver.values("statuses")} == {"job-1:1"}


def test_the_answer_names_the_contact_and_the_message(meta):
    answer = meta.send(notice(), to="+55 (11) 98888-7777").json()
    assert answer["contacts"] == [{"input": "+55 (11) 98888-7777", "wa_id": CUSTOMER}]
    assert answer["messages"][0]["id"].startswith("wamid.HBgN")
    assert answer["messages"][0]["message_status"] == "accepted"


def test_statuses_carry_the_price_once_billing_of_all_messages_began(meta, receiver, open_window):
    meta.send(notice())
    meta.send()
    wait_until(lambda: receiver.status_names().count("delivered") == 2)
    prices = [status["pricing"] for status in receiver.values("statuses") if status["status"] == "delivered"]
    assert {(p["category"], p["type"], p["billable"], p["pricing_model"]) for p in prices} == {
        ("utility", "regular", True, "PMP"),
        ("service", "free_customer_service", False, "PMP"),
    }


def test_what_was_accepted_is_listed_as_it_was_received(meta):
    meta.send(notice(), biz_opaque_callback_data="job-1:1")
    (message,) = meta.wait_for_message(CUSTOMER, status="read")
    assert message["body"]["template"]["name"] == "aviso_de_agendamento"
    assert message["biz_opaque_callback_data"] == "job-1:1"
    assert message["from_phone_number_id"] == meta.number
    assert [status["status"] for status in message["statuses"]] == ["sent", "delivered", "read"]


def test_the_list_of_accepted_messages_can_be_narrowed_by_phone_and_time(meta):
    meta.send(notice())
    meta.send(notice(), to="+5511977776666")
    first, second = meta.messages()
    assert [message["to"] for message in meta.messages(to="+55 11 97777-6666")] == ["5511977776666"]
    assert meta.messages(since=second["accepted_at"]) == [second]
    assert first["accepted_at"] < second["accepted_at"]


def test_a_customer_is_introduced_with_name_wa_id_and_user_id(meta, receiver):
    meta.inbound(CUSTOMER, text="oi", name="Maria Souza")
    meta.send(notice())
    wait_until(lambda: len(receiver.status_names()) == 3)
    contacts = receiver.values("contacts")
    assert {contact["profile"]["name"] for contact in contacts} == {"Maria Souza"}
    assert {contact["user_id"] for contact in contacts} == {receiver.values("statuses")[0]["recipient_user_id"]}


@pytest.mark.parametrize(
    ("to", "dialled"),
    [
        ("+55 (11) 98888-7777", "5511988887777"),
        ("5511988887777", "5511988887777"),
        ("11988887777", "5511988887777"),
        ("16505551234", "5516505551234"),  # meant for the United States: without "+" it goes astray
        ("+16505551234", "16505551234"),
    ],
)
def test_a_number_without_plus_gets_the_senders_country(meta, to, dialled):
    assert meta.send(notice(), to=to).json()["contacts"][0]["wa_id"] == dialled


def test_an_old_brazilian_account_answers_to_both_spellings(meta):
    meta.inbound("551188887777", text="oi")
    answer = meta.send().json()
    assert answer["contacts"] == [{"input": f"+{CUSTOMER}", "wa_id": "551188887777"}]
    assert len(meta.messages(to=CUSTOMER)) == len(meta.messages(to="551188887777")) == 1


def test_a_user_id_reaches_the_person_it_belongs_to(meta, receiver, open_window):
    user_id = wait_until(lambda: receiver.values("contacts"))[0]["user_id"]
    body = {"messaging_product": "whatsapp", "recipient": user_id, "type": "text", "text": {"body": "Olá"}}
    answer = meta.graph("POST", f"{meta.number}/messages", json=body).json()
    assert answer["contacts"] == [{"input": user_id, "user_id": user_id}]
    assert meta.messages()[0]["wa_id"] == CUSTOMER


def test_reading_marks_earlier_messages_too_and_typing_shows_on_the_phone(meta, receiver):
    meta.inbound(CUSTOMER, text="primeira")
    wamid = meta.inbound(CUSTOMER, text="segunda")["wamid"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    answer = meta.graph("POST", f"{meta.number}/messages", json=body | {"typing_indicator": {"type": "text"}})
    phone = meta._call("GET", "state", params={"phones": CUSTOMER})["phones"][0]
    assert answer.json() == {"success": True}
    assert [message["tick"] for message in phone["messages"]] == ["read", "read"]
    assert phone["typing"] is True


def test_a_message_that_was_never_received_cannot_be_marked_read(meta):
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.unknown"}
    response = meta.graph("POST", f"{meta.number}/messages", json=body)
    assert meta.refusal(response) == (400, 131009)


def test_a_reaction_is_only_ever_sent(meta, receiver):
    wamid = meta.inbound(CUSTOMER, text="oi")["wamid"]
    meta.send({"type": "reaction", "reaction": {"message_id": wamid, "emoji": "👍"}})
    meta.send()
    wait_until(lambda: len(receiver.status_names()) == 4)
    assert sorted(receiver.status_names()) == ["delivered", "read", "sent", "sent"]


def test_usage_headers_come_with_every_answer(meta):
    headers = meta.send(notice()).headers
    assert meta.waba in headers["X-Business-Use-Case-Usage"]
    assert "call_count" in headers["X-App-Usage"]


def test_limits_are_enforced_where_asked_for(start):
    meta = start(enforce=frozenset({"pair"}))
    answers = [meta.send(notice()) for _ in range(46)]
    assert [answer.status_code for answer in answers[:45]] == [200] * 45
    assert meta.refusal(answers[45]) == (400, 131056)
    assert meta.send(notice(), to="+5511977776666").ok
