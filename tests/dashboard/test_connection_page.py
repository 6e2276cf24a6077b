"""One connection's page: what it shows, and what its buttons do."""

import re
from datetime import timedelta

import pytest
import responses
from django.utils import timezone

from dashboard.queries import banners
from tenants import vault
from tenants.models import AuditEntry, Credential, PhoneNumber
from tests.dashboard.people import browser
from tests.notifications.jobs import first_number
from whatsapp import comparison
from whatsapp.models import AccountNotice

pytestmark = pytest.mark.django_db
TOKEN = "SIM-a-secret-that-nobody-sees"


@pytest.fixture
def number(jana):
    return first_number(jana)


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


def page(client, number):
    return client.get(f"/conexoes/{number.pk}/").content.decode()


def state(number):
    number.refresh_from_db()
    return number.state


def test_a_person_sees_what_differs_after_asking_meta(post, manager, number, willing_meta):
    post(manager, f"/conexoes/{number.pk}/verificar/")
    html = page(manager, number)
    assert str(comparison.FACTS["subscription"].advice) in html
    assert f"/conexoes/{number.pk}/corrigir/" in html


def test_one_click_subscribes_again(post, manager, number, willing_meta):
    post(manager, f"/conexoes/{number.pk}/corrigir/", fact="subscription")
    sent = [call.request.url for call in willing_meta.calls if call.request.method == "POST"]
    assert sent == [f"http://graph.test/v25.0/{number.account.waba_id}/subscribed_apps"]
    assert AuditEntry.objects.filter(action="connection.mended").count() == 1


@pytest.mark.parametrize("fact", ["fields", "nonsense", ""])
def test_what_cannot_be_mended_is_told(post, manager, number, fact):
    post(manager, f"/conexoes/{number.pk}/corrigir/", fact=fact)
    assert not AuditEntry.objects.filter(action="connection.mended").exists()


def test_a_number_is_disconnected_with_a_reason_and_connected_again(post, manager, number, willing_meta):
    post(manager, f"/conexoes/{number.pk}/desconectar/", reason="mudamos de telefone")
    assert (state(number), number.state_reason) == ("disconnected", "mudamos de telefone")
    assert "mudamos de telefone" in page(manager, number)
    post(manager, f"/conexoes/{number.pk}/reconectar/")
    assert state(number) == "connected"


def test_a_new_token_is_kept_and_shown_to_nobody(post, manager, number, willing_meta):
    answer = post(manager, f"/conexoes/{number.pk}/token/", access_token=TOKEN)
    assert vault.read_secret(number.account, Credential.Kind.ACCESS_TOKEN) == TOKEN
    html = answer.content.decode() + page(manager, number)
    assert TOKEN not in html
    assert "····sees" in html


def test_a_refused_token_is_told_without_repeating_it(post, manager, number):
    before = vault.read_secret(number.account, Credential.Kind.ACCESS_TOKEN)
    with responses.RequestsMock() as mock:
        mock.get(re.compile(r".*"), status=401, json={"error": {"code": 190, "message": f"bad {TOKEN}"}})
        post(manager, f"/conexoes/{number.pk}/token/", access_token=TOKEN)
    assert vault.read_secret(number.account, Credential.Kind.ACCESS_TOKEN) == before
    assert TOKEN not in page(manager, number)


def test_another_number_takes_the_place_and_its_page_follows(post, manager, number, willing_meta):
    listed = {"data": [{"id": "777001", "display_phone_number": "+55 11 4000-7777", "status": "CONNECTED"}]}
    willing_meta.get(re.compile(r".*/phone_numbers"), json=listed)
    willing_meta.replace("GET", re.compile(r".*/v25\.0/\d+(\?|$)"), json=listed["data"][0])
    answer = post(manager, f"/conexoes/{number.pk}/numero/", phone_number_id="777001", waba_id=number.account.waba_id)
    new = PhoneNumber.objects.get(phone_number_id="777001")
    assert answer["Location"] == f"/conexoes/{new.pk}/"
    assert "No lugar de" in page(manager, new)
    assert manager.get(f"/conexoes/{number.pk}/").status_code == 404


@pytest.mark.parametrize("typed", ["", "+55 11 4000-7777", "abc"])
def test_a_new_number_is_named_by_its_id(post, manager, number, typed):
    answer = post(manager, f"/conexoes/{number.pk}/numero/", phone_number_id=typed, waba_id=number.account.waba_id)
    assert (answer.status_code, "rc-error" in answer.content.decode(), state(number)) == (200, True, "connected")


def test_a_number_that_meta_does_not_list_is_told(post, manager, number, willing_meta):
    willing_meta.get(re.compile(r".*/phone_numbers"), json={"data": []})
    post(manager, f"/conexoes/{number.pk}/numero/", phone_number_id="777001", waba_id=number.account.waba_id)
    assert "não mostra nenhum número com este ID" in page(manager, number)
    assert state(number) == "connected"


@pytest.mark.parametrize("act", ["verificar", "corrigir", "reconectar", "desconectar", "token", "numero"])
def test_operators_look_and_do_not_touch(post, operator, number, act):
    assert post(operator, f"/conexoes/{number.pk}/{act}/").status_code == 403
    assert "data-dialog" not in page(operator, number)


@pytest.mark.parametrize(("days", "shown"), [(5, True), (30, False)])
def test_a_token_that_ends_soon_counts_down(operator, number, days, shown):
    Credential.objects.update(expires_at=timezone.now() + timedelta(days=days, hours=1))
    assert ("hourglass_bottom" in page(operator, number)) is shown


def test_the_list_says_how_many_things_differ(post, manager, number, willing_meta):
    post(manager, f"/conexoes/{number.pk}/verificar/")
    assert f'href="/conexoes/{number.pk}/"' in manager.get("/conexoes/").content.decode()


def test_another_companys_connection_is_not_there(manager, charlie):
    other = PhoneNumber.objects.for_tenant(charlie).get()
    assert manager.get(f"/conexoes/{other.pk}/").status_code == 404


@pytest.mark.parametrize(("days", "tone"), [(2, "red"), (10, "amber"), (20, None)])
def test_a_banner_counts_the_days_of_a_token_that_ends(operator, number, days, tone):
    Credential.objects.update(expires_at=timezone.now() + timedelta(days=days, hours=1))
    found = [banner for banner in banners.of(number.tenant, [], timezone.now()) if banner.icon == "hourglass_bottom"]
    assert [banner.tone for banner in found] == ([tone] if tone else [])
    assert ("hourglass_bottom" in operator.get("/mensagens/").content.decode()) is bool(tone)


def test_what_meta_said_of_the_account_is_told_in_words(operator, number):
    AccountNotice.objects.create(
        tenant=number.tenant,
        account=number.account,
        key="1",
        field="account_update",
        word="PARTNER_REMOVED",
        detail={"disconnection_info": {"reason": "PRIMARY_INACTIVITY"}},
        occurred_at=timezone.now(),
    )
    html = page(operator, number)
    assert "A empresa encerrou o acesso do Recado. O aplicativo do celular não foi aberto" in html
    assert "PARTNER_REMOVED" not in html


@pytest.mark.parametrize(("limit", "shown"), [("TIER_UNLIMITED", "Sem limite"), ("TIER_2K", "2.000 pessoas")])
def test_the_messaging_limit_is_told_in_people(operator, number, limit, shown):
    PhoneNumber.objects.update(messaging_limit=limit)
    assert shown in page(operator, number)
