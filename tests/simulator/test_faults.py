"""Faults on demand: what the product sees of them, and whether the message was accepted."""

import pytest
import requests

from .conftest import CUSTOMER, notice, wait_until


def send(meta, timeout=5.0, to=f"+{CUSTOMER}"):
    body = {"messaging_product": "whatsapp", "to": to} | notice()
    headers = {"Authorization": f"Bearer {meta.token}"}
    return requests.post(f"{meta.url}/v23.0/{meta.number}/messages", json=body, headers=headers, timeout=timeout)


@pytest.mark.parametrize(("fault", "accepted"), [("timeout_before", 0), ("timeout_after", 1)])
def test_a_timeout_never_answers(meta, fault, accepted):
    meta.fault("messages", fault, times=1)
    with pytest.raises(requests.ReadTimeout):
        send(meta, timeout=0.4)
    assert len(meta.messages()) == accepted
    assert send(meta).ok


@pytest.mark.parametrize(("fault", "accepted"), [("reset_before", 0), ("reset_after", 1)])
def test_a_reset_cuts_the_connection(meta, fault, accepted):
    meta.fault("messages", fault, times=1)
    with pytest.raises(requests.ConnectionError, match="reset"):
        send(meta)
    assert len(meta.messages()) == accepted


def test_an_accepted_message_whose_answer_was_lost_still_has_its_statuses(meta, receiver):
    meta.fault("messages", "timeout_after", times=1)
    with pytest.raises(requests.ReadTimeout):
        send(meta, timeout=0.4)
    wait_until(lambda: sorted(receiver.status_names()) == ["delivered", "read", "sent"])


@pytest.mark.parametrize(("code", "status"), [(130429, 400), (131056, 400), (190, 401), (4, 400), (2, 503)])
def test_an_error_has_metas_body_for_its_code(meta, code, status):
    meta.fault("messages", "error", code=code)
    assert meta.refusal(send(meta)) == (status, code)
    assert meta.messages() == []


def test_http_500_carries_metas_body_and_is_not_accepted(meta):
    meta.fault("messages", "http_500", times=1)
    assert meta.refusal(send(meta)) == (500, 131000)
    assert meta.messages() == []


def test_slow_answers_late(meta):
    meta.fault("messages", "slow", delay_ms=300)
    assert send(meta).elapsed.total_seconds() >= 0.3


def test_a_message_may_be_accepted_and_fail_later(meta, receiver):
    meta.fault("messages", "status_failed", code=131026, times=1)
    assert send(meta).ok
    failed = wait_until(lambda: receiver.values("statuses"))[0]
    assert (failed["status"], failed["errors"][0]["code"]) == ("failed", 131026)
    assert receiver.values("contacts") == []


def test_a_fault_lasts_as_often_as_told_or_until_removed(meta):
    meta.fault("messages", "http_500", times=2)
    assert [send(meta).status_code for _ in range(3)] == [500, 500, 200]
    meta.fault("messages", "http_500")
    assert [send(meta).status_code for _ in range(3)] == [500, 500, 500]
    meta.clear_faults()
    assert send(meta).ok


def test_faults_apply_in_the_order_made_and_one_at_a_time(meta):
    meta.fault("messages", "error", code=131056, times=1)
    meta.fault("messages", "error", code=130429, times=1)
    assert [send(meta).json().get("error", {}).get("code") for _ in range(3)] == [131056, 130429, None]


def test_a_fault_may_be_meant_for_one_phone(meta):
    meta.fault("messages", "http_500", to="+55 11 97777-6666")
    assert send(meta).ok
    assert send(meta, to="11 97777-6666").status_code == 500


def test_a_fault_without_probability_never_strikes(meta):
    meta.fault("messages", "http_500", probability=0)
    assert all(send(meta).ok for _ in range(5))


def test_read_receipts_pass_faults_on_messages_by(meta):
    meta.fault("messages", "http_500", times=1)
    wamid = meta.inbound(CUSTOMER, text="oi")["wamid"]
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
    assert meta.graph("POST", f"{meta.number}/messages", json=body).ok
    assert send(meta).status_code == 500


@pytest.mark.parametrize(
    ("target", "path"), [("templates", "{waba}/message_templates"), ("token", "debug_token?input_token=x")]
)
def test_other_calls_break_on_demand_too(meta, target, path):
    meta.fault(target, "http_500", times=1)
    paths = [path.format(waba=meta.waba)] * 2
    assert [meta.graph("GET", one).status_code for one in paths] == [500, 200]


@pytest.mark.parametrize(
    "body",
    [
        {"on": "nonsense", "fault": "error"},
        {"on": "messages", "fault": "drop"},
        {"on": "webhook", "fault": "http_500"},
        {"on": "messages", "fault": "error", "times": 0},
        {"on": "messages", "fault": "error", "probability": 2},
        {"on": "messages", "fault": "slow", "delay_ms": "soon"},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(meta, body):
    assert requests.post(f"{meta.url}/sim/faults", json=body, timeout=5).status_code == 400
    assert meta._call("GET", "faults") == []


def test_faults_are_listed_with_how_often_they_struck(meta):
    meta.fault("messages", "http_500", times=3)
    send(meta)
    (fault,) = meta._call("GET", "faults")
    assert (fault["on"], fault["fault"], fault["times"], fault["applied"]) == ("messages", "http_500", 3, 1)


def test_a_dropped_webhook_never_comes(meta, receiver):
    meta.fault("webhook", "drop", times=1)
    send(meta)
    wait_until(lambda: len(receiver.status_names()) == 2)
    assert sorted(receiver.status_names()) == ["delivered", "read"]


def test_a_duplicated_webhook_comes_twice(meta, receiver):
    meta.fault("webhook", "duplicate", times=1)
    send(meta)
    wait_until(lambda: len(receiver.bodies) == 4)
    assert sorted(receiver.status_names()) == ["delivered", "read", "sent", "sent"]


def test_a_delayed_webhook_comes_late(meta, receiver):
    meta.fault("webhook", "delay", times=1, delay_ms=600)
    send(meta)
    wait_until(lambda: len(receiver.bodies) == 3)
    assert receiver.status_names()[-1] == "sent"


def test_a_reordered_webhook_is_overtaken_by_the_next(meta, receiver):
    meta.fault("webhook", "reorder", times=1)
    send(meta)
    wait_until(lambda: len(receiver.bodies) == 3)
    assert receiver.status_names().index("sent") > receiver.status_names().index("delivered")


def test_batched_webhooks_come_in_one_body_of_several_accounts(meta, receiver):
    other = meta.accounts(name="Barbearia Charlie", numbers=[{"display_phone_number": "+55 21 4000-9999"}])
    meta.fault("webhook", "batch", delay_ms=700)
    meta.inbound(CUSTOMER, text="um")
    meta.inbound(CUSTOMER, text="dois")
    meta.inbound(CUSTOMER, text="três", to=other["numbers"][0]["phone_number_id"])
    wait_until(lambda: len(receiver.values("messages")) == 3)
    assert len(receiver.bodies) <= 2  # one, or two when the period ended between them
    assert {entry["id"] for body in receiver.bodies for entry in body["entry"]} == {meta.waba, other["waba_id"]}


def test_reset_forgets_messages_windows_and_faults_but_no_account(meta):
    meta.inbound(CUSTOMER, text="oi")
    meta.send()
    meta.fault("messages", "http_500")
    meta.reset()
    assert meta.messages() == []
    assert meta.refusal(meta.send()) == (400, 131047)
    assert send(meta).ok
