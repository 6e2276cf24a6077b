"""What the platform's team looks at in a company, that company can read."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tenants.models import AuditEntry, Member
from tests.dashboard.people import browser
from tests.factories import make_appointment, make_contact

pytestmark = pytest.mark.django_db


@pytest.fixture
def guest(jana):
    """Someone of the platform who works for Jana's company at the moment."""
    client = browser(None, username="suporte", is_superuser=True, is_staff=True)
    client.post("/empresa/", {"to": str(jana.pk)})
    return client


def told(tenant):
    lines = AuditEntry.objects.filter(tenant=tenant, action__startswith="platform.").order_by("pk")
    return [(line.action, line.detail.get("page")) for line in lines]


def test_a_visit_is_one_line_however_many_lists_are_read(guest, jana, charlie):
    for path in ("/mensagens/", "/agendamentos/", "/mensagens/"):
        guest.get(path)
    assert told(jana) == [("platform.looked_at", None)]
    assert told(charlie) == []


def test_each_row_that_is_opened_is_told_once(guest, jana):
    page = f"/agendamentos/{make_appointment(jana).pk}/"
    for _ in range(3):
        guest.get(page)
    assert told(jana) == [("platform.looked_at", None), ("platform.opened", page)]


def test_a_row_opened_in_the_admin_is_told_to_the_company_whose_it_is(guest, charlie):
    page = f"/admin/tenants/contact/{make_contact(charlie).pk}/change/"
    guest.get(page)
    guest.get(page)
    assert told(charlie) == [("platform.looked_at", None), ("platform.opened", page)]


def test_after_half_an_hour_it_is_another_visit(guest, jana):
    guest.get("/mensagens/")
    with time_machine.travel(timezone.now() + timedelta(minutes=31), tick=False):
        guest.get("/mensagens/")
    assert told(jana) == [("platform.looked_at", None)] * 2


def test_a_row_that_does_not_exist_was_not_opened(guest, jana):
    guest.get("/agendamentos/999999/")
    assert ("platform.opened", "/agendamentos/999999/") not in told(jana)


def test_ones_own_people_are_no_visitors(jana):
    person = browser(jana, "owner", username="dona", is_superuser=True)
    person.get(f"/agendamentos/{make_appointment(jana).pk}/")
    assert Member.objects.filter(user__username="dona").exists()
    assert told(jana) == []
