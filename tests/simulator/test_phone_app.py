"""A number that the business's phone shares with the API: echoes, address book, history, and the two calls for them."""

import pytest
import requests

from .conftest import CUSTOMER, wait_until


@pytest.fixture
def shared(meta):
    meta.phone_app(meta.number)
    return meta


def ask(meta, sync_type):
    return meta.graph(
        "POST", f"{meta.number}/smb_app_data", json={"messaging_product": "whatsapp", "sync_type": sync_type}
    )


def chunks(receiver):
    told = [part for part in receiver.values("history") if "metadata" in part]
    return [(part["metadata"]["phase"], part["metadata"]["chunk_order"]) for part in told]


def history_ids(receiver):
    threads = [thread for part in receiver.values("history") for thread in part["threads"]]
    return [item["id"] for thread in threads for item in thread["messages"]]


def texts(meta):
    shown = meta._call("GET", "state", params={"phones": CUSTOMER})["phones"][0]["messages"]
    return [(one["text"], one["mine"]) for one in shown]


def test_the_number_says_that_it_is_on_the_phone_app(shared):
    fields = shared.graph("GET", f"{shared.number}?fields=is_on_biz_app").json()
    assert fields["is_on_biz_app"] is True


def test_what_is_written_in_the_app_is_told_as_an_echo_and_shown_on_the_phone(shared, receiver):
    wamid = shared.phone_app(shared.number, "messages", to=CUSTOMER, text="Respondi daqui")["wamid"]
    (echo,) = wait_until(lambda: receiver.values("message_echoes"))
    assert (echo["id"], echo["from"], echo["to"]) == (wamid, "551140001234", CUSTOMER)
    assert texts(shared) == [("Respondi daqui", False)]


def test_what_is_written_in_the_app_was_not_accepted_by_the_api(shared):
    shared.phone_app(shared.number, "messages", to=CUSTOMER, text="Respondi daqui")
    assert shared.messages() == []


@pytest.mark.parametrize(("act", "left"), [("edit", "melhor assim"), ("revoke", "Mensagem apagada")])
def test_the_app_edits_and_deletes(shared, receiver, act, left):
    wamid = shared.phone_app(shared.number, "messages", to=CUSTOMER, text="assim")["wamid"]
    shared.phone_app(shared.number, "messages", to=CUSTOMER, text="melhor assim", **{act: wamid})
    (echo,) = wait_until(lambda: [one for one in receiver.values("message_echoes") if one["type"] == act])
    assert echo[act]["original_message_id"] == wamid
    assert texts(shared) == [(left, False)]


def test_the_customer_edits_too(shared):
    wamid = shared.inbound(CUSTOMER, text="terça")["wamid"]
    message = {"type": "text", "text": {"body": "quarta"}}
    shared.inbound(CUSTOMER, type="edit", edit={"original_message_id": wamid, "message": message})
    assert texts(shared) == [("quarta", True)]


def test_each_sync_is_taken_once(shared):
    assert ask(shared, "smb_app_state_sync").json()["request_id"]
    assert ask(shared, "history").json()["request_id"]
    assert shared.refusal(ask(shared, "history")) == (400, 2593107)


def test_a_new_onboarding_takes_them_again(shared):
    ask(shared, "history")
    shared.phone_app(shared.number)
    assert ask(shared, "history").ok


def test_after_a_day_it_is_too_late(meta):
    meta.phone_app(meta.number, hours_ago=25)
    assert meta.refusal(ask(meta, "history")) == (400, 2593108)


@pytest.mark.parametrize("sync_type", ["history", "nonsense"])
def test_other_numbers_and_other_things_are_refused(meta, sync_type):
    assert meta.refusal(ask(meta, sync_type)) == (400, 100)


def test_asked_for_the_address_book_it_tells_people_with_their_names(shared, receiver):
    ask(shared, "smb_app_state_sync")
    entries = wait_until(lambda: receiver.values("state_sync"))
    assert {entry["action"] for entry in entries} == {"add"}
    assert all(entry["contact"]["full_name"] for entry in entries)


def test_a_removed_contact_has_no_name(shared, receiver):
    shared.phone_app(shared.number, "contacts", action="remove", contacts=[{"phone": CUSTOMER, "name": "Maria"}])
    (entry,) = wait_until(lambda: receiver.values("state_sync"))
    assert entry["contact"] == {"phone_number": CUSTOMER}


def test_asked_for_its_history_it_tells_all_of_it_in_phases_and_then_the_files(shared, receiver):
    shared.phone_app(shared.number, "history", messages=60, chunks=6, files=2)
    ask(shared, "history")
    wait_until(lambda: len(set(history_ids(receiver))) == 60)
    assert {phase for phase, _ in chunks(receiver)} == {0, 1, 2}
    assert max(value["metadata"]["progress"] for value in receiver.values("history")) == 100
    late = wait_until(lambda: receiver.values("messages") + receiver.values("message_echoes"))
    assert late[0]["id"] in history_ids(receiver)
    assert late[0]["image"]["id"]


def test_chunks_may_come_in_any_order_and_twice(shared, receiver):
    shared.phone_app(shared.number, "history", messages=40, chunks=8, files=0, shuffled=True, repeated=4, now=True)
    wait_until(lambda: len(set(history_ids(receiver))) == 40)
    wait_until(lambda: len(chunks(receiver)) == len(set(chunks(receiver))) + 4)


def test_a_business_may_decline(shared, receiver):
    shared.phone_app(shared.number, "history", declined=True)
    ask(shared, "history")
    (part,) = wait_until(lambda: receiver.values("history"))
    assert part["errors"][0]["code"] == 2593109


def test_a_shared_number_sends_twenty_a_second(start, receiver):
    meta = start(enforce=frozenset({"throughput"}))
    meta.phone_app(meta.number)
    meta.inbound(CUSTOMER, text="oi")
    refused = [meta.send().status_code for _ in range(30)].count(400)
    assert refused > 0


@pytest.mark.parametrize(("act", "body"), [("messages", {"to": "1"}), ("contacts", {"action": "x"}), ("nonsense", {})])
def test_what_makes_no_sense_is_refused_with_its_reason(shared, act, body):
    with pytest.raises(requests.HTTPError, match=r"40[04]"):
        shared.phone_app(shared.number, act, **body)


def test_a_number_that_is_not_shared_has_no_app(meta):
    with pytest.raises(requests.HTTPError, match="409"):
        meta.phone_app(meta.number, "messages", to=CUSTOMER, text="oi")
