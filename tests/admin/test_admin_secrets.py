import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from notifications import timeline
from notifications.kinds import KINDS
from notifications.models import NotificationJob
from tenants import vault
from tenants.models import AuditEntry, Credential, KillSwitch, TenantApiKey
from tests.factories import make_person

pytestmark = pytest.mark.django_db
SECRET = "EAAG-very-secret-token-7788"
State = NotificationJob.State


@pytest.fixture
def staff(jana):
    client = Client()
    client.force_login(make_person(jana.tenant, "owner", is_staff=True))
    return client


def test_a_secret_is_set_and_never_shown_again(staff, jana):
    account = jana.by_label["tenants.whatsappaccount"]
    form = {"account": account.pk, "kind": "access_token", "secret": SECRET}
    page = staff.post("/admin/tenants/credential/add/", form, follow=True)
    row = Credential.objects.get(account=account, retired_at=None)
    assert vault.read_secret(account, "access_token") == SECRET
    for path in (
        "/admin/tenants/credential/",
        f"/admin/tenants/credential/{row.pk}/change/",
        page.request["PATH_INFO"],
    ):
        html = staff.get(path).content.decode()
        assert SECRET not in html
        assert "····7788" in html
    assert SECRET not in str(list(AuditEntry.objects.values()))


def test_the_field_is_a_password_and_an_error_does_not_send_it_back(staff, jana):
    html = staff.post("/admin/tenants/credential/add/", {"kind": "access_token", "secret": SECRET}).content.decode()
    assert 'type="password" name="secret"' in html
    assert SECRET not in html


def test_a_new_secret_retires_the_one_in_use(staff, jana):
    row = jana.by_label["tenants.credential"]
    staff.post(f"/admin/tenants/credential/{row.pk}/change/", {"secret": SECRET})
    row.refresh_from_db()
    assert row.retired_at is not None
    assert vault.read_secret(row.account, row.kind) == SECRET


def test_an_api_key_is_shown_once_when_it_is_made(staff, jana):
    answer = staff.post("/admin/tenants/tenantapikey/add/", {"tenant": str(jana.tenant.pk), "name": "agenda"})
    told = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    row = TenantApiKey.objects.get(name="agenda")
    key = re.search(rf"{row.prefix}\.\w+", told)[0]
    assert row.is_valid(key)
    staff.get("/admin/")
    assert key not in staff.get(f"/admin/tenants/tenantapikey/{row.pk}/change/").content.decode()


def test_a_kill_switch_is_turned_on_and_off(staff, jana):
    staff.post("/admin/tenants/killswitch/add/", {"tenant": str(jana.tenant.pk), "reason": "modelo errado"})
    switch = KillSwitch.objects.get(reason="modelo errado")
    staff.post("/admin/tenants/killswitch/", {"action": "resume", "_selected_action": [switch.pk], "index": "0"})
    switch.refresh_from_db()
    assert switch.ended_at is not None


def test_a_company_cannot_stop_the_platform(staff):
    staff.post("/admin/tenants/killswitch/add/", {"tenant": "", "reason": "tudo"})
    assert not KillSwitch.objects.filter(tenant=None).exists()


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("retry", State.FAILED, State.PENDING),
        ("discard", State.PENDING, State.CANCELLED),
        ("mark_failed", State.UNCERTAIN, State.FAILED),
    ],
)
def test_the_panels_acts_work_in_the_list_of_jobs(staff, jana, action, before, after):
    job = jana.by_label["notifications.notificationjob"]
    NotificationJob.objects.filter(pk=job.pk).update(state=before, message=None)
    form = {"action": action, "_selected_action": [str(job.pk)], "index": "0", "reason": "cliente ligou"}
    staff.post("/admin/notifications/notificationjob/", form)
    job.refresh_from_db()
    assert job.state == after


def test_a_kept_event_is_processed_again(staff, jana):
    event = jana.by_label["whatsapp.webhookevent"]
    form = {"action": "replay", "_selected_action": [str(event.pk)], "index": "0"}
    staff.post("/admin/whatsapp/webhookevent/", form)
    event.refresh_from_db()
    assert event.state == "new"


def test_a_job_shows_its_timeline_and_attempts_in_words(staff, jana):
    job = jana.by_label["notifications.notificationjob"]
    html = staff.get(f"/admin/notifications/notificationjob/{job.pk}/change/").content.decode()
    assert timeline.lines(job)[0].sentence in html
    assert "attempt_rows-TOTAL_FORMS" in html
    assert str(KINDS[job.kind].label) in html
    assert f">{job.kind}<" not in html


def test_jobs_are_filtered_by_the_word_of_their_kind(staff, jana):
    page = staff.get("/admin/notifications/notificationjob/", {"kind": "one_time_code"})
    assert "Código de uso único" in page.content.decode()
    assert not page.context["cl"].queryset.exists()
