"""Why did it not arrive: on every message and every connection."""

import pytest

from notifications.models import NotificationJob
from tenants import flags
from tenants.models import PhoneNumber
from tests.dashboard.test_messages_page import make_job
from tests.factories import make_person
from tests.notifications.jobs import first_number

pytestmark = pytest.mark.django_db


def test_a_message_tells_what_keeps_it(jana, viewer):
    job = make_job(jana)
    flags.stop(jana, "modelo errado", make_person())
    assert f"/mensagens/{job.pk}/por-que/" in viewer.get(f"/mensagens/{job.pk}/").content.decode()
    assert "modelo errado" in viewer.get(f"/mensagens/{job.pk}/por-que/").content.decode()


def test_a_message_of_an_old_state_is_told_all_the_same(jana, viewer):
    job = make_job(jana, NotificationJob.State.FAILED, reason_code="of_an_old_version")
    NotificationJob.objects.filter(pk=job.pk).update(state="forgotten")
    assert viewer.get(f"/mensagens/{job.pk}/por-que/").status_code == 200
    assert viewer.get(f"/mensagens/{job.pk}/").status_code == 200


def test_a_connection_tells_why_it_does_not_send(jana, viewer):
    number = first_number(jana)
    PhoneNumber.objects.filter(pk=number.pk).update(state="degraded", state_reason="o token expirou")
    assert "o token expirou" in viewer.get(f"/conexoes/{number.pk}/por-que/").content.decode()
