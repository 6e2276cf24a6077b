"""Messages by REST: promised once for each Idempotency-Key, read with their context and statuses."""

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import IdempotencyKey, NotificationJob
from tenants import rows
from tenants.models import Contact, Identity, PhoneNumber
from tests.api.conftest import client_of
from tests.factories import NOW, make_contact, make_number, make_ready_tenant, make_template
from tests.notifications.jobs import first_number
from tests.whatsapp.samples import ALL
from whatsapp.models import Message, MessageStatus, WebhookEvent
from whatsapp.providers.base import Outgoing, Recipient
from whatsapp.providers.meta import payloads

URL = "/api/v1/messages/"
TEXT = {"to": "+5511988887777", "type": "text", "text": {"body": "Olá"}}
BUTTONS = {
    "type": "button",
    "body": {"text": "Confirma?"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "yes", "title": "Sim"}}]},
}
TEMPLATE = {
    "name": "aviso_de_agendamento",
    "language": {"code": "pt_BR"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": t} for t in "abcde"]}],
}


def make_message(tenant: Any, **values: Any) -> Message:
    defaults = {
        "number": PhoneNumber.objects.filter(tenant=tenant).first(),
        "contact": make_contact(tenant),
        "direction": "inbound",
        "origin": "customer",
        "type": "text",
    }
    return Message.objects.create(tenant=tenant, **(defaults | values))


def test_a_text_is_promised_and_its_job_answered(api):
    answer = api.post(URL, TEXT)
    body = answer.json()
    assert answer.status_code == 202
    assert (body["state"], body["kind"], body["origin"], body["to"]) == ("pending", "manual", "api", "+5511988887777")
    assert NotificationJob.objects.get().content["body"] == "Olá"


@pytest.mark.parametrize(
    "content",
    [
        {"type": "text", "text": "Olá"},
        {"type": "interactive", "interactive": BUTTONS},
        {"type": "template", "template": TEMPLATE},
    ],
    ids=["text", "interactive", "template"],
)
def test_each_type_is_taken_in_metas_own_shape(api, content):
    assert api.post(URL, {"to": "11 98888-7777", **content}).status_code == 202
    assert NotificationJob.objects.get().content["type"] == content["type"]


def test_a_known_template_keeps_what_a_person_reads(api):
    api.post(URL, {"to": "+5511988887777", "type": "template", "template": TEMPLATE})
    content = NotificationJob.objects.get().content
    assert content["preview"] == "Olá a, seu horário de b é dia c às d, em e. Até lá."
    assert content["category"] == "UTILITY"


def test_a_person_without_a_phone_is_written_to_by_user_id(api, tenant):
    contact = make_contact(tenant)
    Identity.objects.create(tenant=tenant, contact=contact, kind="user_id", value="BR.1349", match_key="BR.1349")
    assert api.post(URL, TEXT | {"to": "BR.1349"}).json()["to"] == "BR.1349"
    assert NotificationJob.objects.get().contact == contact


def test_a_user_id_of_another_portfolio_is_refused_before_anything_is_promised(api, tenant):
    contact = make_contact(tenant)
    Identity.objects.create(
        tenant=tenant, contact=contact, kind="user_id", value="BR.9", match_key="BR.9", business_portfolio_id="77"
    )
    number = PhoneNumber.objects.get(tenant=tenant)
    for chosen in ({}, {"phone_number_id": number.phone_number_id}):
        answer = api.post(URL, TEXT | {"to": "BR.9"} | chosen)
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["to"])
    assert NotificationJob.objects.count() == 0


def test_nobody_writes_to_the_number_that_sends(api, tenant):
    own = PhoneNumber.objects.get(tenant=tenant)
    answer = api.post(URL, TEXT | {"to": own.display_phone_number})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["to"])


@pytest.mark.parametrize(
    ("to", "taken"),
    [
        ("+999 1234 5678", ""),
        ("5511", ""),
        ("11 8888-7777", ""),
        ("+55 11 3222-1111", "+551132221111"),
        ("(11) 3222-1111", "+551132221111"),
        ("11 98888 7777", "+5511988887777"),
        ("+1 415 555 2671", "+14155552671"),
    ],
    ids=[
        "unknown country",
        "too short",
        "mobile without its ninth digit",
        "landline",
        "ten digits",
        "mobile",
        "abroad",
    ],
)
def test_a_phone_is_read_as_people_write_it_or_refused(api, to, taken):
    answer = api.post(URL, TEXT | {"to": to})
    assert (answer.status_code, answer.json().get("to", "")) == (202 if taken else 400, taken)


@pytest.mark.parametrize("content", ALL.values(), ids=ALL)
def test_everything_that_meta_takes_is_taken(api, content):
    body = payloads.message(Outgoing(Recipient("+5511988887777"), content, "-"))
    assert api.post(URL, {"to": body["to"], "type": body["type"], body["type"]: body[body["type"]]}).status_code == 202


