"""Conversations by REST: whose they are, what is unread, and that a list costs what a short one does."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tenants.models import AuditEntry, PhoneNumber
from tests.factories import make_contact, make_number, make_person
from whatsapp import conversations
from whatsapp.models import Conversation, Message

URL = "/api/v1/conversations/"


def wrote(tenant: Any, phone: str = "+5511988887777", times: int = 1) -> Conversation:
    """A conversation in which the customer wrote just now."""
    number = PhoneNumber.objects.filter(tenant=tenant).first()
    row = conversations.open_for(number, make_contact(tenant, phone))
    for n in range(times):
        at = timezone.now() - timedelta(seconds=n)
        Message.objects.create(
            tenant=tenant, number=number, contact=row.contact, conversation=row, type="text", text="oi",
            direction="inbound", origin="customer", provider_message_id=f"{phone}{n}", occurred_at=at,
        )  # fmt: skip
        conversations.touch([(row.pk, at, True)])
    row.refresh_from_db()
    return row


def ids(api: Any, **query: Any) -> list[int]:
    return [row["id"] for row in api.get(URL, query).json()["results"]]


def test_a_conversation_tells_how_much_is_unread(api, tenant):
    row = wrote(tenant, times=3)
    assert api.get(f"{URL}{row.pk}/").json()["unread_count"] == 3
    conversations.mark_read(row, timezone.now(), timezone.now())
    assert api.get(f"{URL}{row.pk}/").json()["unread_count"] == 0


@pytest.mark.parametrize(
    ("query", "which"),
    [
        ({"unread": "true"}, ["new"]),
        ({"unread": "false"}, ["taken", "read"]),
        ({"assigned": "false"}, ["read", "new"]),
        ({"assigned": "true"}, ["taken"]),
        ({"assigned_to": "ana"}, ["taken"]),
        ({"number": "none-of-ours"}, []),
        ({"state": "closed"}, ["read"]),
    ],
)
def test_a_list_holds_what_is_asked_for(api, tenant, query, which):
    rows = {name: wrote(tenant, f"+55119888877{n:02}") for n, name in enumerate(("new", "read", "taken"))}
    for name in ("read", "taken"):
        conversations.mark_read(rows[name], timezone.now(), timezone.now())
    api.post(f"{URL}{rows['read'].pk}/close/")
    make_person(tenant, username="ana")
    api.post(f"{URL}{rows['taken'].pk}/assign/", {"username": "ana"})
    assert ids(api, **query) == [rows[name].pk for name in which]


def test_a_number_has_its_own_conversations(api, tenant):
    wrote(tenant)
    other = make_number(tenant)
    row = conversations.open_for(other, make_contact(tenant))
    assert ids(api, number=other.phone_number_id) == [row.pk]


def test_who_is_given_it_answers_in_place_of_the_robot(api, tenant):
    row = wrote(tenant)
    make_person(tenant, username="ana")
    told = api.post(f"{URL}{row.pk}/assign/", {"username": "ana"}).json()
    assert (told["assigned_to"], told["handler"], told["handler_reason"]) == ("ana", "human", "assigned")


def test_a_viewer_is_given_nothing(api, tenant):
    row = wrote(tenant)
    make_person(tenant, "viewer", username="olga")
    answer = api.post(f"{URL}{row.pk}/assign/", {"username": "olga"})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["username"])


@pytest.mark.parametrize("verb", ["take", "close", "handover"])
def test_said_twice_it_is_one_act(api, tenant, verb):
    row = wrote(tenant)
    for _ in range(2):
        assert api.post(f"{URL}{row.pk}/{verb}/", {} if verb == "handover" else None).status_code == 200
    assert AuditEntry.objects.filter(object_type="whatsapp.conversation").count() == 1


def test_no_query_grows_with_rows(api, tenant, django_assert_num_queries, django_assert_max_num_queries):
    wrote(tenant)
    with django_assert_max_num_queries(4) as few:
        api.get(URL)
    for n in range(20):
        wrote(tenant, f"+55119888877{n:02}", times=2)
    with django_assert_num_queries(len(few)):
        assert len(ids(api)) == 21
