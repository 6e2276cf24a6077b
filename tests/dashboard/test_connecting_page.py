"""The pages that connect a number, and the links for a client's owner."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tenants.models import AuditEntry
from tests.dashboard.people import browser
from whatsapp.models import Signup, SignupInvitation
from whatsapp.onboarding import entry, invitations

pytestmark = pytest.mark.django_db
START = "/conexoes/conectar/"


@pytest.fixture
def manager(jana) -> Client:
    return browser(jana, "manager")


@pytest.fixture
def link(jana) -> str:
    return path_of(invitations.make(jana, "Dona Bia", None, timezone.now())[1])


def path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def begin(client: Client, jana, way: str = "new_number") -> Signup:
    client.post(START, {"tenant": str(jana.pk), "way": way})
    return Signup.objects.for_tenant(jana).latest("created_at")


def test_choosing_a_way_leads_to_its_steps(manager, jana):
    answer = manager.post(START, {"tenant": str(jana.pk), "way": "coexistence"}, follow=True)
    html = answer.content.decode()
    assert "data-open-window" in html
    assert "Autorização na Meta" in html


def test_the_page_may_speak_with_the_window_it_opens(manager, jana):
    answer = manager.get(f"{START}{begin(manager, jana).pk}/")
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"


def test_operators_connect_nothing(jana):
    assert browser(jana, "operator").get(START).status_code == 403


def test_another_manager_sees_it_but_cannot_answer_its_window(manager, jana):
    signup, other = begin(manager, jana), browser(jana, "manager")
    values = {"tenant": str(jana.pk), "code": "AQ1", "state": entry.state_of(signup)}
    assert other.get(f"{START}{signup.pk}/").status_code == 200
    assert other.post(f"{START}{signup.pk}/codigo/", values).status_code == 409


def test_a_message_of_the_window_that_cannot_be_read_stops_the_step(manager, jana):
    signup = begin(manager, jana)
    answer = manager.post(f"{START}{signup.pk}/janela/", {"tenant": str(jana.pk), "told": "[" * 9999})
    assert answer.status_code == 200
    assert signup.steps.get(name="session").problem == "event_unknown"


def test_the_number_of_a_step_is_shown_as_people_read_it(manager, jana):
    signup = begin(manager, jana)
    found = {"number": "+55 11 96111-2002", "name": "Studio Jana"}
    signup.steps.filter(name="facts").update(state="done", detail=found)
    assert "+55 (11) 96111-2002 · Studio Jana" in manager.get(f"{START}{signup.pk}/").content.decode()


def test_a_given_up_signup_is_over(manager, jana):
    signup = begin(manager, jana)
    manager.post(f"{START}{signup.pk}/desistir/", {"tenant": str(jana.pk)})
    signup.refresh_from_db()
    assert signup.state == "cancelled"


def test_a_link_is_shown_once_and_kept_as_a_hash(manager, jana):
    html = manager.post(f"{START}convidar/", {"tenant": str(jana.pk), "note": "Dona Bia"}).content.decode()
    token = re.search(r"/conectar/([\w-]{40,})/", html)[1]
    row = SignupInvitation.objects.get(tenant=jana)
    assert token not in repr(row.__dict__)
    assert token not in manager.get(START).content.decode()
    assert AuditEntry.objects.filter(tenant=jana, action="invitation.made").exists()


def test_whoever_has_the_link_chooses_a_way_without_an_account(link, jana):
    guest = Client()
    assert "Studio Jana" in guest.get(link).content.decode()
    html = guest.post(link, {"way": "coexistence"}, follow=True).content.decode()
    assert "data-open-window" in html
    assert Signup.objects.get(tenant=jana).source == "invitation"


def test_what_one_browser_began_by_a_link_another_does_not_see(link):
    Client().post(link, {"way": "coexistence"})
    other = Client()
    assert "data-open-window" not in other.get(link).content.decode()
    assert other.post(f"{link}codigo/", {"code": "AQ1"}).status_code == 404


@pytest.mark.parametrize("why", ["revoked", "expired", "wrong"])
def test_a_link_that_is_over_says_so(link, jana, why):
    row = SignupInvitation.objects.get(tenant=jana)
    if why == "revoked":
        invitations.revoke(row, None, timezone.now())
    if why == "expired":
        SignupInvitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = Client().get("/conectar/guess/" if why == "wrong" else link)
    assert answer.status_code == 404
    assert "não funciona mais" in answer.content.decode()


def test_a_revoked_link_takes_no_answer(link, jana):
    guest = Client()
    guest.post(link, {"way": "new_number"})
    invitations.revoke(SignupInvitation.objects.get(tenant=jana), None, timezone.now())
    assert guest.post(f"{link}codigo/", {"code": "AQ1"}).status_code == 404


def test_a_manager_of_another_company_revokes_nothing(link, jana, charlie):
    row = SignupInvitation.objects.get(tenant=jana)
    stranger = browser(charlie, "manager")
    answer = stranger.post(f"{START}convites/{row.pk}/revogar/", {"tenant": str(charlie.pk)})
    assert answer.status_code == 404
