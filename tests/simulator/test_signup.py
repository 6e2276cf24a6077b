"""Embedded Signup as the simulator plays it: codes, grants, registration, the phone app."""

import pytest
import requests

from tests.simulator_client import APP_SECRET
from whatsapp.simulator.simulator import APP_ID

PHONE_APP = "whatsapp_business_app_onboarding"


def exchange(meta, code, **changed):
    query = {"client_id": APP_ID, "client_secret": APP_SECRET, "code": code} | changed
    return meta.graph("GET", "oauth/access_token", params=query)


def token_of(meta, **body):
    told = meta.signup(**body)
    return exchange(meta, told["code"]).json()["access_token"], told["event"]["data"]


def test_a_code_is_good_once(meta):
    code = meta.signup()["code"]
    assert exchange(meta, code).json()["access_token"].startswith("SIM")
    assert exchange(meta, code).json()["error"]["error_subcode"] == 36009


def test_a_code_is_good_for_thirty_seconds(meta):
    error = exchange(meta, meta.signup(age=31)["code"]).json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 36007)


@pytest.mark.parametrize("wrong", [{"client_secret": "guess"}, {"client_id": "1"}, {"code": "AQ1"}, {"code": ""}])
def test_a_wrong_exchange_gives_no_token(meta, wrong):
    answer = exchange(meta, **({"code": meta.signup()["code"]} | wrong))
    assert answer.status_code == 400
    assert "access_token" not in answer.json()


def test_the_event_of_the_phone_app_names_no_number(meta):
    told = meta.signup(feature=PHONE_APP)["event"]
    assert told["event"] == "FINISH_WHATSAPP_BUSINESS_APP_ONBOARDING"
    assert set(told["data"]) == {"waba_id", "business_id"}


def test_a_token_tells_what_it_was_granted(meta):
    token, ids = token_of(meta, scopes=["whatsapp_business_messaging"], expires_in_days=60)
    data = meta.graph("GET", "debug_token", params={"input_token": token}).json()["data"]
    assert data["scopes"] == ["whatsapp_business_messaging"]
    assert data["expires_at"] > 0
    assert meta.graph("GET", ids["waba_id"], token=token).json()["error"]["code"] == 200


def test_a_new_number_is_pending_until_it_is_registered(meta):
    token, ids = token_of(meta)
    number = ids["phone_number_id"]
    ask = {"params": {"fields": "status,platform_type"}, "token": token}
    assert meta.graph("GET", number, **ask).json()["status"] == "PENDING"
    assert meta.graph("POST", f"{number}/register", token=token, json={"pin": "123456"}).json() == {"success": True}
    assert meta.graph("GET", number, **ask).json()["platform_type"] == "CLOUD_API"


def test_another_pin_is_refused(meta):
    token, ids = token_of(meta)
    path = f"{ids['phone_number_id']}/register"
    meta.graph("POST", path, token=token, json={"pin": "123456"})
    assert meta.graph("POST", path, token=token, json={"pin": "654321"}).json()["error"]["code"] == 133005


def test_a_number_of_the_phone_app_must_not_be_registered(meta):
    token, ids = token_of(meta, feature=PHONE_APP)
    number = meta.graph("GET", f"{ids['waba_id']}/phone_numbers", token=token).json()["data"][0]["id"]
    facts = meta.graph("GET", number, token=token, params={"fields": "is_on_biz_app"}).json()
    answer = meta.graph("POST", f"{number}/register", token=token, json={"pin": "123456"})
    assert facts["is_on_biz_app"] is True
    assert answer.json()["error"]["code"] == 133000


@pytest.mark.parametrize("path", ["sdk.js", "signup", "signup/window.js", "signup/window.css"])
def test_the_windows_files_are_served(meta, path):
    assert requests.get(f"{meta.url}/sim/{path}", timeout=5).status_code == 200
