import pytest

from tenants.models import ConnectionStep, PhoneNumber
from tests.dashboard.people import browser
from tests.notifications.jobs import first_number

pytestmark = pytest.mark.django_db
State = PhoneNumber.State


@pytest.mark.parametrize(
    ("role", "state", "status"), [("manager", State.PAUSED, 302), ("operator", State.CONNECTED, 403)]
)
def test_managers_pause_a_number_and_operators_do_not(jana, post, role, state, status):
    number = first_number(jana)
    assert post(browser(jana, role), f"/conexoes/{number.pk}/pausar/").status_code == status
    number.refresh_from_db()
    assert number.state == state


def test_resuming_leaves_a_step_with_who_did_it(jana, post):
    number, manager = first_number(jana), browser(jana, "manager")
    post(manager, f"/conexoes/{number.pk}/pausar/")
    post(manager, f"/conexoes/{number.pk}/retomar/")
    steps = ConnectionStep.objects.filter(number=number).order_by("pk")
    assert [step.to_state for step in steps] == [State.PAUSED, State.CONNECTED]
    assert all(step.actor for step in steps)


def test_the_page_shows_the_companys_numbers_and_no_others(jana, charlie, operator):
    PhoneNumber.objects.for_tenant(charlie).update(display_phone_number="+55 21 97777-0000")
    html = operator.get("/conexoes/").content.decode()
    assert "+55 (11) 3333-4444" in html
    assert "97777" not in html
