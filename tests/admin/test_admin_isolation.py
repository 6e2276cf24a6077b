"""Every model is in the admin, and of another company nothing is seen, searched, chosen, guessed or changed there."""

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from tenants.models import AuditEntry, MessageText, PhoneNumber
from tests.admin.rows import OF_THE_PLATFORM, models
from tests.factories import make_person

pytestmark = pytest.mark.django_db
LABELS = [model._meta.label_lower for model in models()]


def url(label, view, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{view}", args=args)


def names_of(rows, answer):
    """What of the other company stands on the page, or will stand on the one it leads to."""
    told = " ".join(str(message) for message in get_messages(answer.wsgi_request))
    return [name for name in (rows.tenant.name, rows.owner.username) if name in answer.content.decode() + told]


@pytest.fixture
def staff(jana):
    """An owner of Studio Jana who may enter the admin."""
    client = Client()
    client.force_login(make_person(jana.tenant, "owner", is_staff=True))
    return client


@pytest.mark.parametrize("label", [*LABELS, *sorted(OF_THE_PLATFORM)])
def test_every_model_is_in_the_admin(label):
    assert label in {model._meta.label_lower for model in admin.site._registry}


def test_no_row_of_another_company_is_listed_or_searched(staff, jana, charlie):
    for label in LABELS:
        listed = staff.get(url(label, "changelist"))
        assert listed.status_code == 200, label
        pks = {row.pk for row in listed.context["cl"].result_list}
        assert jana.by_label[label].pk in pks, label
        assert charlie.by_label[label].pk not in pks, label
        assert not names_of(charlie, listed), label
        found = staff.get(url(label, "changelist"), {"q": "Charlie"})
        assert charlie.by_label[label].pk not in {row.pk for row in found.context["cl"].result_list}, label


@pytest.mark.parametrize("view", ["change", "history", "delete"])
def test_a_guessed_id_leads_nowhere_and_ones_own_page_names_nobody_else(staff, jana, charlie, view):
    for label in LABELS:
        own = staff.get(url(label, view, jana.by_label[label].pk))
        assert own.status_code == (403 if view == "delete" and own.status_code == 403 else 200), label
        assert not names_of(charlie, own), label
        foreign = staff.get(url(label, view, charlie.by_label[label].pk))
        assert foreign.status_code in {403, 404} or (foreign.status_code, foreign.get("Location")) == (
            302,
            "/admin/",
        ), label
        assert not names_of(charlie, foreign), label


def test_no_form_of_a_new_row_names_another_company(staff, charlie):
    for label in LABELS:
        assert not names_of(charlie, staff.get(url(label, "add"))), label


@pytest.mark.parametrize(
    ("field", "label"),
    [
        ("tenants.phonenumber.account", "tenants.whatsappaccount"),
        ("tenants.credential.number", "tenants.phonenumber"),
        ("templates_mgmt.templatemapping.template", "templates_mgmt.messagetemplate"),
    ],
)
def test_autocomplete_offers_ones_own_rows_only(staff, jana, charlie, field, label):
    app, model, name = field.split(".")
    answer = staff.get("/admin/autocomplete/", {"app_label": app, "model_name": model, "field_name": name})
    offered = {row["id"] for row in answer.json()["results"]}
    assert str(jana.by_label[label].pk) in offered
    assert str(charlie.by_label[label].pk) not in offered


def test_a_filter_by_another_company_finds_nothing(staff, charlie):
    page = staff.get(url("notifications.notificationjob", "changelist"), {"company": str(charlie.tenant.pk)})
    assert charlie.by_label["notifications.notificationjob"] not in page.context["cl"].result_list


def test_an_action_on_guessed_ids_touches_only_ones_own(staff, jana, charlie):
    numbers = [rows.by_label["tenants.phonenumber"] for rows in (jana, charlie)]
    form = {"action": "pause", "_selected_action": [str(number.pk) for number in numbers], "index": "0"}
    staff.post(url("tenants.phonenumber", "changelist"), form)
    states = [PhoneNumber.objects.get(pk=number.pk).state for number in numbers]
    assert states == ["paused", "connected"]


def test_a_row_cannot_be_made_for_another_company(staff, charlie):
    form = {"tenant": str(charlie.tenant.pk), "key": "talk_answer", "body": "Oi"}
    page = staff.post(url("tenants.messagetext", "add"), form)
    assert page.status_code == 200
    assert not MessageText.objects.filter(key="talk_answer").exists()


def test_a_viewer_of_the_company_changes_nothing(jana):
    client = Client()
    client.force_login(make_person(jana.tenant, "viewer", is_staff=True))
    for label in LABELS:
        assert client.get(url(label, "add")).status_code == 403, label
        row = jana.by_label[label]
        assert client.post(url(label, "change", row.pk), {}).status_code == 403, label
        assert client.post(url(label, "delete", row.pk), {"post": "yes"}).status_code == 403, label


def test_a_member_who_is_no_staff_enters_by_the_console_alone(jana):
    client = Client()
    client.force_login(jana.owner)
    assert client.get("/admin/", follow=True).request["PATH_INFO"].startswith(("/mensagens/", "/entrar/"))


def test_the_platforms_team_sees_every_company(jana, charlie):
    client = Client()
    client.force_login(make_person(is_staff=True, is_superuser=True))
    for label in LABELS:
        listed = client.get(url(label, "changelist"))
        pks = {row.pk for row in listed.context["cl"].result_list}
        assert {jana.by_label[label].pk, charlie.by_label[label].pk} <= pks, label
        assert client.get(url(label, "change", jana.by_label[label].pk)).status_code == 200, label


def test_people_and_schedules_are_the_platforms_alone(staff):
    for path in (
        "/admin/notifications/reachedperson/",
        "/admin/auth/user/",
        "/admin/auth/group/",
        "/admin/django_celery_beat/periodictask/",
    ):
        assert staff.get(path).status_code == 403, path


def test_a_change_by_hand_is_audited(staff, jana):
    row = jana.by_label["tenants.messagetext"]
    staff.post(url("tenants.messagetext", "change", row.pk), {"body": "Até breve"})
    entry = AuditEntry.objects.get(action="messagetext.changed")
    assert (entry.tenant, entry.detail) == (jana.tenant, {"changes": {"body": ["Até já", "Até breve"]}})
