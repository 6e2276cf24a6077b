"""The customer's phone: its files, all of its own, and the state that it polls."""

import re

import pytest
import requests

from .conftest import CUSTOMER, notice, wait_until


def state(meta, **query):
    return meta._call("GET", "state", params=query)


def test_the_page_needs_nothing_from_outside(meta):
    page = requests.get(f"{meta.url}/sim/", timeout=5)
    files = re.findall(r'(?:src|href)="(/sim/[^"]+)"', page.text)
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert not re.search(r'(?:src|href)="https?:', page.text)
    assert [requests.get(meta.url + file, timeout=5).status_code for file in files] == [200] * len(files)


@pytest.mark.parametrize("name", ["phone.css", "phone.js", "bubbles.js", "strip.js"])
def test_its_files_are_served_with_their_type(meta, name):
    kind = requests.get(f"{meta.url}/sim/static/{name}", timeout=5).headers["Content-Type"]
    assert kind.split(";")[0] in ("text/css", "text/javascript")


@pytest.mark.parametrize("path", ["static/index.html", "static/..%2fstore.py", "static/x.js", "nonsense", "media/1"])
def test_nothing_else_is_served(meta, path):
    assert requests.get(f"{meta.url}/sim/{path}", timeout=5).status_code == 404


def test_a_template_is_shown_with_header_footer_and_buttons(meta):
    meta.send(notice())
    (shown,) = state(meta, phones=CUSTOMER)["phones"][0]["messages"]
    assert shown["header"] == {"type": "text", "text": "Agendamento marcado"}
    assert "*Horário:* 14:30" in shown["text"]
    assert shown["footer"]
    assert [button["text"] for button in shown["buttons"]] == ["Confirmar", "Reagendar", "Falar com a Jana"]


def test_a_message_of_the_customer_has_one_tick_until_the_product_took_it(meta, receiver):
    receiver.statuses = [503, 200]
    meta.inbound(CUSTOMER, text="oi")

    def tick():
        return state(meta, phones=CUSTOMER)["phones"][0]["messages"][0]["tick"]

    assert tick() == "sent"
    wait_until(lambda: tick() == "delivered")


def test_without_a_choice_the_phones_are_those_of_the_latest_customers(meta):
    meta.inbound("5521955554444", text="oi")
    meta.send(notice())
    assert [person["phone"] for person in state(meta)["phones"]] == [CUSTOMER, "5521955554444"]


def test_what_the_product_does_not_take_is_said(meta, receiver):
    receiver.statuses = [401] * 10
    meta.inbound(CUSTOMER, text="oi")
    assert wait_until(lambda: state(meta)["webhooks"]["late"]) == 1
    assert state(meta)["webhooks"]["trouble"] == "401"


def test_before_any_account_the_page_is_empty_and_works(start):
    meta = start()
    with meta.simulator.store.write() as database:
        database.execute("DELETE FROM numbers")
    assert state(meta)["number"] is None
    assert len(state(meta)["phones"]) == 2
