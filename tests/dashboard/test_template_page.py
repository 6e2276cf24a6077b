"""The page of one template: its words on a phone, its history, what is done to it, and a test of it."""

import re
from datetime import timedelta

import pytest
import responses
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from notifications.models import NotificationJob
from templates_mgmt import drafts, rules, versions
from templates_mgmt.models import MessageTemplate
from templates_mgmt.trial import PAYLOAD
from tests.dashboard.people import browser
from tests.factories import make_contact, make_template
from tests.templates_mgmt.template_samples import GOOD, body, buttons, code, file_header, link, payload, reply

pytestmark = pytest.mark.django_db
GRAPH = "http://graph.test/v25.0"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture(autouse=True)
def graph(settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def account(jana):
    return MessageTemplate.objects.for_tenant(jana).first().account


@pytest.fixture
def row(account):
    return make_template(account, "lembrete", template_id="77", components=[body(), buttons(reply())])


def text_of(client, row):
    page = client.get(f"/modelos/{row.pk}/")
    assert page.status_code == 200
    return page.content.decode()


def press(client, jana, row, word):
    return client.post(f"/modelos/{row.pk}/{word}/", {"tenant": str(jana.pk)}, follow=True).content.decode()


def test_it_is_shown_as_on_the_phone(operator, row):
    html = text_of(operator, row)
    assert "Seu horário está marcado. Até lá." in html
    assert "Confirmar" in html


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"status": "PAUSED"}, "volta sozinho"),
        ({"status": "REJECTED", "rejected_reason": "PROMOTIONAL"}, "Faz propaganda"),
        ({"status": "REJECTED", "rejected_reason": "NEW_REASON"}, "NEW_REASON"),
        ({"status": "PENDING"}, "24 horas"),
        ({"missing_since": timezone.now()}, "Não está na Meta"),
        ({"status": "HIBERNATING"}, "HIBERNATING"),
    ],
)
def test_its_state_says_why_and_what_is_next(operator, row, values, words):
    MessageTemplate.objects.filter(pk=row.pk).update(**values)
    assert words in text_of(operator, row)


def test_messages_that_wait_for_it_are_counted(jana, operator, row):
    detail = {"template": "lembrete", "status": "PAUSED"}
    defaults = {"contact": make_contact(jana), "to": "+5511988887777", "kind": "manual", "state": "pending"}
    NotificationJob.objects.create(
        tenant=jana, dedupe_key="a", reason_code="template_waiting", reason_detail=detail, **defaults
    )
    assert "1 mensagem espera" in text_of(operator, row)


def test_each_version_shows_what_it_changed(operator, row):
    versions.record(row, timezone.now() - timedelta(days=2))
    row.components = [body("Seu horário está confirmado. Até lá."), buttons(reply())]
    versions.record(row, timezone.now(), source="us", by="ana")
    html = text_of(operator, row)
    assert "<del>marcado.</del><ins>confirmado.</ins>" in html
    assert "ana" in html


def test_a_change_that_meta_does_not_have_yet_is_shown_beside_what_it_has(operator, account, row):
    changed = payload(body("Seu horário é amanhã. Até lá."), buttons(reply()), name="lembrete")
    drafts.save(account, changed, now=timezone.now(), template=row)
    html = text_of(operator, row)
    assert "<ins>amanhã.</ins>" in html
    assert html.count("tp-phone") == 2


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "مرحبا", "🎉", "a" * 5000])
def test_whatever_meta_tells_is_shown_as_text(operator, account, words):
    row = make_template(account, "estranho", components=[{"type": "BODY", "text": words}], rejected_reason=words[:200])
    assert "<script>alert" not in text_of(operator, row)


def test_a_viewer_reads_and_has_no_button(jana, viewer, row):
    html = text_of(viewer, row)
    assert "Excluir" not in html
    assert "Enviar teste" not in html
    assert "Editar" not in html
    assert viewer.post(f"/modelos/{row.pk}/excluir/", {"tenant": str(jana.pk)}).status_code == 403


def test_a_deleted_one_is_taken_away_at_meta(jana, manager, account, row, graph):
    graph.delete(f"{GRAPH}/{account.waba_id}/message_templates", json={"success": True})
    press(manager, jana, row, "excluir")
    row.refresh_from_db()
    assert row.status == "DELETED"


def test_one_that_speaks_for_a_notice_is_not_deleted(jana, manager, account):
    row = MessageTemplate.objects.get(account=account, name="aviso_de_agendamento")
    assert "rc-note tone-red" in press(manager, jana, row, "excluir")
    row.refresh_from_db()
    assert row.status == "APPROVED"


