"""Contacts, opt-outs, conversations, webhook events, connections, alerts and templates by REST."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import NotificationJob, OutboxEvent
from tenants import alerts
from tenants.models import AuditEntry, Consent, PhoneNumber
from tests.factories import make_contact, make_person
from whatsapp.models import Conversation, HandlerFailure, WebhookEvent


def make_conversation(tenant: Any, phone: str = "+5511988887777") -> Conversation:
    number = PhoneNumber.objects.get(tenant=tenant)
    return Conversation.objects.create(tenant=tenant, number=number, contact=make_contact(tenant, phone))


def make_event(tenant: Any, key: str = "1", **values: Any) -> WebhookEvent:
    facts = {"provider": "meta", "field": "messages", "payload": "{}"}
    return WebhookEvent.objects.create(tenant=tenant, key=key, **facts, **values)


def rows(api: Any, resource: str, **query: Any) -> list[dict[str, Any]]:
    return api.get(f"/api/v1/{resource}/", query).json()["results"]


def test_a_contact_is_found_by_any_way_to_write_its_phone(api, tenant):
    contact = make_contact(tenant)
    make_contact(tenant, "+5511977776666", "João")
    for phone in ("+5511988887777", "551188887777", "+55 (11) 98888-7777"):
        assert [row["id"] for row in rows(api, "contacts", phone=phone)] == [contact.pk]
    assert rows(api, "contacts", phone="+5521900000000") == rows(api, "contacts", phone="1") == []
    assert [row["name"] for row in rows(api, "contacts", q="joã")] == ["João"]


def test_opting_out_cancels_what_waits_and_is_told_and_listed(api, tenant):
    contact = make_contact(tenant)
    api.post("/api/v1/messages/", {"to": "+5511988887777", "type": "text", "text": "Olá"})
    body = api.post(f"/api/v1/contacts/{contact.pk}/opt-out/", {"proof": "por telefone"}).json()
    assert (body["opted_out"], NotificationJob.objects.get().state) == (True, "cancelled")
    assert OutboxEvent.objects.get().data["reason"] == "api"
    listed = rows(api, "optouts")[0]
    assert (listed["id"], listed["phone"], listed["source"]) == (contact.pk, "+5511988887777", "api")


def test_opting_in_again_takes_the_contact_off_the_list(api, tenant):
    contact = make_contact(tenant)
    api.post(f"/api/v1/contacts/{contact.pk}/opt-out/", {})
    assert api.post(f"/api/v1/contacts/{contact.pk}/opt-in/", {}).json()["opted_out"] is False
    assert rows(api, "optouts") == []
    assert Consent.objects.count() == 2


@pytest.mark.parametrize("resource", ["contacts", "optouts", "conversations"])
def test_a_page_costs_the_same_number_of_queries_however_long(api, tenant, resource):
    for n in range(6):
        conversation = make_conversation(tenant, f"+55119888877{n:02}")
        Consent.objects.create(
            tenant=tenant, contact=conversation.contact, decision="opt_out", source="api", proof=str(n)
        )

    def count(limit: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(api, resource, limit=limit)) == limit
        return len(queries)

    assert count(1) == count(6)
    assert count(6) <= 4


def test_a_conversation_is_taken_handed_over_and_given_back(api, tenant):
    conversation = make_conversation(tenant)
    url = f"/api/v1/conversations/{conversation.pk}"
    assert api.get(f"{url}/").json()["handler"] == "robot"
    taken = api.post(f"{url}/take/").json()
    assert (taken["handler"], taken["handler_reason"]) == ("human", "taken_by_api")
    assert api.post(f"{url}/handover/", {}).json()["handler_reason"] == "handed_over_by_api"
    assert api.post(f"{url}/handover/", {"to": "robot"}).json()["handler"] == "robot"
    assert AuditEntry.objects.filter(action="conversation.taken").exists()


def test_a_conversation_is_closed_and_reopened(api, tenant):
    url = f"/api/v1/conversations/{make_conversation(tenant).pk}"
    assert api.post(f"{url}/close/").json()["state"] == "closed"
    assert [row["state"] for row in rows(api, "conversations", state="closed")] == ["closed"]
    assert api.post(f"{url}/reopen/").json()["state"] == "open"


def test_a_conversation_is_assigned_to_people_of_the_company_alone(api, tenant):
    url = f"/api/v1/conversations/{make_conversation(tenant).pk}/assign/"
    make_person(tenant, username="ana")
    make_person(username="stranger")
    assert api.post(url, {"username": "ana"}).json()["assigned_to"] == "ana"
    assert list(api.post(url, {"username": "stranger"}).json()["error"]["fields"]) == ["username"]
    assert api.post(url, {"username": None}).json()["assigned_to"] is None


def test_a_conversation_tells_its_window(api, tenant):
    conversation = make_conversation(tenant)
    closed = api.get(f"/api/v1/conversations/{conversation.pk}/").json()["window"]
    assert (closed["open"], closed["reason"]) == (False, "no_inbound")
    Conversation.objects.update(window_opened_at=timezone.now())
    assert api.get(f"/api/v1/conversations/{conversation.pk}/").json()["window"]["open"] is True


def test_dead_letters_are_listed_and_replayed(api, tenant):
    make_event(tenant, "1", state="processed")
    dead = make_event(tenant, "2", state="failed", attempts=5, error="Traceback\n  File x\nValueError: broken\n")
    HandlerFailure.objects.create(event=dead, handler="x")
    listed = rows(api, "webhook-events", state="failed", field="messages")
    assert [(row["id"], row["error"]) for row in listed] == [(dead.pk, "ValueError: broken")]
    replayed = api.post(f"/api/v1/webhook-events/{dead.pk}/replay/").json()
    assert (replayed["state"], replayed["attempts"], replayed["error"]) == ("new", 0, None)
    assert not HandlerFailure.objects.exists()


def test_a_replay_is_a_line_of_the_trail(api, tenant):
    event = WebhookEvent.objects.create(tenant=tenant, provider="meta", key="k", payload="{}", state="failed")
    api.post(f"/api/v1/webhook-events/{event.pk}/replay/")
    api.post("/api/v1/webhook-events/replay/", {"state": "failed"})
    one, many = AuditEntry.objects.filter(action="webhookevent.replayed").order_by("pk")
    assert (one.tenant, one.object_id) == (tenant, str(event.pk))
    assert many.detail == {"filters": {"state": "failed"}}


def test_a_replay_keeps_that_an_event_was_released_to_its_new_owner(api, tenant):
    event = make_event(tenant, state="processed", note="released")
    api.post(f"/api/v1/webhook-events/{event.pk}/replay/")
    event.refresh_from_db()
    assert (event.state, event.note) == ("new", "released")


def test_a_connection_is_paused_and_resumed_and_tells_no_secret(api, tenant):
    number = PhoneNumber.objects.get(tenant=tenant)
    url = f"/api/v1/connections/{number.pk}"
    paused = api.post(f"{url}/pause/", {"reason": "férias"}).json()
    assert (paused["state"], paused["state_reason"]) == ("paused", "férias")
    assert api.post(f"{url}/pause/", {}).json()["state"] == "paused"
    assert api.post(f"{url}/resume/").json()["state"] == "connected"
    assert "SIM-token" not in api.get("/api/v1/connections/").content.decode()


def test_resuming_does_not_hide_that_a_connection_is_degraded(api, tenant):
    PhoneNumber.objects.update(state="degraded")
    number = PhoneNumber.objects.get(tenant=tenant)
    refused = api.post(f"/api/v1/connections/{number.pk}/resume/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "refused")


def test_a_former_number_is_not_listed(api, tenant):
    PhoneNumber.objects.update(owned_until=timezone.now())
    assert rows(api, "connections") == []


def test_alerts_of_the_company_are_listed_and_the_platforms_are_not(api, tenant):
    alerts.raise_alert("connection_degraded", tenant=tenant, subject="1", reason="190", now=timezone.now())
    alerts.raise_alert("queue_stuck", now=timezone.now())
    listed = rows(api, "alerts", state="open")
    assert [(row["kind"], row["detail"]) for row in listed] == [("connection_degraded", {"reason": "190"})]


def test_templates_are_listed_as_meta_spells_them(api):
    listed = rows(api, "templates", status="APPROVED", name="aviso_de_agendamento")
    assert [(row["language"], row["category"], row["status"]) for row in listed] == [("pt_BR", "UTILITY", "APPROVED")]
    assert listed[0]["components"][0]["type"] == "BODY"


@pytest.mark.parametrize(
    "resource", ["contacts", "conversations", "webhook-events", "connections", "alerts", "templates", "optouts"]
)
def test_another_companys_rows_are_not_there(api, strangers_api, tenant, resource):
    conversation = make_conversation(tenant)
    make_event(tenant, state="failed")
    alerts.raise_alert("connection_degraded", tenant=tenant, now=timezone.now())
    Consent.objects.create(tenant=tenant, contact=conversation.contact, decision="opt_out", source="api")
    row_id = rows(api, resource)[0]["id"]
    theirs = {row["id"] for row in rows(strangers_api, resource)}
    assert row_id not in theirs
    assert strangers_api.get(f"/api/v1/{resource}/{row_id}/").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("contacts/{}/opt-out/", "contacts/{}/opt-in/", "conversations/{}/take/", "conversations/{}/handover/"),
        *("conversations/{}/assign/", "conversations/{}/close/", "conversations/{}/reopen/"),
        *("webhook-events/{}/replay/", "connections/{}/pause/", "connections/{}/resume/"),
    ],
)
def test_another_companys_rows_cannot_be_acted_on(api, strangers_api, tenant, path):
    make_conversation(tenant)
    make_event(tenant, state="failed")
    row_id = rows(api, path.split("/")[0])[0]["id"]
    before = list(AuditEntry.objects.values_list("pk", flat=True))
    assert strangers_api.post(f"/api/v1/{path.format(row_id)}", {}).status_code == 404
    assert list(AuditEntry.objects.values_list("pk", flat=True)) == before


def test_a_contacts_name_and_note_are_changed(api, tenant):
    contact = make_contact(tenant)
    body = api.patch(f"/api/v1/contacts/{contact.pk}/", {"note": "prefere manhã"}).json()
    assert (body["name"], body["note"]) == ("Maria Silva", "prefere manhã")
    assert AuditEntry.objects.get(action="contact.changed").detail == {"note": ["", "prefere manhã"]}


@pytest.mark.parametrize("body", [{"name": "a" * 121}, {"note": 7}, {"nome": "x"}])
def test_a_change_that_is_wrong_names_its_field(api, tenant, body):
    answer = api.patch(f"/api/v1/contacts/{make_contact(tenant).pk}/", body)
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == set(body)


def test_marketing_alone_can_be_refused_and_asked_for(api, tenant):
    contact = make_contact(tenant)
    body = api.post(f"/api/v1/contacts/{contact.pk}/opt-out/", {"category": "marketing"}).json()
    assert (body["opted_out"], body["opted_out_of_marketing"]) == (False, True)
    assert [row["id"] for row in rows(api, "contacts", consent="no_marketing")] == [contact.pk]
    assert rows(api, "contacts", consent="no_messages") == []
