"""The whole road of a notice's words: listed by the simulated Meta, mapped, rendered, delivered."""

import pytest

from templates_mgmt import mapping, sync
from tenants import vault
from tenants.models import Credential
from tests.factories import NOW, make_account, make_number, make_tenant, map_template
from tests.simulator_client import SimulatorProcess
from whatsapp import delivery
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta import graph

pytestmark = pytest.mark.django_db
MARIA = "5511988887777"
VALUES = {"customer_name": "Maria", "service": "Corte", "date": "22/11/2026", "time": "14:00", "place": "Sala 2"}


@pytest.fixture(scope="module")
def simulator():
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        yield process


@pytest.fixture
def number(simulator, settings):
    settings.WHATSAPP_META_GRAPH_URL = simulator.url
    told = simulator.accounts(name="Studio Jana", numbers=[{"display_phone_number": "+55 11 4000-1234"}])
    tenant = make_tenant()
    account = make_account(tenant, waba_id=told["waba_id"])
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, told["token"])
    return make_number(tenant, account, phone_number_id=told["numbers"][0]["phone_number_id"])


def test_a_listed_template_is_mapped_rendered_and_accepted(simulator, number):
    assert sync.sync_account(number.account, NOW).error == ""
    template = number.account.templates.get(name="aviso_de_agendamento")
    row = map_template(template)
    row.full_clean()
    content = mapping.render(number.tenant, number.account, row.kind, "pt-br", VALUES, ["confirm:7"])
    body = delivery.build(number, Outgoing(Recipient(f"+{MARIA}"), content, "job-1"))
    accepted = delivery.deliver(number, body)
    assert simulator.wait_for_message(MARIA)[-1]["wamid"] == accepted.provider_message_id


def test_cursors_lead_through_the_whole_list(number, monkeypatch):
    monkeypatch.setattr(graph, "PAGE_SIZE", 1)
    assert sync.sync_account(number.account, NOW).created >= 3


def test_a_list_that_fails_marks_nothing(simulator, number):
    sync.sync_account(number.account, NOW)
    simulator.fault("templates", "error", code=80008, times=1)
    assert sync.sync_account(number.account, NOW).error
    assert not number.account.templates.exclude(missing_since=None).exists()
