"""2 000 templates over 20 accounts, read from a Meta that takes 200 ms to answer."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from templates_mgmt import sync
from templates_mgmt.models import MessageTemplate
from tenants import vault
from tenants.models import Credential
from tests.factories import make_account, make_number, make_tenant
from tests.simulator_client import SimulatorProcess

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS, TEMPLATES, ANSWER_MS, GOAL_SECONDS = 20, 100, 200, 60
BODY = "Olá {{1}}, seu horário de {{2}} é dia {{3}}. Até lá."


@pytest.fixture
def meta(settings):
    with SimulatorProcess(webhook_url="http://127.0.0.1:9/nobody") as process:
        settings.WHATSAPP_META_GRAPH_URL = process.url
        yield process


def _account(meta, n):
    parts = [{"type": "BODY", "text": BODY, "example": {"body_text": [["Ana", "Corte", "1/1"]]}}]
    templates = [
        {"name": f"modelo_{n}_{i}", "language": "pt_BR", "category": "UTILITY", "components": parts}
        for i in range(TEMPLATES)
    ]
    number = {"display_phone_number": f"+55 11 4{n:03}-1234"}
    told = meta.accounts(name=f"Conta {n}", numbers=[number], templates=templates)
    tenant = make_tenant()
    account = make_account(tenant, waba_id=told["waba_id"])
    vault.set_secret(account, Credential.Kind.ACCESS_TOKEN, told["token"])
    make_number(tenant, account, phone_number_id=told["numbers"][0]["phone_number_id"])
    return account


def test_every_account_is_read_in_time(meta):
    accounts = [_account(meta, n) for n in range(ACCOUNTS)]
    meta.fault("templates", "slow", delay_ms=ANSWER_MS)
    first, queries = _timed(accounts)
    MessageTemplate.objects.update(status="PENDING", status_at=None)
    second, changed_queries = _timed(accounts)
    found = MessageTemplate.objects.count()
    print(f"\n{found} templates over {ACCOUNTS} accounts, answers in {ANSWER_MS} ms:")
    print(f"  all new      {first:6.1f} s  {queries / ACCOUNTS:5.1f} queries an account")
    print(f"  all changed  {second:6.1f} s  {changed_queries / ACCOUNTS:5.1f} queries an account")
    assert found >= ACCOUNTS * TEMPLATES
    assert max(first, second) < GOAL_SECONDS


def _timed(accounts):
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        results = sync.sync_accounts(accounts, timezone.now())
    assert not any(result.error for result in results.values())
    return time.perf_counter() - began, len(queries)
