"""The demonstration, seeded against a simulator that is one route."""

import json

import pytest
import responses
from django.utils import timezone

from config.dev import demo, history
from notifications import states
from notifications.models import Appointment, NotificationJob
from tenants.models import PhoneNumber, Tenant, TenantApiKey
from tests.factories import NOTICE_BODY, NOTICE_BUTTONS

SIMULATOR = "http://graph.test"
BUTTONS = [{"type": "QUICK_REPLY", "text": text} for text in NOTICE_BUTTONS]
TEMPLATES = [
    {
        "id": str(number),
        "name": name,
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": NOTICE_BODY}, {"type": "BUTTONS", "buttons": BUTTONS}],
    }
    for number, name in enumerate(demo.MAPPINGS.values(), start=1)
]


@pytest.fixture
def seeded(transactional_db, tmp_path, settings):
    """What ``demo.json`` says after two starts."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    told = []
    with responses.RequestsMock(assert_all_requests_are_fired=False) as meta:
        meta.post(f"{SIMULATOR}/sim/accounts", json={})
        for business in (demo.JANA, demo.CHARLIE):
            meta.get(f"{SIMULATOR}/v25.0/{business.waba_id}/message_templates", json={"data": TEMPLATES})
        for _ in range(2):
            demo.seed(tmp_path, SIMULATOR)
            told.append(json.loads((tmp_path / "demo.json").read_text()))
    assert told[0] == told[1]
    return told[0]


def test_it_tells_all_that_programs_need(seeded, tmp_path):
    assert {"base_url", "simulator_url", "app_secret", "verify_token", "cron_secret", "staff"} < seeded.keys()
    assert [tenant["slug"] for tenant in seeded["tenants"]] == ["studio-jana", "barbearia-charlie"]
    assert seeded["app_secret"] == "test_app_secret"
    assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600


def test_its_keys_and_people_open_their_own_tenant_only(seeded, client):
    for told in seeded["tenants"]:
        tenant = Tenant.objects.get(pk=told["id"])
        assert TenantApiKey.objects.get_from_key(told["api_key"]).tenant == tenant
        assert client.login(**told["operator"])
        assert list(Tenant.objects.filter(memberships__user__username=told["operator"]["username"])) == [tenant]


def test_its_numbers_are_connected_and_share_nothing(seeded):
    numbers = PhoneNumber.objects.select_related("account")
    assert {number.state for number in numbers} == {"connected"}
    assert len({number.account.business_portfolio_id for number in numbers}) == 2


def test_its_past_shows_every_usual_end_and_promises_nothing_for_now(seeded):
    jobs = NotificationJob.objects.select_related("message")
    assert {states.combined_state(job) for job in jobs} >= {"read", "delivered", "failed", "skipped", "pending"}
    assert not jobs.filter(state="pending", due_at__lte=timezone.now()).exists()
    ends = set(Appointment.objects.values_list("state", flat=True))
    assert ends >= {"booked", "confirmed", "cancelled", "done", "no_show"}
    assert not history.is_wanted()
