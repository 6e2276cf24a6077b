"""Connections and readiness by REST: what may be done, what is refused, and that no secret is told."""

import re

import pytest
import responses

from tenants import vault
from tenants.models import AuditEntry, Credential, PhoneNumber

TOKEN = "SIM-a-secret-that-nobody-sees"
NO_TOKEN = {"error": {"code": 190, "message": f"bad {TOKEN}"}}


@pytest.fixture
def number(tenant):
    return PhoneNumber.objects.get(tenant=tenant)


@pytest.fixture
def url(number):
    return f"/api/v1/connections/{number.pk}"


def test_a_check_tells_what_differs(api, url, willing_meta):
    told = api.post(f"{url}/check/").json()
    states = {one["name"]: one["state"] for one in told["check"]["findings"]}
    assert (states["token"], states["subscription"]) == ("ok", "differs")
    assert api.get(f"{url}/").json()["check"] == told["check"]


def test_a_connection_is_ended_and_taken_up_again(api, url, willing_meta):
    ended = api.post(f"{url}/disconnect/", {"reason": "troca de aparelho"}).json()
    assert (ended["state"], ended["state_reason"]) == ("disconnected", "troca de aparelho")
    assert api.post(f"{url}/disconnect/", {}).json()["error"]["code"] == "refused"
    assert api.post(f"{url}/reconnect/").json()["state"] == "connected"
    assert AuditEntry.objects.filter(action__in=["connection.disconnected", "connection.reconnected"]).count() == 2


def test_a_connected_one_needs_no_reconnecting(api, url):
    assert api.post(f"{url}/reconnect/").status_code == 409


def test_a_token_is_rotated_and_never_told(api, url, number, willing_meta):
    answer = api.post(f"{url}/rotate-token/", {"access_token": TOKEN})
    assert answer.status_code == 200
    assert TOKEN not in answer.content.decode()
    assert vault.read_secret(number.account, Credential.Kind.ACCESS_TOKEN) == TOKEN


def test_a_token_that_meta_refuses_changes_nothing(api, url, number, settings):
    settings.WHATSAPP_META_GRAPH_URL, before = "http://graph.test", vault.read_secret(number.account, "access_token")
    with responses.RequestsMock() as mock:
        mock.get(re.compile(".*"), status=401, json=NO_TOKEN)
        answer = api.post(f"{url}/rotate-token/", {"access_token": TOKEN})
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "provider_error")
    assert TOKEN not in answer.content.decode()
    assert vault.read_secret(number.account, "access_token") == before


@pytest.mark.parametrize("body", [{}, {"access_token": ""}, {"access_token": 7}, {"token": "x"}])
def test_a_body_without_a_token_names_the_field(api, url, body):
    answer = api.post(f"{url}/rotate-token/", body)
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]


@pytest.mark.parametrize("act", ["check", "disconnect", "reconnect", "rotate-token"])
def test_a_strangers_key_finds_nothing(strangers_api, url, act):
    assert strangers_api.post(f"{url}/{act}/", {}).status_code == 404


def test_readiness_tells_items_state_and_where_to_mend(api, tenant):
    told = api.get("/api/v1/readiness/").json()
    items = {one["id"]: one for one in told["items"]}
    assert (told["ready"], told["mode"]) == (False, "enabled")
    assert set(told["missing"]) <= set(items)
    assert items["connected"]["state"] == "done"
    assert (items["payment"]["state"], items["payment"]["confirmed_by"]) == ("missing", None)
    assert items["callback"]["page"].startswith("/")
