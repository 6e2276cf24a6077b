"""API keys: made and shown once, revoked at once; the owner's alone."""

import pytest
from django.test import Client

from tenants.models import AuditEntry, TenantApiKey
from tests.dashboard.people import browser
from tests.factories import make_api_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(jana):
    return browser(jana, "owner")


def calls(key):
    return Client(headers={"X-API-Key": key}).get("/api/v1/jobs/").status_code


def test_a_key_is_shown_once_and_works(owner, post):
    answer = post(owner, "/configuracoes/chaves/nova/", name="Agenda")
    key = answer.context["new_key"]
    assert key in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert calls(key) == 200
    assert key not in owner.get("/configuracoes/chaves/").content.decode()
    assert AuditEntry.objects.filter(action="tenantapikey.added").exists()


def test_a_revoked_key_no_longer_works(jana, owner, post):
    key = make_api_key(jana)
    post(owner, "/configuracoes/chaves/revogar/", prefix=key.partition(".")[0])
    assert calls(key) == 401
    assert AuditEntry.objects.filter(action="tenantapikey.changed").exists()


def test_another_companys_key_is_not_found(charlie, owner, post):
    key = make_api_key(charlie)
    assert post(owner, "/configuracoes/chaves/revogar/", prefix=key.partition(".")[0]).status_code == 404
    assert calls(key) == 200


@pytest.mark.parametrize("values", [{"name": ""}, {"name": "x" * 51}, {"name": "a", "until": "01/01/2020"}])
def test_a_key_without_name_or_future_is_not_made(owner, post, values):
    assert post(owner, "/configuracoes/chaves/nova/", **values).status_code == 400
    assert not TenantApiKey.objects.exists()


def test_a_manager_makes_no_key(jana, post):
    assert post(browser(jana, "manager"), "/configuracoes/chaves/nova/", name="x").status_code == 403
