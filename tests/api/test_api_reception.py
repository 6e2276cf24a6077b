"""Leads and tickets by REST."""

import pytest

from notifications.models import OutboxEvent
from tenants.models import AuditEntry, PhoneNumber
from tests.factories import NOW, make_contact, make_person
from whatsapp.models import Conversation, Lead, Ticket


@pytest.fixture
def contact(tenant):
    return make_contact(tenant)


@pytest.fixture
def lead(tenant, contact):
    number = PhoneNumber.objects.get(tenant=tenant)
    return Lead.objects.create(
        tenant=tenant, contact=contact, number=number, source="ad", ctwa_clid="ARAk", first_at=NOW, referral={"a": 1}
    )


@pytest.fixture
def ticket(tenant, contact):
    number = PhoneNumber.objects.get(tenant=tenant)
    conversation = Conversation.objects.create(tenant=tenant, number=number, contact=contact)
    return Ticket.objects.create(tenant=tenant, conversation=conversation, opened_at=NOW, last_at=NOW)


def rows(api, resource, **query):
    return [row["id"] for row in api.get(f"/api/v1/{resource}/", query).json()["results"]]


def test_leads_are_listed_by_state_source_and_time(api, lead):
    assert rows(api, "leads") == rows(api, "leads", source="ad", state="new", since=NOW.isoformat()) == [lead.pk]
    assert rows(api, "leads", source="direct") == rows(api, "leads", state="won") == []


def test_a_lead_is_won(api, lead):
    body = api.patch(f"/api/v1/leads/{lead.pk}/", {"state": "won"}, format="json").json()
    assert (body["state"], body["ctwa_clid"], body["contact"]["address"]) == ("won", "ARAk", "5511988887777")
    assert AuditEntry.objects.filter(action="lead.decided").exists()


def test_a_ticket_is_solved_once_and_its_system_hears_of_it(api, ticket):
    for _ in range(2):
        body = api.patch(f"/api/v1/tickets/{ticket.pk}/", {"state": "solved"}, format="json").json()
    assert (body["state"], body["solved_by"]) == ("solved", "person")
    assert OutboxEvent.objects.get().type == "whatsapp_ticket_solved"
    assert rows(api, "tickets", state="open") == []


def test_a_ticket_gets_a_subject_and_a_person_of_the_company(api, tenant, ticket):
    person = make_person(tenant)
    change = {"subject": "Troca de horário", "assignee": person.username}
    body = api.patch(f"/api/v1/tickets/{ticket.pk}/", change, format="json").json()
    assert (body["subject"], body["assignee"]) == ("Troca de horário", person.username)
    assert rows(api, "tickets", assignee=person.username) == [ticket.pk]
    stranger = api.patch(f"/api/v1/tickets/{ticket.pk}/", {"assignee": make_person().username}, format="json")
    assert (stranger.status_code, list(stranger.json()["error"]["fields"])) == (400, ["assignee"])


@pytest.mark.parametrize("change", [{"state": "closed"}, {"state": 1}, {"stat": "open"}, {"assignee": 5}, []])
def test_what_is_not_understood_changes_nothing(api, ticket, change):
    assert api.patch(f"/api/v1/tickets/{ticket.pk}/", change, format="json").status_code == 400
    ticket.refresh_from_db()
    assert ticket.state == "open"


def test_another_company_sees_neither(strangers_api, lead, ticket):
    for path in (f"leads/{lead.pk}", f"tickets/{ticket.pk}"):
        assert strangers_api.get(f"/api/v1/{path}/").status_code == 404
        assert strangers_api.patch(f"/api/v1/{path}/", {"state": "won"}, format="json").status_code == 404
    assert rows(strangers_api, "leads") == rows(strangers_api, "tickets") == []
