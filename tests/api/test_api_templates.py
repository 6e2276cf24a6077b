"""Templates by REST: written, changed, taken away, tried; every rule beside its field."""

import json
from typing import Any

import pytest
import responses
from django.core.files.uploadedfile import SimpleUploadedFile

from notifications.models import NotificationJob
from templates_mgmt.models import MessageTemplate
from tenants.models import WhatsAppAccount
from tests.factories import NOW, make_account, make_template
from tests.templates_mgmt.broken_templates import BROKEN
from tests.templates_mgmt.template_samples import GOOD, TWO, body, file_header, payload

pytestmark = pytest.mark.django_db
URL = "/api/v1/templates/"
CHANGED = [body("Mudou tudo por aqui, veja só.")]
# What the description of the body itself tells (``components.0``), or what is set right (``pt-BR``).
BY_THE_FORM = {"not_objects", "language_unknown"}


@pytest.fixture
def graph(settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def account(tenant) -> WhatsAppAccount:
    return WhatsAppAccount.objects.get(tenant=tenant)


def edge(account, rest: str = "") -> str:
    return f"http://graph.test/v25.0/{account.waba_id}/message_templates{rest}"


def sent(**values: Any) -> dict[str, Any]:
    return payload(body(*TWO), name="novo") | values


def make(account, **values: Any) -> MessageTemplate:
    return make_template(account, "novo", template_id="900", **values)


def test_a_template_is_made_and_sent_to_meta(api, graph, account):
    graph.post(edge(account), json={"id": "900", "status": "PENDING", "category": "UTILITY"})
    answer = api.post(URL, sent(), format="json")
    assert answer.status_code == 201
    told = answer.json()
    assert (told["template_id"], told["status"], told["draft"]) == ("900", "PENDING", None)
    assert json.loads(graph.calls[0].request.body)["components"] == [body(*TWO)]


def test_each_broken_rule_is_told_at_its_field_and_nothing_is_sent(api, graph, account):
    told = [(row, api.post(URL, row[2], format="json").json()) for row in BROKEN if row[0] not in BY_THE_FORM]
    assert [row for row, answer in told if row[1] not in answer["error"]["fields"]] == []
    assert not graph.calls
    assert not account.templates.filter(status="DRAFT").exists()


def test_a_draft_is_kept_broken_and_sent_when_it_is_mended(api, graph, account):
    kept = api.post(URL, sent(components=[body("")], submit=False), format="json").json()
    assert kept["status"] == "DRAFT"
    assert api.post(f"{URL}{kept['id']}/submit/").json()["error"]["fields"].keys() == {"body.text"}
    api.patch(f"{URL}{kept['id']}/", {"components": CHANGED, "submit": False}, format="json")
    graph.post(edge(account), json={"id": "900", "status": "PENDING", "category": "UTILITY"})
    assert api.post(f"{URL}{kept['id']}/submit/").json()["status"] == "PENDING"


def test_metas_refusal_stands_beside_its_field(api, graph, account):
    error = {"message": "x", "type": "OAuthException", "code": 100, "error_subcode": 2388293}
    graph.post(edge(account), json={"error": error}, status=400)
    answer = api.post(URL, sent(), format="json")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["body.text"])


def test_a_meta_that_fails_is_a_502(api, graph, account):
    graph.post(edge(account), json={"error": {"message": "x", "code": 131000}}, status=500)
    assert api.post(URL, sent(), format="json").status_code == 502


def test_a_change_sends_all_components_and_tells_the_edits_left(api, graph, account):
    row = make(account)
    graph.post("http://graph.test/v25.0/900", json={"success": True})
    told = sent(id="900", status="APPROVED", components=CHANGED)
    graph.get("http://graph.test/v25.0/900", json=told)
    answer = api.patch(f"{URL}{row.pk}/", {"components": CHANGED}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["components"], answer.json()["edits"]["left"]) == (CHANGED, 9)
    assert api.patch(f"{URL}{row.pk}/", {"components": [body(*TWO)]}, format="json").status_code == 409


def test_a_change_over_somebody_elses_is_a_409(api, graph, account):
    row = make(account, revision=3)
    answer = api.patch(f"{URL}{row.pk}/", {"components": CHANGED, "revision": 2}, format="json")
    assert (answer.status_code, len(graph.calls)) == (409, 0)


