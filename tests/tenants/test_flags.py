"""Automation settings: the tenant's own over the platform's; a kill switch of either stops."""

from datetime import timedelta

import pytest

from tenants import flags
from tenants.models import Tenant
from tests.factories import NOW, make_person, make_tenant

pytestmark = pytest.mark.django_db


def test_a_tenant_without_settings_gets_the_platforms(settings):
    settings.WHATSAPP_AUTOMATION_MODE = "dry_run"
    assert flags.resolve(Tenant.objects.create(name="A", slug="a")).mode == "dry_run"


def test_a_tenants_own_setting_wins_even_when_it_is_zero(settings):
    settings.WHATSAPP_AUTOMATION_MAX_RETRIES = 5
    tenant = make_tenant()
    tenant.automation.max_retries = 0
    assert flags.resolve(tenant).max_retries == 0


def test_a_tenant_outside_the_allowlist_is_not_allowed(settings):
    tenant, other = make_tenant(), make_tenant()
    settings.WHATSAPP_AUTOMATION_ALLOWED_TENANT_IDS = [str(other.pk)]
    assert (flags.resolve(tenant).allowed, flags.resolve(other).allowed) == (False, True)


def test_the_platforms_switch_stops_everybody_and_is_named_first():
    tenant = make_tenant()
    flags.stop(tenant, "own reason", None)
    platform = flags.stop(None, "everybody stops", make_person())
    assert flags.kill_switch(tenant, NOW) == platform


def test_a_tenants_switch_stops_that_tenant_until_it_is_turned_off():
    tenant, other = make_tenant(), make_tenant()
    flags.stop(tenant, "wrong prices", None)
    assert flags.kill_switch(other, NOW) is None
    assert flags.resume(tenant, None, NOW) == 1
    assert flags.kill_switch(tenant, NOW) is None


def test_a_switch_ends_by_itself_when_its_time_has_come():
    tenant = make_tenant()
    flags.stop(tenant, "lunch", None, until=NOW)
    assert flags.kill_switch(tenant, NOW - timedelta(seconds=1)) is not None
    assert flags.kill_switch(tenant, NOW) is None


@pytest.mark.parametrize(("in_production", "mode"), [(True, "disabled"), (False, "enabled")])
def test_in_production_the_platforms_word_enables_nobody(settings, in_production, mode):
    settings.WHATSAPP_AUTOMATION_MODE, settings.IN_PRODUCTION = "enabled", in_production
    tenant = make_tenant()
    tenant.automation.mode = ""
    assert (flags.resolve(tenant).mode, flags.of_platform(tenant).mode) == (mode, mode)
    tenant.automation.mode = "enabled"
    assert flags.resolve(tenant).mode == "enabled"


def test_in_production_a_dry_run_of_the_platform_is_everybodys(settings):
    settings.WHATSAPP_AUTOMATION_MODE, settings.IN_PRODUCTION = "dry_run", True
    assert flags.resolve(Tenant.objects.create(name="A", slug="a")).mode == "dry_run"
