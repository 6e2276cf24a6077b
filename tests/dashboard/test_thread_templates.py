"""The template picker of a conversation: what is offered, what is filled in, what goes."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from tenants import consent
from tests.dashboard.people import browser
from tests.dashboard.test_thread_page import page
from tests.dashboard.threads import png, queued, talk
from tests.factories import make_template

pytestmark = pytest.mark.django_db
CLOSED = timedelta(days=2)

OFFER = [
    {"type": "HEADER", "format": "TEXT", "text": "Oi {{1}}", "example": {"header_text": ["Maria"]}},
    {"type": "BODY", "text": "*{{1}}* por {{2}}", "example": {"body_text": [["Corte", "R$ 50"]]}},
    {"type": "BUTTONS", "buttons": [
        {"type": "URL", "text": "Ver", "url": "https://x.example/{{1}}", "example": ["https://x.example/abc"]}]},
]  # fmt: skip


@pytest.fixture
def offer(jana):
    row = talk(jana, heard_ago=CLOSED)
    return row, make_template(row.number.account, "oferta", category="MARKETING", components=OFFER)


def test_only_approved_templates_of_the_account_are_offered(jana, charlie, operator, offer):
    row, _template = offer
    make_template(row.number.account, "em_analise", status="PENDING")
    make_template(talk(charlie).number.account, "do_charlie")
    html = page(operator, row, "modelos/")
    assert "oferta" in html
    assert "em_analise" not in html
    assert "do_charlie" not in html


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=oferta", True), ("q=POR", True), ("q=nada", False), ("category=UTILITY", False), ("language=en_US", False)],
)
def test_the_picker_searches_and_filters(operator, offer, query, found):
    html = page(operator, offer[0], f"modelos/?{query}")
    assert ("<b>oferta</b>" in html) == found


def test_each_variable_has_its_field_with_its_example(operator, offer):
    row, template = offer
    html = page(operator, row, f"modelos/{template.pk}/")
    for words in ('placeholder="Maria"', 'placeholder="Corte"', 'placeholder="R$ 50"', 'placeholder="abc"'):
        assert words in html
    assert 'data-words="*{{1}}* por {{2}}"' in html


FILLED = {"v-header.1": "Maria", "v-1": "Corte", "v-2": "R$ 50", "v-button.0": "https://x.example/abc"}


def test_a_filled_template_is_queued_as_it_will_be_read(send, offer):
    row, template = offer
    assert send(row, f"modelos/{template.pk}/", **FILLED).status_code == 200
    content = queued()[0].content
    assert content["preview"] == "Oi Maria\n\n*Corte* por R$ 50"
    assert [one["text"] for one in content["body"]] == ["Corte", "R$ 50"]
    assert (content["header"][0]["text"], content["buttons"][0]["value"]) == ("Maria", "abc")


def test_a_missing_or_too_long_value_is_told_at_its_field(send, offer):
    row, template = offer
    problems = send(row, f"modelos/{template.pk}/", **FILLED | {"v-1": ""}).json()["problems"]
    assert list(problems) == ["v-1"]
    problems = send(row, f"modelos/{template.pk}/", **FILLED | {"v-header.1": "x" * 61}).json()["problems"]
    assert list(problems) == ["v-header.1"]
    assert queued() == []


def test_who_wants_no_marketing_gets_none_of_it(send, operator, offer):
    row, template = offer
    consent.record(row.contact, "opt_out", category="marketing", source="preference", effective_at=timezone.now())
    assert "O cliente não quer mensagens de marketing." in page(operator, row, "modelos/")
    assert send(row, f"modelos/{template.pk}/", **FILLED).status_code == 422
    assert queued() == []


def test_a_template_that_is_not_approved_cannot_be_sent(send, jana):
    row = talk(jana, heard_ago=CLOSED)
    paused = make_template(row.number.account, "parado", status="PAUSED")
    assert send(row, f"modelos/{paused.pk}/", **FILLED).status_code == 404


def test_a_header_takes_the_file_that_it_asks_for(send, jana, meta):
    row = talk(jana, heard_ago=CLOSED)
    parts = [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Veja"}]
    template = make_template(row.number.account, "foto", components=parts)
    wrong = SimpleUploadedFile("a.pdf", b"%PDF-1.4 x", "application/pdf")
    assert list(send(row, f"modelos/{template.pk}/", file=wrong).json()["problems"]) == ["file"]
    assert send(row, f"modelos/{template.pk}/", file=png()).status_code == 200
    assert queued()[0].content["header"]["id"] == "777"


@pytest.mark.parametrize("part", [{"type": "CAROUSEL", "cards": []}, {"type": "LIMITED_TIME_OFFER"}])
def test_what_a_person_cannot_fill_is_told_in_the_list(jana, operator, part):
    row = talk(jana, heard_ago=CLOSED)
    make_template(row.number.account, "cartoes", components=[{"type": "BODY", "text": "Veja"}, part])
    assert "só pelo sistema da empresa" in page(operator, row, "modelos/")


def test_a_company_without_templates_is_told_what_to_do(charlie):
    row = talk(charlie, heard_ago=CLOSED)
    row.number.account.templates.exclude(mappings=None).update(status="REJECTED")
    assert "Nenhum modelo aprovado ainda" in page(browser(charlie), row, "modelos/")
