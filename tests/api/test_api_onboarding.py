"""`/api/v1/onboarding/`: a tenant's system connects a number over HTTP."""

import itertools

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_api_key, make_tenant
from tests.simulator_client import SimulatorProcess
from whatsapp.onboarding import run
from whatsapp.simulator.simulator import APP_ID

pytestmark = pytest.mark.django_db
URL = "/api/v1/onboarding/"
COUNT = itertools.count(1)


@pytest.fixture(scope="module")
def simulator():
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


@pytest.fixture
def meta(simulator, settings):
    settings.WHATSAPP_META_GRAPH_URL = simulator.url
    settings.WHATSAPP_META_APP_ID = APP_ID
    settings.WHATSAPP_META_CONFIG_ID = "731820366250001"
    simulator.clear_faults()
    return simulator


@pytest.fixture
def post():
    client = Client(headers={"X-API-Key": make_api_key(make_tenant())})

    def send(path="", **body):
        return client.post(f"{URL}{path}", body, content_type="application/json")

    send.client = client
    return send


def agreed(meta, **body):
    number = next(COUNT)
    return meta.signup(name=f"Salão {number}", phone=f"+55 11 97000-{number:04d}", **body)


def work():
    while run.advance(timezone.now()):
        pass


def begin(post, way="new_number"):
    return post(way=way).json()


def test_a_start_tells_what_metas_window_needs(meta, post):
    told = begin(post, "coexistence")
    assert told["state"] == "waiting"
    assert told["signup"]["app_id"] == APP_ID
    assert told["signup"]["extras"]["featureType"] == "whatsapp_business_app_onboarding"
    assert [step["name"] for step in told["steps"]][:3] == ["code", "token", "session"]


@pytest.mark.parametrize("first", ["session", "code"])
def test_the_answers_connect_in_either_order(meta, post, first):
    started, answer = begin(post), agreed(meta)
    bodies = {"session": answer["event"], "code": {"code": answer["code"], "state": started["signup"]["state"]}}
    for name in sorted(bodies, key=lambda name: name != first):
        assert post(f"{started['id']}/{name}/", **bodies[name]).status_code == 200
    work()
    told = post.client.get(f"{URL}{started['id']}/").json()
    assert (told["state"], told["signup"]) == ("connected", None)
    assert told["connection"]


def test_a_stopped_step_tells_why_and_is_tried_again(meta, post):
    meta.fault("register", "error", code=133016, times=1)
    started, answer = begin(post), agreed(meta)
    post(f"{started['id']}/session/", **answer["event"])
    post(f"{started['id']}/code/", code=answer["code"], state=started["signup"]["state"])
    work()
    told = post.client.get(f"{URL}{started['id']}/").json()
    step = next(step for step in told["steps"] if step["state"] == "failed")
    assert (step["name"], step["error"]["meta"]["code"], step["retryable"]) == ("register", 133016, True)
    post(f"{started['id']}/steps/register/retry/")
    work()
    assert post.client.get(f"{URL}{started['id']}/").json()["state"] == "connected"


@pytest.mark.parametrize("state", ["", "forged"])
def test_a_code_without_its_state_names_the_field(meta, post, state):
    answer = post(f"{begin(post)['id']}/code/", code="AQ1", state=state)
    assert answer.status_code == 400
    assert "state" in answer.json()["error"]["fields"]


def test_the_manual_way_needs_its_values(post):
    answer = post(way="manual", waba_id="1")
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == {"phone_number_id", "access_token"}


def test_a_step_that_did_not_stop_is_a_conflict(meta, post):
    answer = post(f"{begin(post)['id']}/steps/save/retry/")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_retryable")


def test_a_given_up_signup_ends(meta, post):
    started = begin(post)
    assert post(f"{started['id']}/cancel/").json()["state"] == "cancelled"
