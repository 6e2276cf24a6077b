"""Requests as people's tools write them."""

from urllib.parse import quote

import requests

from .conftest import CUSTOMER, notice

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def test_json_that_curl_calls_a_form_is_json(meta):
    response = requests.post(
        f"{meta.url}/sim/faults", data='{"on": "media", "fault": "http_500"}', headers=FORM, timeout=5
    )
    assert (response.status_code, response.json()["on"]) == (201, "media")


def test_a_form_is_a_form(meta):
    response = requests.post(
        f"{meta.url}/sim/faults", data={"on": "media", "fault": "http_500", "times": "2"}, timeout=5
    )
    assert (response.status_code, response.json()["times"]) == (201, 2)


def test_a_phone_may_be_written_with_its_plus(meta):
    response = requests.post(
        f"{meta.url}/sim/customers/{quote('+' + CUSTOMER)}/messages", json={"text": "oi"}, timeout=5
    )
    assert response.json()["message"]["from"] == CUSTOMER


def test_bodies_may_come_in_chunks(meta):
    body = iter([b'{"on": "media", ', b'"fault": "http_500"}'])
    assert requests.post(f"{meta.url}/sim/faults", data=body, timeout=5).status_code == 201


def test_a_connection_is_kept_open_for_the_next_call(meta):
    with requests.Session() as session:
        headers = {"Authorization": f"Bearer {meta.token}"}
        body = {"messaging_product": "whatsapp", "to": CUSTOMER} | notice()
        for _ in range(3):
            assert session.post(f"{meta.url}/v23.0/{meta.number}/messages", json=body, headers=headers, timeout=5).ok
        (adapter,) = {id(one): one for one in session.adapters.values() if one.poolmanager.pools}.values()
        assert [pool.num_connections for pool in adapter.poolmanager.pools._container.values()] == [1]


def test_a_wrong_method_and_an_unknown_control_route_are_told_apart(meta):
    assert requests.delete(f"{meta.url}/sim/messages", timeout=5).status_code == 405
    assert requests.get(f"{meta.url}/sim/nonsense", timeout=5).status_code == 404
