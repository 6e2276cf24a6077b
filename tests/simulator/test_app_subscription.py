"""Which webhooks the app gets, where, and for whose accounts."""

import pytest

from tests.simulator_client import VERIFY_TOKEN

OBJECT = "whatsapp_business_account"


@pytest.fixture
def app(meta):
    """Calls of the app's own node, with the app's own token."""
    config = meta.simulator.config

    def call(method, **options):
        token = f"{config.app_id}|{config.app_secret}"
        return meta.graph(method, f"{config.app_id}/subscriptions", token=token, **options)

    return call


def fields(app):
    return {one["name"] for row in app("GET").json()["data"] for one in row["fields"]}


def test_the_app_tells_its_address_and_its_fields(app, receiver):
    (row,) = app("GET").json()["data"]
    assert (row["object"], row["callback_url"], row["active"]) == (OBJECT, receiver.url, True)
    assert {"messages", "account_update", "history"} <= {one["name"] for one in row["fields"]}


def test_fields_are_taken_away_and_given_back(app, receiver):
    assert app("DELETE", json={"object": OBJECT, "fields": "history,messages"}).json() == {"success": True}
    assert not {"history", "messages"} & fields(app)
    back = {"object": OBJECT, "callback_url": receiver.url, "fields": ["messages"], "verify_token": VERIFY_TOKEN}
    assert app("POST", json=back).ok
    assert "messages" in fields(app)


def test_an_app_without_fields_has_no_subscription(app):
    app("DELETE", params={"object": OBJECT})
    assert app("GET").json() == {"data": []}


def test_an_address_that_does_not_answer_the_handshake_is_refused(app, meta, receiver):
    body = {"object": OBJECT, "callback_url": receiver.url, "fields": "messages", "verify_token": "wrong"}
    assert meta.refusal(app("POST", json=body)) == (400, 2200)


def test_only_the_apps_own_token_may_ask(meta):
    response = meta.graph("GET", f"{meta.simulator.config.app_id}/subscriptions")
    assert response.json()["error"]["error_subcode"] == 33


def test_a_number_tells_where_its_webhooks_go(meta, receiver):
    told = meta.graph("GET", meta.number, params={"fields": "webhook_configuration"}).json()
    assert told["webhook_configuration"] == {"application": receiver.url}