def test_the_number_may_be_chosen_among_the_companys_own(api, strangers_api, tenant):
    own = PhoneNumber.objects.get(tenant=tenant)
    theirs = PhoneNumber.objects.exclude(tenant=tenant).get()
    assert api.post(URL, TEXT | {"phone_number_id": own.phone_number_id}).status_code == 202
    refused = api.post(URL, TEXT | {"phone_number_id": theirs.phone_number_id})
    assert list(refused.json()["error"]["fields"]) == ["phone_number_id"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": "123"}, "to"),
        ({"to": 5511988887777}, "to"),
        ({"to": "BR.stranger"}, "to"),
        ({"to": ["+5511988887777"]}, "to"),
        ({"type": "carrier-pigeon"}, "type"),
        ({"type": None}, "type"),
        ({"type": {}}, "type"),
        ({"text": {}}, "text.body"),
        ({"text": {"body": ""}}, "text.body"),
        ({"text": {"body": "x" * 4097}}, "text.body"),
        ({"text": {"body": "a\x00b"}}, "text.body"),
        ({"text": {"body": "\ud800"}}, "text.body"),
        ({"text": {"body": 5}}, "text.body"),
        ({"text": {"body": "a", "preview_url": "yes"}}, "text.preview_url"),
        ({"text": ["a"]}, "text"),
        ({"text": None}, "text"),
        ({"type": "interactive"}, "interactive"),
        ({"type": "interactive", "interactive": []}, "interactive"),
        ({"type": "interactive", "interactive": BUTTONS | {"action": {"buttons": 7}}}, "interactive.action.buttons"),
        ({"type": "template", "template": {"name": "x"}}, "template.language"),
        ({"type": "template", "template": TEMPLATE | {"components": [7]}}, "template.components.0"),
        ({"type": "template", "template": TEMPLATE | {"name": "a\x00"}}, "template.name"),
        ({"template_name": "x"}, "template_name"),
    ],
)
def test_bad_input_names_the_field_and_promises_nothing(api, wrong, field):
    answer = api.post(URL, json.dumps(TEXT | wrong), content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert list(answer.json()["error"]["fields"]) == [field]
    assert (NotificationJob.objects.count(), Contact.objects.count()) == (0, 0)


def test_the_same_key_and_body_give_the_same_job(api):
    answers = [api.post(URL, TEXT, headers={"Idempotency-Key": "k1"}) for _ in range(3)]
    assert {answer.json()["id"] for answer in answers} == {str(NotificationJob.objects.get().pk)}
    assert [answer.status_code for answer in answers] == [202] * 3


def test_the_same_key_with_another_body_is_a_conflict(api):
    api.post(URL, TEXT, headers={"Idempotency-Key": "k1"})
    answer = api.post(URL, TEXT | {"text": "Outra"}, headers={"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_conflict")
    assert NotificationJob.objects.count() == 1


def test_what_meta_says_of_the_template_meanwhile_makes_no_other_body(api, tenant):
    template = make_template(first_number(tenant).account, "promo")
    asked = TEXT | {"type": "template", "template": {"name": "promo", "language": "pt_BR"}}
    del asked["text"]
    first = api.post(URL, asked, headers={"Idempotency-Key": "k1"})
    template.category, template.components = "MARKETING", [{"type": "BODY", "text": "Outro texto"}]
    template.save()
    again = api.post(URL, asked, headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])


def test_a_key_is_forgotten_after_24_hours(api):
    api.post(URL, TEXT, headers={"Idempotency-Key": "k1"})
    IdempotencyKey.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert api.post(URL, TEXT | {"text": "Outra"}, headers={"Idempotency-Key": "k1"}).status_code == 202
    assert NotificationJob.objects.count() == 2


def test_two_companies_may_use_the_same_key(api, strangers_api):
    ids = {client.post(URL, TEXT, headers={"Idempotency-Key": "k"}).json()["id"] for client in (api, strangers_api)}
    assert len(ids) == 2


def test_a_key_that_is_too_long_is_refused(api):
    answer = api.post(URL, TEXT, headers={"Idempotency-Key": "k" * 201})
    assert list(answer.json()["error"]["fields"]) == ["Idempotency-Key"]


def test_without_a_key_each_call_is_a_message(api):
    assert api.post(URL, TEXT).json()["id"] != api.post(URL, TEXT).json()["id"]


@pytest.mark.django_db(transaction=True)
def test_of_calls_that_race_with_one_key_one_promises():
    client, answers = client_of(make_ready_tenant()), []

    def post() -> None:
        answers.append(client.post(URL, TEXT, headers={"Idempotency-Key": "k1"}))
        connection.close()

    threads = [threading.Thread(target=post) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [202] * 6
    assert {answer.json()["id"] for answer in answers} == {str(NotificationJob.objects.get().pk)}


def test_a_message_is_read_with_context_statuses_and_what_came_in(api, tenant):
    event = WebhookEvent.objects.create(tenant=tenant, provider="meta", key="1", payload='{"data": {"id": "wamid.2"}}')
    message = make_message(tenant, event=event, context_message_id="wamid.1", provider_message_id="wamid.2", text="Oi")
    body = api.get(f"{URL}{message.pk}/").json()
    assert (body["type"], body["text"], body["context"]) == ("text", "Oi", {"message_id": "wamid.1"})
    assert body["raw"] == {"data": {"id": "wamid.2"}}
    assert body["contact"]["display_name"] == "Maria Silva"


def test_the_list_is_narrowed_by_contact_time_and_words(api, tenant):
    maria = make_message(tenant, text="Bom dia, posso ir amanhã?")
    joao = make_message(tenant, text="Obrigado", contact=make_contact(tenant, "+5511977776666", "João"))

    def found(**query: Any) -> list[int]:
        return [row["id"] for row in api.get(URL, query).json()["results"]]

    assert found(contact=maria.contact_id) == found(contact="+55 11 98888-7777") == [maria.pk]
    assert found(q="obrigado") == [joao.pk]
    assert found(contact="0") == found(contact="9" * 7) == found(contact="9" * 60) == found(contact="x") == []
    assert found(since=(timezone.now() + timedelta(minutes=1)).isoformat()) == []


def test_more_messages_of_one_second_than_pages_count_are_each_told_once(api, tenant):
    first = make_message(tenant, provider_message_id="wamid.0", occurred_at=NOW)
    names = ("tenant_id", "number_id", "contact_id", "direction", "origin", "type", "occurred_at")
    alike = {name: getattr(first, name) for name in names}
    rows.insert([Message(**alike, provider_message_id=f"wamid.{n}") for n in range(1, 1300)])
    found, url = [], f"{URL}?limit=200"
    while url and len(found) < 2000:
        page = api.get(url).json()
        found += [row["id"] for row in page["results"]]
        url = page["next"]
    assert (len(found), len(set(found))) == (1300, 1300)


def test_a_page_costs_the_same_number_of_queries_however_long(api, tenant):
    for n in range(8):
        message = make_message(tenant, provider_message_id=f"wamid.{n}")
        MessageStatus.objects.create(
            tenant=tenant, number=message.number, message=message, status="read", occurred_at=timezone.now()
        )

    def count(rows: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(api.get(URL, {"limit": rows}).json()["results"]) == rows
        return len(queries)

    assert count(1) == count(8) == 3


def test_another_companys_message_is_not_there(api, strangers_api):
    theirs = make_message(PhoneNumber.objects.filter(tenant__slug="barbearia-charlie").get().tenant)
    assert api.get(f"{URL}{theirs.pk}/").status_code == 404
    assert api.get(URL).json()["results"] == []


def test_an_answer_names_its_message_and_goes_by_that_messages_number(api, tenant):
    first = PhoneNumber.objects.get(tenant=tenant)
    second = make_number(tenant, first.account)
    make_message(tenant, provider_message_id="wamid.in", number=second, contact=make_contact(tenant, TEXT["to"]))
    assert api.post(URL, TEXT | {"context": {"message_id": "wamid.in"}}).status_code == 202
    job = NotificationJob.objects.get()
    assert (job.reply_to, job.number) == ("wamid.in", second)


@pytest.mark.parametrize("whose", ["nobody", "another person", "another company", "another number"])
def test_an_answer_to_a_message_of_another_conversation_is_refused_by_its_field(api, tenant, whose):
    number = PhoneNumber.objects.get(tenant=tenant)
    elsewhere = {
        "nobody": lambda: None,
        "another person": lambda: make_message(
            tenant, provider_message_id="wamid.in", contact=make_contact(tenant, "+5511977776666")
        ),
        "another company": lambda: make_message(make_ready_tenant(), provider_message_id="wamid.in"),
        "another number": lambda: make_message(
            tenant,
            provider_message_id="wamid.in",
            number=make_number(tenant, number.account),
            contact=make_contact(tenant, TEXT["to"]),
        ),
    }
    elsewhere[whose]()
    asked = TEXT | {"context": {"message_id": "wamid.in"}, "phone_number_id": number.phone_number_id}
    answer = api.post(URL, asked)
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["context.message_id"])
    assert not NotificationJob.objects.exists()


@pytest.mark.parametrize("context", ["wamid.in", {}, {"message_id": ""}, {"message_id": 7, "more": 1}, []])
def test_a_context_of_another_shape_is_refused(api, context):
    assert api.post(URL, TEXT | {"context": context}).status_code == 400


def test_a_reaction_takes_no_context(api, tenant):
    make_message(tenant, provider_message_id="wamid.in", contact=make_contact(tenant, TEXT["to"]))
    reaction = {"type": "reaction", "reaction": {"message_id": "wamid.in", "emoji": "👍"}}
    answer = api.post(URL, {"to": TEXT["to"], **reaction, "context": {"message_id": "wamid.in"}})
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["context"])


def test_the_same_key_with_another_context_is_another_message(api, tenant):
    make_message(tenant, provider_message_id="wamid.in", contact=make_contact(tenant, TEXT["to"]))
    assert api.post(URL, TEXT, headers={"Idempotency-Key": "k"}).status_code == 202
    assert (
        api.post(URL, TEXT | {"context": {"message_id": "wamid.in"}}, headers={"Idempotency-Key": "k"}).status_code
        == 409
    )
