"""What Meta is set to, held against what it should be, through the simulator's Graph API."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from tenants import vault
from tenants.models import Alert, AuditEntry, Credential
from tests.factories import NOW, make_number, make_person, make_tenant
from tests.simulator_client import APP_SECRET, VERIFY_TOKEN, SimulatorProcess
from whatsapp import comparison
from whatsapp.models import ConnectionCheck
from whatsapp.providers.base import AppWebhook, NumberFacts, Subscription, TokenFacts
from whatsapp.simulator.simulator import APP_ID

pytestmark = pytest.mark.django_db
RIGHT = TokenFacts(valid=True, app_id=APP_ID, scopes=tuple(comparison.NEEDED_SCOPES))


@pytest.fixture(scope="module")
def meta() -> Iterator[SimulatorProcess]:
    with SimulatorProcess("http://product.test/api/whatsapp/meta/webhook") as process:
        yield process


@pytest.fixture
def number(meta, settings):
    account = meta.accounts(name="Jana", subscribed=True, numbers=[{"display_phone_number": "+55 11 4000-1234"}])
    settings.WHATSAPP_META_GRAPH_URL, settings.PUBLIC_URL = meta.url, "http://product.test"
    settings.WHATSAPP_META_APP_ID, settings.WHATSAPP_META_APP_SECRETS = APP_ID, [APP_SECRET]
    made = make_number(make_tenant(), phone_number_id=account["numbers"][0]["phone_number_id"])
    made.account.waba_id = account["waba_id"]
    made.account.save()
    vault.set_secret(made.account, Credential.Kind.ACCESS_TOKEN, account["token"])
    return made


@pytest.fixture
def app(meta):
    def call(method, **body):
        headers = {"Authorization": f"Bearer {APP_ID}|{APP_SECRET}"}
        body = {"object": "whatsapp_business_account"} | body
        return requests.request(
            method, f"{meta.url}/v25.0/{APP_ID}/subscriptions", headers=headers, json=body, timeout=5
        )

    return call


def wrong(row):
    return {finding.name for finding in comparison.differences(row)}


def unsubscribe(meta):
    meta.accounts(name="Jana", subscribed=False)


def test_all_is_as_it_should_be(number):
    row = comparison.check(number, NOW)
    assert {finding.state for finding in comparison.findings_of(row)} == {"ok"}
    assert {finding.name for finding in comparison.findings_of(row)} == set(comparison.FACTS)
    assert not Alert.objects.exists()


def test_an_account_that_is_not_subscribed_is_told_and_mended_by_one_click(number, meta):
    unsubscribe(meta)
    assert wrong(comparison.check(number, NOW)) == {"subscription"}
    assert Alert.objects.get(kind=comparison.ALERT).detail["facts"] == ["subscription"]
    owner = make_person(number.tenant, "owner")
    assert wrong(comparison.mend(number, "subscription", actor=owner, now=NOW)) == set()
    assert Alert.objects.get().state == "solved"
    assert AuditEntry.objects.get(action="connection.mended").actor == owner


def test_fields_that_are_switched_off_are_named(number, app):
    app("DELETE", fields="account_update,security")
    try:
        row = comparison.check(number, NOW)
        (finding,) = comparison.differences(row)
        assert finding.name == "fields"
        assert "account_update, security" in finding.found
        assert not finding.is_mendable
    finally:
        fields = "account_update,security"
        meta_url = "http://product.test/api/whatsapp/meta/webhook"
        app("POST", fields=fields, callback_url=meta_url, verify_token=VERIFY_TOKEN)


def test_another_callback_address_is_told(number, settings):
    settings.PUBLIC_URL = "http://elsewhere.test"
    row = comparison.check(number, NOW)
    assert wrong(row) >= {"callback", "app_callback"}


def test_a_refused_token_is_a_difference_and_the_rest_unknown(number):
    vault.set_secret(number.account, Credential.Kind.ACCESS_TOKEN, "SIM-nobody-issued-this")
    states = {finding.name: finding.state for finding in comparison.findings_of(comparison.check(number, NOW))}
    assert (states["token"], states["scopes"], states["status"]) == ("differs", "unknown", "unknown")


def test_a_provider_that_does_not_answer_is_unknown_never_wrong(number, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://127.0.0.1:9"
    row = comparison.check(number, NOW)
    assert {finding.state for finding in comparison.findings_of(row)} == {"unknown"}
    assert not Alert.objects.exists()


def test_a_round_compares_every_number_and_keeps_one_row_each(number):
    make_number(make_tenant(), provider="stub")
    for hour in range(2):
        assert comparison.check_all(NOW + timedelta(hours=hour)) == 1
    assert ConnectionCheck.objects.get().at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        ({"token": TokenFacts(valid=False)}, "token"),
        ({"token": TokenFacts(valid=True, scopes=("email",))}, "scopes"),
        ({"token": TokenFacts(valid=True, app_id="1")}, "app"),
        ({"token": TokenFacts(valid=True, expires_at=NOW + timedelta(days=3))}, "expiry"),
        ({"facts": NumberFacts(status="BANNED")}, "status"),
        ({"subscription": Subscription(("1",))}, "subscription"),
        ({"subscription": Subscription((APP_ID,), {"account": "https://other.test", "app": "x"})}, "callback"),
        (
            {"app": AppWebhook("https://other.test", active=True, fields=tuple(comparison.NEEDED_FIELDS))},
            "app_callback",
        ),
        ({"app": AppWebhook("x", active=False, fields=())}, "fields"),
    ],
)
def test_each_difference_has_its_name(settings, answers, name):
    settings.WHATSAPP_META_APP_ID = APP_ID
    number = make_number(make_tenant())
    found = {one.name: one.state for one in comparison.compare(number, comparison.Answers(**answers), NOW)}
    assert found[name] == "differs"


def test_a_coexistence_number_needs_the_phones_fields_too():
    number = make_number(make_tenant(), coexistence=True)
    app = AppWebhook("x", active=True, fields=tuple(comparison.NEEDED_FIELDS))
    found = {one.name: one.found for one in comparison.compare(number, comparison.Answers(app=app), NOW)}
    assert "history" in found["fields"]
