"""Doors for outside schedulers: a secret each, a round in the request, nothing secret in the answer."""

from datetime import timedelta

import pytest

from notifications.models import NotificationJob
from tests.factories import NOW
from tests.notifications.customer import book, make_studio, notice

pytestmark = pytest.mark.django_db
CRON = "/api/cron/whatsapp-reminders"
PROCESS = "/api/internal/notifications/whatsapp/process"
CRON_KEY = {"Authorization": "Bearer test_cron_secret"}
PROCESS_KEY = {"Authorization": "Bearer test_processor_secret"}


@pytest.fixture(autouse=True)
def now(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.mark.parametrize("path", [CRON, PROCESS])
@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", "test_cron_secret", "Basic test_cron_secret", "Bearer ção"]
)
def test_wrong_secret_is_401(client, path, header):
    answer = client.get(path, headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "unauthorized"


def test_secret_of_the_other_door_is_401(client):
    assert client.get(CRON, headers=PROCESS_KEY).status_code == 401
    assert client.post(PROCESS, headers=CRON_KEY).status_code == 401


@pytest.mark.parametrize(
    ("path", "setting"), [(CRON, "CRON_SECRET"), (PROCESS, "WHATSAPP_AUTOMATION_PROCESSOR_SECRET")]
)
def test_door_without_a_secret_is_503_also_for_an_empty_bearer(client, settings, path, setting):
    setattr(settings, setting, "")
    assert client.get(path, headers={"Authorization": "Bearer "}).status_code == 503


def test_cron_sends_due_reminders_and_nothing_else(client, now):
    appointment = book(make_studio()).appointment
    now.move_to(NOW + timedelta(days=2))
    answer = client.get(CRON, headers=CRON_KEY)
    assert answer.json() == {"due": 1, "sent": 1, "skipped": 0, "failed": 0, "held": 0, "remaining": 0}
    assert notice(appointment, "appointment_reminder").state == "sent"
    assert notice(appointment).state == "pending"


def test_cron_with_nothing_due_says_so(client):
    book(make_studio())
    assert set(client.get(CRON, headers=CRON_KEY).json().values()) == {0}


def test_cron_counts_what_was_not_sent(client, now):
    book(make_studio())
    now.move_to(NOW + timedelta(days=2, hours=7))
    assert client.get(CRON, headers=CRON_KEY).json()["skipped"] == 1


def test_cron_is_only_a_get(client):
    assert client.post(CRON, headers=CRON_KEY).status_code == 405


def test_process_runs_one_round_of_everything(client):
    book(make_studio())
    assert client.post(PROCESS, headers=PROCESS_KEY).json()["sent"] == 1
    assert NotificationJob.objects.filter(state="sent").count() == 1


def test_diagnosis_tells_settings_and_queue_without_secrets(client):
    book(make_studio())
    answer = client.get(PROCESS, headers=PROCESS_KEY)
    facts = answer.json()
    assert facts["settings"]["mode"] == "enabled"
    assert (facts["due"], facts["jobs"]) == (1, {"pending": 2})
    for secret in ("test_processor_secret", "test_cron_secret", "test_app_secret", "test_verify_token", "SIM-token"):
        assert secret not in answer.content.decode()


def test_diagnosis_sends_nothing(client):
    appointment = book(make_studio()).appointment
    client.get(PROCESS, headers=PROCESS_KEY)
    assert notice(appointment).state == "pending"
