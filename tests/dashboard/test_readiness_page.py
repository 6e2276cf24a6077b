"""The pages of readiness: a company's own, and the platform's for its team alone."""

import re

import pytest
from django.utils import timezone

from notifications.readiness import platform
from tenants.models import AuditEntry, AutomationSettings, Confirmation, Credential
from tests.dashboard.people import browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def staff(jana):
    return browser(jana, "owner", is_superuser=True)


def test_a_person_sees_what_is_missing_and_where_to_mend_it(operator):
    html = operator.get("/prontidao/").content.decode()
    assert '<a href="/conexoes/" class="rc-link">' in html
    assert '<form method="post" action="/prontidao/confirmar/"' not in html


@pytest.mark.parametrize("role", ["operator", "manager"])
def test_each_link_that_mends_something_opens_for_who_sees_it(jana, role):
    client = browser(jana, role)
    Credential.objects.all().delete()
    AutomationSettings.objects.update(queue_enabled=False)
    links = set(re.findall(r'<a href="([^"]+)" class="rc-link">', client.get("/prontidao/").content.decode()))
    assert {path: client.get(path).status_code for path in links} == dict.fromkeys(links, 200)
    assert ("/configuracoes/" in links) is (role == "manager")


def test_a_manager_confirms_and_withdraws(post, manager, jana):
    post(manager, "/prontidao/confirmar/", item="payment", note="cartão da empresa")
    assert "cartão da empresa" in manager.get("/prontidao/").content.decode()
    post(manager, "/prontidao/retirar/", item="payment")
    assert Confirmation.objects.get(tenant=jana).withdrawn_at


@pytest.mark.parametrize("act", ["confirmar", "retirar"])
def test_operators_confirm_nothing(post, operator, act):
    assert post(operator, f"/prontidao/{act}/", item="payment").status_code == 403


def test_only_the_platforms_team_overrides_and_only_with_a_reason(post, manager, staff):
    assert post(manager, "/prontidao/liberar/", reason="quero").status_code == 403
    post(staff, "/prontidao/liberar/", reason="")
    assert not AuditEntry.objects.filter(action="readiness.overridden").exists()
    post(staff, "/prontidao/liberar/", reason="piloto")
    assert "piloto" in staff.get("/prontidao/").content.decode()
    post(staff, "/prontidao/liberar/", end="1")
    assert not Confirmation.objects.filter(withdrawn_at=None).exists()


def test_a_manager_does_not_end_an_override(post, manager, staff):
    post(staff, "/prontidao/liberar/", reason="piloto")
    post(manager, "/prontidao/retirar/", item="enabled_despite")
    assert Confirmation.objects.filter(withdrawn_at=None).exists()


def test_the_platforms_page_is_for_its_team(manager, staff):
    assert manager.get("/prontidao/plataforma/").status_code == 403
    html = staff.get("/prontidao/plataforma/").content.decode()
    assert html.count('name="note"') == sum(not one.is_seen for one in platform.REQUIREMENTS)


def test_a_step_outside_is_ticked_with_its_day(staff, manager):
    day = timezone.localdate().isoformat()
    form = {"item": "app_review", "day": day, "note": "aprovado"}
    assert manager.post("/prontidao/plataforma/marcar/", form).status_code == 403
    staff.post("/prontidao/plataforma/marcar/", form)
    assert Confirmation.objects.get().day.isoformat() == day
    staff.post("/prontidao/plataforma/marcar/", form | {"end": "1"})
    assert Confirmation.objects.get().withdrawn_at


@pytest.mark.parametrize("day", ["2999-01-01", "ontem", ""])
def test_a_day_that_has_not_come_is_refused(staff, day):
    staff.post("/prontidao/plataforma/marcar/", {"item": "app_review", "day": day})
    assert not Confirmation.objects.exists()