def test_a_template_is_deleted(api, graph, account):
    row = make(account)
    graph.delete(edge(account), json={"success": True})
    assert api.delete(f"{URL}{row.pk}/").status_code == 204
    assert api.get(f"{URL}{row.pk}/").json()["status"] == "DELETED"


@pytest.mark.parametrize("act", ["submit", "unpause", "unarchive"])
def test_what_the_state_forbids_is_a_409(api, graph, account, act):
    assert api.post(f"{URL}{make(account).pk}/{act}/").status_code == 409


def test_a_template_in_use_is_not_archived(api, account):
    row = account.templates.get(name="aviso_de_agendamento")
    answer = api.post(f"{URL}{row.pk}/archive/")
    assert (answer.status_code, "Aviso de agendamento" in answer.json()["error"]["message"]) == (409, True)


def test_with_two_accounts_one_must_be_named(api, graph, account):
    other = make_account(account.tenant)
    assert "waba_id" in api.post(URL, sent(), format="json").json()["error"]["fields"]
    graph.post(edge(other), json={"id": "900", "status": "PENDING", "category": "UTILITY"})
    assert api.post(URL, sent(waba_id=other.waba_id), format="json").json()["waba_id"] == other.waba_id


def test_another_companys_account_is_not_there(api, strangers_api, account):
    theirs = WhatsAppAccount.objects.exclude(pk=account.pk).get()
    answer = api.post(URL, sent(waba_id=theirs.waba_id), format="json")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["waba_id"])


def test_an_example_file_becomes_a_handle(api, graph, account, settings):
    settings.WHATSAPP_META_APP_ID = "300001"
    graph.post("http://graph.test/v25.0/300001/uploads", json={"id": "upload:abc"})
    graph.post("http://graph.test/v25.0/upload:abc", json={"h": "4:handle"})
    file = SimpleUploadedFile("a.png", b"png", "image/png")
    answer = api.post(f"{URL}examples/", {"file": file}, format="multipart")
    assert (answer.status_code, answer.json()) == (201, {"handle": "4:handle"})


def test_a_file_of_another_type_is_refused(api, account):
    file = SimpleUploadedFile("a.gif", b"gif", "image/gif")
    answer = api.post(f"{URL}examples/", {"file": file}, format="multipart")
    assert list(answer.json()["error"]["fields"]) == ["header.example"]


def test_a_template_is_tried_with_its_examples_and_own_values(api, account):
    row = make(account, components=[body(*TWO)])
    answer = api.post(f"{URL}{row.pk}/test/", {"to": "11 98888-7777", "variables": {"1": "Bia"}}, format="json")
    assert (answer.status_code, answer.json()["origin"]) == (202, "api")
    content = NotificationJob.objects.get().content
    assert (content["name"], [one["text"] for one in content["body"]]) == ("novo", ["Bia", "Corte"])


def test_one_with_a_file_wants_a_file_and_a_draft_is_not_sent(api, account):
    row = make(account, components=[file_header("IMAGE"), body()])
    answer = api.post(f"{URL}{row.pk}/test/", {"to": "11 98888-7777"}, format="json")
    assert list(answer.json()["error"]["fields"]) == ["media_id"]
    MessageTemplate.objects.filter(pk=row.pk).update(status="PAUSED", status_at=NOW)
    assert api.post(f"{URL}{row.pk}/test/", {"to": "11 98888-7777"}, format="json").status_code == 409


def test_one_with_cards_wants_a_file_for_each(api, account):
    row = make(account, components=GOOD["cards"]["components"], category="MARKETING")
    sent = {"to": "11 98888-7777", "card_media_ids": ["901"]}
    answer = api.post(f"{URL}{row.pk}/test/", sent, format="json")
    assert list(answer.json()["error"]["fields"]) == ["card_media_ids"]
    answer = api.post(f"{URL}{row.pk}/test/", sent | {"card_media_ids": ["901", "902"]}, format="json")
    cards = NotificationJob.objects.get().content["cards"]
    assert [card["header"]["id"] for card in cards] == ["901", "902"]


def test_all_that_is_good_is_taken(api, graph, account):
    graph.post(edge(account), json={"id": "900", "status": "PENDING", "category": "UTILITY"})
    for index, template in enumerate(GOOD.values()):
        answer = api.post(URL, template | {"name": f"modelo_{index}"}, format="json")
        assert answer.status_code == 201, answer.json()
