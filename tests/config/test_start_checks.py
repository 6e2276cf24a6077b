"""Production refuses what belongs to a laptop, naming each cause."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.checks import run_checks

from config import checks
from tests.factories import make_account, make_number, make_tenant

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "ENVIRONMENT": "production",
    "DEBUG": False,
    "SECRET_KEY": "p" * 60,
    "ALLOWED_HOSTS": ["recado.example.com"],
    "PUBLIC_URL": "https://recado.example.com",
    "WHATSAPP_ENCRYPTION_KEYS": [Fernet.generate_key().decode()],
    "WHATSAPP_META_GRAPH_URL": "https://graph.facebook.com",
    "WHATSAPP_META_SDK_URL": "https://connect.facebook.net/en_US/sdk.js",
    "WHATSAPP_META_APP_SECRETS": ["secret"],
    "WHATSAPP_META_TEST_RECIPIENT": "",
    "WHATSAPP_AUTOMATION_PROVIDER": "meta",
    "WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK": False,
    "WHATSAPP_AUTOMATION_MODE": "disabled",
    "ALERT_WEBHOOK_URL": "https://hooks.example.com/recado",
    "ALERT_WEBHOOK_SECRET": "secret",
    "ALERT_WEBHOOK_PRIVATE": False,
}
LAPTOP_ENVIRONMENT = {
    "ENVIRONMENT": "production",
    "DEBUG": "true",
    "SECRET_KEY": "",
    "ALLOWED_HOSTS": "",
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "WHATSAPP_META_GRAPH_URL": "http://127.0.0.1:8001",
    "WHATSAPP_AUTOMATION_META_APP_SECRET": "",
    "WHATSAPP_AUTOMATION_META_TEST_RECIPIENT": "+5511988887777",
    "WHATSAPP_AUTOMATION_PROVIDER": "stub",
    "WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK": "true",
}


def found(settings: Any, databases: list[str] | None = None, **changed: Any) -> list[str]:
    for name, value in (SAFE | changed).items():
        setattr(settings, name, value)
    return [message.id for message in run_checks(tags=[checks.TAG], databases=databases)]


def test_production_with_safe_settings_starts(settings):
    assert found(settings) == []


@pytest.mark.parametrize(
    ("setting", "value", "id_"),
    [
        ("ENVIRONMENT", "prod", "recado.E001"),
        ("WHATSAPP_AUTOMATION_MODE", "on", "recado.E019"),
        ("WHATSAPP_AUTOMATION_MODE", "enabled", "recado.W003"),
        ("WHATSAPP_ENCRYPTION_KEYS", ["not a key"], "recado.E002"),
        ("SECRET_KEY", "", "recado.E003"),
        ("SECRET_KEY", "django-insecure-0123456789", "recado.E004"),
        ("WHATSAPP_ENCRYPTION_KEYS", [], "recado.E005"),
        ("WHATSAPP_ENCRYPTION_KEYS", ["cmVjYWRvLWRldi1rZXktb25seS1mb3ItdGVzdHMtISE="], "recado.E006"),
        ("WHATSAPP_META_APP_SECRETS", [], "recado.E007"),
        ("DEBUG", True, "recado.E008"),
        ("MEDIA_MAX_BYTES", 0, "recado.E017"),
        ("MEDIA_DOWNLOAD_THREADS", 0, "recado.E017"),
        ("MEDIA_DOWNLOADS_A_SECOND", 0, "recado.E017"),
        ("MEDIA_ROOT", Path(__file__), "recado.E018"),
        ("WHATSAPP_META_TEST_RECIPIENT", "+5511988887777", "recado.E009"),
        ("WHATSAPP_AUTOMATION_PROVIDER", "stub", "recado.E010"),
        ("WHATSAPP_AUTOMATION_HELLO_WORLD_FALLBACK", True, "recado.E011"),
        ("PUBLIC_URL", "http://recado.example.com", "recado.E012"),
        ("WHATSAPP_META_GRAPH_URL", "http://127.0.0.1:8001", "recado.E013"),
        ("WHATSAPP_META_SDK_URL", "http://127.0.0.1:8001/sdk.js", "recado.E013"),
        ("ALLOWED_HOSTS", [], "recado.E014"),
        ("ALERT_WEBHOOK_SECRET", "", "recado.E021"),
        ("ALERT_WEBHOOK_URL", "http://hooks.example.com/", "recado.E022"),
        ("ALERT_WEBHOOK_URL", "hooks.example.com", "recado.E022"),
    ],
)
def test_production_names_each_cause(settings, setting, value, id_):
    assert found(settings, **{setting: value}) == [id_]


def test_a_deployment_is_warned_of_public_pages_that_nobody_filled_in(settings, monkeypatch):
    found(settings)
    for name in checks.OF_THE_PUBLIC_PAGES:
        monkeypatch.setenv(name, "15")
    monkeypatch.delenv("PROMISED_DELETION_DAYS")
    (warning,) = run_checks(tags=[checks.TAG], include_deployment_checks=True)
    assert (warning.id, warning.msg.endswith(": PROMISED_DELETION_DAYS.")) == ("recado.W004", True)
    monkeypatch.setenv("PROMISED_DELETION_DAYS", "60")
    assert run_checks(tags=[checks.TAG], include_deployment_checks=True) == []


def test_a_rotation_with_a_development_key_behind_is_refused_too(settings):
    keys = [*SAFE["WHATSAPP_ENCRYPTION_KEYS"], "cmVjYWRvLWRldi1rZXktb25seS1mb3ItdGVzdHMtISE="]
    assert found(settings, WHATSAPP_ENCRYPTION_KEYS=keys) == ["recado.E006"]


def test_staging_needs_a_test_recipient(settings):
    assert found(settings, ENVIRONMENT="staging") == ["recado.E020"]
    assert found(settings, ENVIRONMENT="staging", WHATSAPP_META_TEST_RECIPIENT="+5511988887777") == []


def test_staging_is_warned_of_a_simulator_and_of_unsigned_webhooks(settings):
    changed = {"WHATSAPP_META_GRAPH_URL": "http://127.0.0.1:8001", "WHATSAPP_META_APP_SECRETS": []}
    assert found(settings, ENVIRONMENT="staging", WHATSAPP_META_TEST_RECIPIENT="+5511988887777", **changed) == [
        "recado.W001",
        "recado.W002",
    ]


def test_development_takes_its_own_keys_and_simulator(settings):
    laptop = {"PUBLIC_URL": "http://127.0.0.1:8000", "WHATSAPP_META_GRAPH_URL": "http://127.0.0.1:8001", "DEBUG": True}
    assert found(settings, ENVIRONMENT="development", WHATSAPP_META_TEST_RECIPIENT="+5511988887777", **laptop) == []


@pytest.mark.django_db
def test_a_simulators_token_in_the_database_keeps_production_from_starting(settings):
    settings.WHATSAPP_ENCRYPTION_KEYS = SAFE["WHATSAPP_ENCRYPTION_KEYS"]
    make_account(make_tenant())
    assert found(settings, databases=["default"]) == ["recado.E016"]


@pytest.mark.django_db
def test_a_connected_stub_number_keeps_production_from_starting(settings):
    make_number(make_tenant(), provider="stub")
    assert found(settings, databases=["default"])[0] == "recado.E015"


@pytest.mark.parametrize(
    "program",
    [
        ["-c", "import config.wsgi"],
        ["-m", "celery", "-A", "config", "worker", "--pool", "solo"],
        ["-m", "celery", "-A", "config", "beat"],
        ["manage.py", "check"],
    ],
    ids=["web", "worker", "beat", "manage"],
)
def test_no_process_starts_with_a_laptops_settings(program):
    environment = {**os.environ, **LAPTOP_ENVIRONMENT}
    ended = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    causes = ["recado.E003", *(f"recado.E{n:03}" for n in range(6, 15))]
    assert [cause for cause in causes if cause not in ended.stderr] == []
