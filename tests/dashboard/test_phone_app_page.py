"""The page of the phone app: what was asked, how far the history is, and who may ask."""

import json
import re
from datetime import timedelta

import pytest
import responses
from django.utils import timezone

from tenants import alerts
from tenants.models import AuditEntry, PhoneNumber
from tests.dashboard.people import browser
from tests.notifications.jobs import first_number
from tests.whatsapp import histories
from tests.whatsapp.meta_bodies import payload, process_all
from whatsapp import inbox
from whatsapp.coexistence import app
from whatsapp.models import SyncCall

pytestmark = pytest.mark.django_db


@pytest.fixture
def number(jana):
    PhoneNumber.objects.for_tenant(jana).update(coexistence=True)
    return first_number(jana)


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def graph():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(re.compile(r"http://graph\.test/.*/smb_app_data"), json={"request_id": "req-1"})
        yield mock


def call(number, kind="history", **values):
    now = timezone.now()
    defaults = {"onboarded_at": now, "due_at": now + timedelta(hours=1)}
    return SyncCall.objects.create(tenant=number.tenant, number=number, kind=kind, **(defaults | values))


def tell(number, bodies):
    now = timezone.now()
    for body in bodies:
        body["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = number.phone_number_id
        inbox.receive("meta", json.dumps(body).encode(), now)
    return now


def html(client, number, query=""):
    return client.get(f"/conexoes/{number.pk}/aplicativo/{query}").content.decode()


def test_the_page_shows_how_far_the_import_is(number, manager):
    now = tell(number, histories.bodies(40, 4)[:3])
    process_all(now)
    page = html(manager, number)
    assert '<progress class="rc-progress" max="100" value="75"' in page
    assert "3 partes recebidas" in page
    assert "O último dia" in page


def test_parts_in_the_line_are_shown_and_the_page_goes_on_asking(number, manager):
    tell(number, histories.bodies(40, 4))
    page = html(manager, number, "?live")
    assert "Partes na fila" in page
    assert 'hx-trigger="every 3s"' in page


def test_a_whole_history_is_said_to_be_whole_and_the_page_rests(number, manager):
    process_all(tell(number, histories.bodies(40, 4)))
    page = html(manager, number)
    assert "Todo o histórico já está aqui." in page
    assert "every 3s" not in page


def test_a_refusal_is_told_with_what_to_do(number, manager):
    body = payload("history__declined_without_envelope")
    body["metadata"]["phone_number_id"] = number.phone_number_id
    now = timezone.now()
    inbox.receive("meta", json.dumps(body).encode(), now)
    process_all(now)
    assert "A empresa não compartilha o histórico." in html(manager, number)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"state": "waiting"}, "23 h 59 min das 24 horas"),
        ({"state": "uncertain"}, "Sem resposta"),
        ({"state": "refused", "error": "A Meta disse não."}, "A Meta disse não."),
        ({"state": "asked", "request_id": "req-77"}, "req-77"),
        ({"state": "waiting", "onboarded_at": timezone.now() - timedelta(hours=25)}, "Tarde demais"),
    ],
)
def test_each_request_says_how_it_stands(number, manager, values, words):
    call(number, **values)
    assert words in html(manager, number)


def test_a_manager_asks_once(number, manager, post, graph):
    for _ in range(2):
        post(manager, f"/conexoes/{number.pk}/aplicativo/pedir/")
    assert [json.loads(one.request.body)["sync_type"] for one in graph.calls] == ["smb_app_state_sync", "history"]
    assert AuditEntry.objects.filter(action="connection.phone_app_asked").count() == 1


def test_an_operator_sees_and_does_not_ask(number, operator, post, graph):
    assert "Pedir contatos" not in html(operator, number)
    assert post(operator, f"/conexoes/{number.pk}/aplicativo/pedir/").status_code == 403
    assert not graph.calls


def test_a_number_without_an_app_has_nothing_to_ask_for(jana, manager, post, graph):
    number = first_number(jana)
    assert "Pedir contatos" not in html(manager, number)
    post(manager, f"/conexoes/{number.pk}/aplicativo/pedir/")
    assert not graph.calls


def test_another_companys_number_is_not_found(charlie, manager):
    assert manager.get(f"/conexoes/{first_number(charlie).pk}/aplicativo/").status_code == 404


def test_an_app_without_life_is_a_banner_with_what_to_do(number, operator):
    seen = timezone.now() - timedelta(days=11)
    detail = {"number": number.display_phone_number, "seen_at": seen.isoformat()}
    alerts.raise_alert(
        app.SILENT_ALERT, tenant=number.tenant, subject=number.phone_number_id, now=timezone.now(), **detail
    )
    page = operator.get("/mensagens/").content.decode()
    assert "há 11 dias" in page
    assert "Abra o WhatsApp Business no celular principal" in page


def test_the_list_leads_to_it(number, operator):
    assert f"/conexoes/{number.pk}/aplicativo/" in operator.get("/conexoes/").content.decode()
