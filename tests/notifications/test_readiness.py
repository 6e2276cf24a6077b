"""Readiness: worked out from what is there, confirmed by people where nothing can be asked, a door before the mode."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from notifications.readiness import checklist, platform
from notifications.readiness.checklist import ConfirmationRefused
from notifications.readiness.items import ITEMS
from tenants import connections, flags
from tenants.models import AuditEntry, AutomationSettings, Confirmation, Credential
from tests.factories import NOW, make_number, make_person, make_ready_tenant, make_tenant
from tests.notifications.jobs import first_number
from whatsapp.models import ConnectionCheck

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_ready_tenant()


@pytest.fixture
def owner(tenant):
    return make_person(tenant, "owner")


def states(tenant):
    return {line.item.name: line.state for line in checklist.of(tenant, NOW).lines}


def missing(tenant):
    return {line.item.name for line in checklist.of(tenant, NOW).missing}


def compare(number, **differs):
    findings = [{"name": name, "state": state, "expected": "", "found": ""} for name, state in differs.items()]
    ConnectionCheck.objects.update_or_create(
        number=number, defaults={"tenant": number.tenant, "at": NOW, "findings": findings}
    )


def confirm_all(tenant, owner):
    for item in ITEMS:
        if item.confirmable:
            checklist.confirm_item(tenant, item.name, note="", actor=owner, now=NOW)


def test_an_empty_company_lacks_what_is_required():
    assert {"connected", "credentials", "templates", "payment"} <= missing(make_tenant())


def test_a_connected_company_with_templates_has_them_ticked(tenant):
    found = states(tenant)
    assert {found[name] for name in ("connected", "credentials", "templates", "limits", "automation")} == {"done"}


@pytest.mark.parametrize(
    ("change", "item"),
    [
        (lambda number: connections.degrade(number, "190", NOW), "connected"),
        (lambda number: Credential.objects.all().delete(), "credentials"),
        (lambda number: Credential.objects.update(expires_at=NOW + timedelta(days=2)), "token_lasts"),
        (lambda number: Credential.objects.update(created_at=NOW - timedelta(days=360)), "token_lasts"),
        (lambda number: number.account.templates.update(status="PAUSED"), "templates"),
        (lambda number: AutomationSettings.objects.update(queue_enabled=False), "automation"),
        (lambda number: AutomationSettings.objects.update(max_retries=0), "limits"),
        (lambda number: number.tenant and type(number).objects.update(app_mode="development"), "app_live"),
    ],
)
def test_what_breaks_is_missing_at_once(tenant, change, item):
    assert states(tenant)[item] == "done"
    change(first_number(tenant))
    assert states(type(tenant).objects.get())[item] == "missing"


def test_what_meta_is_set_to_counts(tenant, settings):
    settings.PUBLIC_URL = "https://recado.example"
    number = first_number(tenant)
    number.heard_at = NOW
    number.save()
    assert {states(tenant)[name] for name in ("callback", "webhooks")} == {"missing"}
    compare(number, callback="ok", subscription="ok")
    assert {states(tenant)[name] for name in ("callback", "webhooks")} == {"done"}
    compare(number, callback="differs", subscription="differs")
    assert {states(tenant)[name] for name in ("callback", "webhooks")} == {"missing"}


def test_coexistence_is_asked_only_where_a_phone_shares_the_number(tenant):
    assert states(tenant)["coexistence"] == "not_needed"
    make_number(tenant, coexistence=True)
    assert states(tenant)["coexistence"] == "missing"


def test_the_emergency_stop_was_tried_once_it_ended(tenant, owner):
    flags.stop(tenant, "ensaio", owner)
    assert states(tenant)["kill_switch"] == "missing"
    flags.resume(tenant, owner, NOW)
    assert states(tenant)["kill_switch"] == "done"


def test_a_person_confirms_with_name_and_time_and_takes_it_back(tenant, owner):
    checklist.confirm_item(tenant, "payment", note="cartão final 1234", actor=owner, now=NOW)
    (line,) = [line for line in checklist.of(tenant, NOW).lines if line.item.name == "payment"]
    assert (line.state, line.confirmation.by, line.confirmation.at) == ("done", owner, NOW)
    assert checklist.withdraw(tenant, "payment", actor=owner, now=NOW) is True
    assert states(tenant)["payment"] == "missing"
    assert Confirmation.objects.count() == 1


@pytest.mark.parametrize("item", ["connected", "templates", "enabled_despite", "nonsense"])
def test_nobody_confirms_what_can_be_seen(tenant, owner, item):
    with pytest.raises(ConfirmationRefused):
        checklist.confirm_item(tenant, item, note="", actor=owner, now=NOW)


def test_another_companys_confirmation_counts_nowhere_else(tenant, owner):
    checklist.confirm_item(make_tenant(), "payment", note="", actor=owner, now=NOW)
    assert states(tenant)["payment"] == "missing"


def enable(tenant):
    settings = AutomationSettings.objects.get(tenant=tenant)
    settings.mode = AutomationSettings.Mode.ENABLED
    settings.full_clean()


@pytest.fixture
def switched_off(tenant):
    AutomationSettings.objects.update(mode="disabled")
    return tenant


def test_production_refuses_to_enable_a_company_that_is_not_ready(switched_off, settings):
    settings.IN_PRODUCTION = True
    with pytest.raises(ValidationError) as refused:
        enable(switched_off)
    assert "mode" in refused.value.message_dict


def test_in_production_the_mode_of_the_environment_does_not_pass_by_the_checklist(switched_off, settings):
    settings.IN_PRODUCTION, settings.WHATSAPP_AUTOMATION_MODE = True, "enabled"
    own = AutomationSettings.objects.get(tenant=switched_off)
    own.mode = ""
    own.full_clean()
    own.save()
    assert flags.resolve(type(switched_off).objects.get(pk=switched_off.pk)).mode == "disabled"


def test_production_takes_no_test_recipient(switched_off, settings):
    settings.IN_PRODUCTION = True
    own = AutomationSettings.objects.get(tenant=switched_off)
    own.test_recipient = "+5511988887777"
    with pytest.raises(ValidationError, match="test_recipient"):
        own.full_clean()


def test_settings_of_no_company_are_a_mistake_of_the_form(settings):
    settings.IN_PRODUCTION = True
    with pytest.raises(ValidationError, match="tenant"):
        AutomationSettings(mode="enabled").full_clean()


def test_elsewhere_a_company_is_enabled_at_once(switched_off):
    enable(switched_off)


def test_the_platforms_team_may_allow_it_with_a_reason(switched_off, settings):
    settings.IN_PRODUCTION = True
    staff = make_person(is_superuser=True)
    checklist.override(switched_off, "piloto com um cliente", actor=staff, now=NOW)
    enable(switched_off)
    entry = AuditEntry.objects.get(action="readiness.overridden")
    assert (entry.actor, entry.detail["reason"]) == (staff, "piloto com um cliente")


def test_a_company_that_is_enabled_already_can_change_other_settings(tenant, settings):
    settings.IN_PRODUCTION = True
    enable(tenant)


def test_the_checklist_asks_as_much_for_ten_numbers_as_for_one(tenant):
    with CaptureQueriesContext(connection) as one:
        checklist.of(tenant, NOW)
    for _ in range(9):
        make_number(tenant, first_number(tenant).account)
    with CaptureQueriesContext(connection) as ten:
        checklist.of(type(tenant).objects.get(), NOW)
    assert len(ten) <= len(one) + 2


def test_the_platform_is_told_of_deadlines_that_nobody_set(settings):
    settings.COMPANY_NAME, settings.COMPANY_TAX_ID, settings.COMPANY_ADDRESS = "Casa", "1", "Rua 1"
    settings.PROMISED_PRIVACY_ANSWER_DAYS, settings.PROMISED_SUPPORT_HOURS = 15, 4
    rows = lambda: {row.requirement.name: row for row in platform.matrix()}  # noqa: E731 - asked twice
    assert rows()["public_pages"].state == "missing"
    settings.PROMISED_DELETION_DAYS = 90
    assert (rows()["public_pages"].state, rows()["public_pages"].evidence) == ("done", "Casa")


def test_the_platforms_matrix_reads_settings_and_keeps_ticks(settings):
    settings.SUPPORT_EMAIL = ""
    staff = make_person(is_superuser=True)
    platform.tick("app_review", day=NOW.date(), note="aprovado", actor=staff, now=NOW)
    rows = {row.requirement.name: row for row in platform.matrix()}
    assert (rows["support"].state, rows["app_review"].state) == ("missing", "done")
    assert (rows["app_review"].tick.by, rows["app_review"].evidence) == (staff, "aprovado")
    with pytest.raises(ConfirmationRefused):
        platform.tick("support", day=NOW.date(), note="", actor=staff, now=NOW)