def test_a_draft_is_only_forgotten(jana, manager, account):
    row = drafts.save(account, payload(body(), name="rascunho"), now=timezone.now())
    press(manager, jana, row, "excluir")
    assert not MessageTemplate.objects.filter(pk=row.pk).exists()


def test_a_paused_one_is_taken_up_again(jana, manager, row, graph):
    MessageTemplate.objects.filter(pk=row.pk).update(status="PAUSED")
    graph.post(f"{GRAPH}/77/unpause", json={"success": True})
    press(manager, jana, row, "reativar")
    row.refresh_from_db()
    assert row.status == "APPROVED"


def test_a_draft_with_mistakes_is_not_sent(jana, manager, account):
    row = drafts.save(account, payload(body("{{1}}"), name="rascunho"), now=timezone.now())
    html = press(manager, jana, row, "enviar")
    row.refresh_from_db()
    assert row.status == "DRAFT"
    assert str(rules.SENTENCES["variable_at_edge"]) in html


def test_a_test_goes_through_the_queue_with_its_values(jana, operator, account):
    parts = [
        body("Olá {{1}}, até amanhã então.", "Ana"),
        buttons(reply(), link("https://a.example/{{1}}", "x1"), code()),
    ]
    row = make_template(account, "teste", components=parts)
    values = {"tenant": str(jana.pk), "to": "(11) 97777-6666", "value.1": "Bia\n", "value.button.1": "z9"}
    answer = operator.post(f"/modelos/{row.pk}/testar/", values)
    job = NotificationJob.objects.get(to="+5511977776666")
    assert answer.url == f"/mensagens/{job.pk}/"
    assert "Olá Bia, até amanhã" in str(job.content)
    assert PAYLOAD in str(job.content)
    assert "z9" in str(job.content)


@pytest.mark.parametrize("to", ["", "123", "abc"])
def test_a_test_to_no_phone_is_refused_at_its_field(jana, operator, row, to):
    page = operator.post(f"/modelos/{row.pk}/testar/", {"tenant": str(jana.pk), "to": to})
    assert page.status_code == 400
    assert page.context["form"].errors["to"]
    assert not NotificationJob.objects.exists()


def test_a_test_of_a_file_needs_one(jana, operator, account):
    row = make_template(account, "foto", components=[file_header("IMAGE"), body()])
    page = operator.post(f"/modelos/{row.pk}/testar/", {"tenant": str(jana.pk), "to": "(11) 97777-6666"})
    assert page.context["form"].errors["file.header"]


def test_a_test_of_cards_takes_a_file_and_values_for_each(jana, operator, account, graph):
    row = make_template(account, "cartoes", components=GOOD["cards"]["components"], category="MARKETING")
    graph.post(re.compile(rf"{GRAPH}/\d+/media"), json={"id": "900"})
    values = {"tenant": str(jana.pk), "to": "(11) 97777-6666", "value.1": "Ana", "value.2": "Corte"}
    values |= {f"file.card.{i}.header": SimpleUploadedFile("a.png", PNG, "image/png") for i in range(2)}
    operator.post(f"/modelos/{row.pk}/testar/", values)
    cards = NotificationJob.objects.get(to="+5511977776666").content["cards"]
    assert [card["header"]["id"] for card in cards] == ["900", "900"]


def test_a_file_that_is_none_of_a_cards_kind_is_refused_at_its_card(jana, operator, account):
    row = make_template(account, "cartoes", components=GOOD["cards"]["components"], category="MARKETING")
    values = {"tenant": str(jana.pk), "to": "(11) 97777-6666", "value.1": "Ana", "value.2": "Corte"}
    values |= {f"file.card.{i}.header": SimpleUploadedFile("a.pdf", b"%PDF-1.4", "application/pdf") for i in range(2)}
    page = operator.post(f"/modelos/{row.pk}/testar/", values)
    assert page.context["form"].errors["file.card.0.header"]


def test_a_test_of_what_cannot_be_sent_is_refused(jana, operator, row):
    MessageTemplate.objects.filter(pk=row.pk).update(status="PAUSED")
    page = operator.post(f"/modelos/{row.pk}/testar/", {"tenant": str(jana.pk), "to": "(11) 97777-6666"})
    assert page.status_code == 400
    assert not NotificationJob.objects.exists()


def test_the_page_costs_few_questions(operator, row, django_assert_max_num_queries):
    for n in range(20):
        row.components = [body(f"Versão {n} do texto. Até lá.")]
        versions.record(row, timezone.now() + timedelta(seconds=n))
    with django_assert_max_num_queries(16):
        operator.get(f"/modelos/{row.pk}/")
