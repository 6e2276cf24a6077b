"""App Review: the texts that Meta's reviewers read, and how far each permission is, for the platform's team alone."""

import pytest
from django.urls import resolve
from django.utils import timezone

from notifications.readiness import permissions, review
from tenants.models import AuditEntry, Confirmation
from tests.dashboard.people import browser

pytestmark = pytest.mark.django_db
PAGE, MARK = "/prontidao/plataforma/permissoes/", "/prontidao/plataforma/permissoes/marcar/"
ASKED_ABOUT = {
    *("whatsapp_business_messaging", "whatsapp_business_management", "business_management", "manage_app_solution"),
    *("public_profile", "email", "whatsapp_business_manage_events"),
}


@pytest.fixture
def staff(jana):
    return browser(jana, "owner", is_superuser=True)


@pytest.fixture
def tick(staff):
    def send(state: str = "requested", **values: str):
        given = {"permission": "email", "state": state, "day": timezone.localdate().isoformat(), "note": "caso 12"}
        return staff.post(MARK, given | values, follow=True).content.decode()

    return send


def state_of(name: str) -> str:
    return next(one.state for one in permissions.standings() if one.permission.name == name)


def test_every_permission_that_meta_asks_about_is_there():
    assert {one.name for one in review.PERMISSIONS} == ASKED_ABOUT


@pytest.mark.parametrize("permission", review.PERMISSIONS, ids=lambda one: one.name)
def test_a_permission_has_all_its_texts(permission):
    texts = (permission.used_for, permission.where, permission.justification, permission.does_not)
    assert all(len(text) > 30 for text in texts)
    assert all(step.says.endswith(".") for step in permission.steps)
    assert permission.steps[0].page


@pytest.mark.parametrize("permission", review.PERMISSIONS, ids=lambda one: one.name)
def test_the_pages_of_the_steps_exist(permission):
    pages = [step.page.partition("?")[0] for step in permission.steps if step.page]
    assert all(resolve(page) for page in pages if not page.startswith("/sim/"))


def test_the_page_is_for_the_platforms_team(jana, staff):
    assert browser(jana, "manager").get(PAGE).status_code == 403
    html = staff.get(PAGE).content.decode()
    assert all(name in html for name in ASKED_ABOUT)
    assert "Para que é usada" in html
    assert html.count('<dd lang="en">') == 5 * len(ASKED_ABOUT)


def test_without_a_tick_a_permission_stands_where_the_code_does():
    assert state_of("whatsapp_business_messaging") == "in_use"
    assert state_of("manage_app_solution") == "unused"


def test_the_furthest_step_says_where_it_stands(tick):
    tick("approved")
    assert "caso 12" in tick("requested")
    assert state_of("email") == "approved"
    tick("approved", end="1")
    assert state_of("email") == "requested"


def test_each_step_is_in_the_audit_trail_with_who_and_what(tick):
    tick("approved")
    tick("approved", end="1")
    entries = AuditEntry.objects.filter(action__startswith="readiness.").order_by("id")
    assert [entry.action for entry in entries] == ["readiness.confirmed", "readiness.withdrawn"]
    assert {entry.detail["item"] for entry in entries} == {"permission:email:approved"}
    assert all(entry.actor_id for entry in entries)


@pytest.mark.parametrize("wrong", [{"day": "2999-01-01"}, {"day": ""}, {"state": "great"}, {"permission": "ads_read"}])
def test_what_cannot_be_recorded_is_refused(tick, wrong):
    tick(**wrong)
    assert not Confirmation.objects.exists()


def test_only_the_platforms_team_records(jana):
    form = {"permission": "email", "state": "approved", "day": timezone.localdate().isoformat()}
    assert browser(jana, "manager").post(MARK, form).status_code == 403
    assert not Confirmation.objects.exists()
