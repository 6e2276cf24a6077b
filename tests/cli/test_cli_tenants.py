"""Companies, keys and numbers from the command line."""

import io

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from tenants import vault
from tenants.models import Credential, PhoneNumber, Tenant, WhatsAppAccount
from tests.factories import make_number, make_tenant
from whatsapp.models import WebhookEvent

BIND = ("--phone-number-id", "555", "--waba-id", "444", "--display-number", "+55 11 3333-4444")


@pytest.fixture
def type_in(monkeypatch):
    """Puts lines on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_a_company_is_created_with_settings_of_its_own(run):
    answer = run("create_tenant", "Studio Jana", "--slug", "studio-jana", "--contact-name", "Jana")
    tenant = Tenant.objects.get()
    assert answer == {"id": str(tenant.pk), "slug": "studio-jana", "name": "Studio Jana"}
    assert tenant.automation.mode == ""


@pytest.mark.parametrize(
    "wrong", [("--slug", "with space"), ("--slug", "studio-jana"), ("--slug", "x", "--time-zone", "Mars/Olympus")]
)
def test_a_company_that_cannot_be_is_refused_in_one_line(run, wrong):
    make_tenant("studio-jana")
    with pytest.raises(CommandError) as refused:
        run("create_tenant", "Studio", *wrong)
    assert "\n" not in str(refused.value)
    assert Tenant.objects.count() == 1


def test_a_key_is_shown_once_and_opens_the_api(run):
    make_tenant("studio-jana")
    key = run("create_api_key", "--tenant-id", "studio-jana", "--name", "agenda")["api_key"]
    assert APIClient().get("/api/v1/jobs/", headers={"X-API-Key": key}).status_code == 200


def test_a_company_is_named_by_id_as_well(run):
    tenant = make_tenant()
    assert run("create_api_key", "--tenant-id", str(tenant.pk))["tenant"] == tenant.slug


def test_a_number_is_bound_with_secrets_from_standard_input(run, type_in):
    tenant = make_tenant()
    type_in("SIM-the-token\nthe-verify-token\n")
    answer = run("bind_tenant", "--tenant-id", tenant.slug, *BIND, "--access-token", "-", "--verify-token", "-")
    number = PhoneNumber.objects.get()
    assert (answer["state"], number.state, number.account.waba_id) == ("connected", "connected", "444")
    assert vault.read_secret(number.account, Credential.Kind.ACCESS_TOKEN) == "SIM-the-token"
    assert vault.read_secret(number.account, Credential.Kind.VERIFY_TOKEN) == "the-verify-token"


def test_a_secret_on_the_line_is_taken_with_a_warning_that_does_not_repeat_it(db):
    tenant, told = make_tenant(), io.StringIO()
    call_command("bind_tenant", "--tenant-id", tenant.slug, *BIND, "--access-token", "SIM-1", stdout=told, stderr=told)
    assert "--access-token was given on the command line" in told.getvalue()
    assert "SIM-1" not in told.getvalue()
    assert PhoneNumber.objects.get().state == "connected"


def test_binding_again_brings_up_to_date_and_keeps_the_token(run):
    tenant = make_tenant()
    run("bind_tenant", "--tenant-id", tenant.slug, *BIND, "--access-token", "SIM-1")
    PhoneNumber.objects.update(state="degraded")
    assert run("bind_tenant", "--tenant-id", tenant.slug, *BIND)["state"] == "connected"
    assert (PhoneNumber.objects.count(), WhatsAppAccount.objects.count(), Credential.objects.count()) == (1, 1, 1)


def test_a_token_is_needed_once(run):
    tenant = make_tenant()
    with pytest.raises(CommandError):
        run("bind_tenant", "--tenant-id", tenant.slug, *BIND)
    assert (PhoneNumber.objects.count(), WhatsAppAccount.objects.count()) == (0, 0)


def test_a_number_of_another_company_cannot_be_bound(run):
    theirs = make_number(make_tenant(), phone_number_id="555")
    with pytest.raises(CommandError):
        run("bind_tenant", "--tenant-id", make_tenant().slug, *BIND, "--access-token", "SIM-1")
    assert PhoneNumber.objects.get() == theirs


def test_an_empty_standard_input_is_said(run, type_in):
    type_in("")
    with pytest.raises(CommandError, match="standard input"):
        run("bind_tenant", "--tenant-id", make_tenant().slug, *BIND, "--access-token", "-")


@pytest.mark.parametrize("options", [("--provider", "stub"), ("--access-token", "SIM-1")])
def test_production_binds_nothing_of_a_laptop(run, settings, options):
    settings.IN_PRODUCTION = True
    with pytest.raises(CommandError):
        run("bind_tenant", "--tenant-id", make_tenant().slug, *BIND, *options)
    assert not PhoneNumber.objects.exists()


def test_events_that_waited_for_the_number_are_released(run):
    WebhookEvent.objects.create(provider="meta", key="1", phone_number_id="555", state="waiting")
    tenant = make_tenant()
    assert run("bind_tenant", "--tenant-id", tenant.slug, *BIND, "--access-token", "SIM-1")["released_events"] == 1
    assert WebhookEvent.objects.get().state == "new"


def test_bindings_are_listed_by_company_and_show_no_secret(run, say):
    jana, charlie = make_tenant("studio-jana"), make_tenant("barbearia-charlie")
    make_number(jana, phone_number_id="1")
    make_number(charlie, phone_number_id="2")
    assert [row["phone_number_id"] for row in run("list_bindings", "--tenant-id", "studio-jana")] == ["1"]
    assert len(run("list_bindings")) == 2
    assert "SIM" not in say("list_bindings")


def test_keys_are_rotated_so_that_the_old_one_can_go(run, settings):
    number = make_number(make_tenant())
    new = Fernet.generate_key().decode()
    settings.WHATSAPP_ENCRYPTION_KEYS = [new, *settings.WHATSAPP_ENCRYPTION_KEYS]
    assert run("rotate_keys") == {"rotated": 1, "current": 0, "unreadable": 0}
    assert run("rotate_keys") == {"rotated": 0, "current": 1, "unreadable": 0}
    settings.WHATSAPP_ENCRYPTION_KEYS = [new]
    assert vault.read_secret(number.account, Credential.Kind.ACCESS_TOKEN).startswith("SIM-token")


def test_a_secret_that_no_key_reads_is_one_line(run, settings):
    make_number(make_tenant())
    settings.WHATSAPP_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="encryption keys"):
        run("rotate_keys")
