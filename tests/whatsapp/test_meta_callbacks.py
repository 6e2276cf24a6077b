"""A person takes access back at Meta, or asks to be forgotten: signed by Meta, or nothing happens."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tenants import vault
from tenants.models import Alert, AuditEntry, Credential, DataDeletion, PhoneNumber
from tests.factories import make_number, make_tenant
from tests.whatsapp import signups
from whatsapp import health
from whatsapp.callbacks import NOTED_AN_HOUR
from whatsapp.models import Signup
from whatsapp.providers.base import NumberFacts, TokenFacts

pytestmark = pytest.mark.django_db
DEAUTHORIZE, DELETION = "/api/meta/deauthorize", "/api/meta/data-deletion"
USER = "10158000000000001"
TOKEN = Credential.Kind.ACCESS_TOKEN


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(secret="test_app_secret", **told):
    told = {"algorithm": "HMAC-SHA256", "user_id": USER, "issued_at": int(timezone.now().timestamp()) + 1} | told
    payload = encoded(json.dumps(told).encode())
    return f"{encoded(hmac.digest(secret.encode(), payload.encode(), hashlib.sha256))}.{payload}"


def send(path, text):
    return Client().post(path, {"signed_request": text})


@pytest.fixture
def number():
    """A connected number whose token the person of Meta granted."""
    row = make_number(make_tenant())
    vault.live(row.account, TOKEN).update(granted_by=USER)
    return row


def test_access_that_was_taken_back_ends_and_the_company_is_told(number):
    assert send(DEAUTHORIZE, signed()).status_code == 200
    number.refresh_from_db()
    assert (number.state, vault.read_secret(number.account, TOKEN)) == ("revoked", None)
    assert Alert.objects.get(kind="access_withdrawn").tenant == number.tenant
    assert AuditEntry.objects.get(action="access.withdrawn", tenant=number.tenant).actor_label == "Meta"


@pytest.mark.parametrize("named", ["granter", "granted_by"])
@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETION])
def test_each_access_that_a_person_granted_ends_whatever_company_it_is_of(path, named):
    rows = [make_number(make_tenant()) for _ in range(3)]
    Credential.objects.update(granted_by="1", granter="")
    for row in rows[:2]:
        vault.live(row.account, TOKEN).update(**{named: USER})
    send(path, signed())
    assert [PhoneNumber.objects.get(pk=row.pk).state for row in rows] == ["revoked", "revoked", "connected"]
    assert {alert.tenant_id for alert in Alert.objects.all()} == {row.tenant_id for row in rows[:2]}


def test_a_signup_that_is_not_through_ends_with_its_access(number):
    begun = signups.begin(number.tenant)
    Signup.objects.update(facts={"granter": USER}, token=b"secret")
    send(DELETION, signed())
    begun.refresh_from_db()
    assert (begun.state, begun.token, USER in str(begun.facts)) == ("cancelled", None, False)


def test_who_granted_is_known_after_the_token_died(number):
    facts = NumberFacts(display_phone_number=number.display_phone_number, status="CONNECTED")
    health.record(health.Answer(number, facts, TokenFacts(valid=False)), timezone.now())
    send(DEAUTHORIZE, signed())
    number.refresh_from_db()
    assert number.state == "revoked"


def test_whose_id_names_no_access_has_meta_asked_about_all_at_once(
    number, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr("whatsapp.withdrawal.bell.ring", rung.append)
    with django_capture_on_commit_callbacks(execute=True):
        send(DEAUTHORIZE, signed(user_id="1"))
        assert rung == []
    assert (rung, number.state) == (["whatsapp.poll_health"], "connected")


def test_nobody_elses_access_ends(number):
    other = make_number(make_tenant())
    send(DEAUTHORIZE, signed())
    other.refresh_from_db()
    assert other.state == "connected"


def test_an_old_request_played_again_ends_nothing_granted_since(number):
    long_ago = timezone.now() - timedelta(days=1)
    send(DEAUTHORIZE, signed(issued_at=int(long_ago.timestamp())))
    number.refresh_from_db()
    assert number.state == "connected"


def test_a_deletion_answers_with_a_page_that_shows_it_was_done(number):
    answer = send(DELETION, signed()).json()
    assert answer["url"] == f"http://testserver/exclusao-de-dados/{answer['confirmation_code']}/"
    assert answer["confirmation_code"] in Client().get(answer["url"]).content.decode()
    assert DataDeletion.objects.get().accesses == 1


def test_a_deletion_leaves_no_trace_of_the_person(number):
    send(DELETION, signed())
    assert not Credential.objects.filter(granted_by=USER).exists()
    assert USER not in str(list(AuditEntry.objects.values()))
    assert USER not in str(list(DataDeletion.objects.values()))


def test_a_person_we_know_nothing_of_gets_a_code_too():
    answer = send(DELETION, signed(user_id="1")).json()
    page = Client().get(answer["url"])
    assert (page.status_code, DataDeletion.objects.get().records) == (200, 0)


@pytest.mark.parametrize(
    "text",
    [
        signed("another secret"),
        signed(algorithm="none"),
        signed(user_id=""),
        signed(issued_at="soon"),
        signed().partition(".")[2],
        f".{signed().partition('.')[2]}",
        f"{signed()}x",
        "é.é",
        "",
    ],
)
@pytest.mark.parametrize("path", [DEAUTHORIZE, DELETION])
def test_a_forged_request_is_told_noted_and_changes_nothing(number, path, text):
    answer = send(path, text)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["signed_request"])
    number.refresh_from_db()
    assert (number.state, DataDeletion.objects.count()) == ("connected", 0)
    assert AuditEntry.objects.get(action="signed_request.refused").detail == {"path": path}


def test_each_secret_of_a_rotation_is_believed(number, settings):
    settings.WHATSAPP_META_APP_SECRETS = ["new", "old"]
    assert [send(DEAUTHORIZE, signed(secret)).status_code for secret in ("new", "old")] == [200, 200]


def test_a_body_that_is_no_form_is_refused(number):
    answer = Client().post(DEAUTHORIZE, {"signed_request": signed()}, content_type="application/json")
    assert answer.status_code == 400


def test_a_flood_of_forged_requests_does_not_fill_the_trail():
    for _ in range(NOTED_AN_HOUR + 3):
        send(DEAUTHORIZE, "x.y")
    assert AuditEntry.objects.filter(action="signed_request.refused").count() == NOTED_AN_HOUR


def test_no_secret_of_the_app_means_nothing_is_believed(number, settings):
    settings.WHATSAPP_META_APP_SECRETS = []
    assert send(DEAUTHORIZE, signed("")).status_code == 400
