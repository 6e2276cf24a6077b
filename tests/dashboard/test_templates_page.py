"""The list of templates: what each line says, filters, pages, and reading them anew."""

import pytest
import responses
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.queries.templates import PAGE_SIZE
from templates_mgmt.models import MessageTemplate
from tests.dashboard.people import browser
from tests.factories import make_account, make_number, make_template, make_tenant, map_template

pytestmark = pytest.mark.django_db
BODY = [{"type": "BODY", "text": "Seu horário está marcado. Até lá."}]


@pytest.fixture
def manager(jana):
    return browser(jana, "manager")


@pytest.fixture
def account(jana):
    return jana_account(jana)


def jana_account(jana):
    return MessageTemplate.objects.for_tenant(jana).first().account


def names(page):
    return [line.template.name for line in page.context["page"].lines]


def text_of(client, path="/modelos/"):
    page = client.get(path)
    assert page.status_code == 200
    return page.content.decode()


def test_a_line_says_state_language_category_and_who_uses_it(account, operator):
    make_template(account, "recusado", status="REJECTED", rejected_reason="PROMOTIONAL")
    html = text_of(operator)
    assert "aviso_de_agendamento" in html
    for words in ("Aprovado", "Recusado", "Português (Brasil)", "Utilidade", "Aviso de agendamento", "Faz propaganda"):
        assert words in html, words


def test_a_state_that_nobody_knows_is_shown_as_it_came(account, operator):
    make_template(account, "novo", status="HIBERNATING")
    assert "HIBERNATING" in text_of(operator)


def test_nothing_of_another_company_is_listed(charlie, operator):
    make_template(jana_account(charlie), "do_charlie")
    assert "do_charlie" not in text_of(operator)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "lembrete manha"}, ["lembrete_manha"]),
        ({"q": "bom dia"}, ["lembrete_manha"]),
        ({"status": "PAUSED"}, ["promo"]),
        ({"category": "MARKETING"}, ["promo"]),
        ({"language": "en_US"}, ["hello"]),
        ({"used": "on"}, ["aviso_de_agendamento", "confirmacao_de_agendamento_24h"]),
        ({"status": "MISSING"}, ["sumiu"]),
    ],
)
def test_filters_narrow_the_list(account, operator, query, found):
    make_template(account, "lembrete_manha", components=[{"type": "BODY", "text": "Bom dia, até já."}])
    make_template(account, "promo", status="PAUSED", category="MARKETING")
    make_template(account, "hello", language="en_US")
    make_template(account, "sumiu", missing_since=timezone.now())
    assert names(operator.get("/modelos/", query)) == found


@pytest.mark.parametrize("query", ["?status=x", "?account=abc", "?account=99999", "?after=x", "?after=a%1fb%1fc"])
def test_a_filter_that_fits_nothing_is_left_out(operator, query):
    assert len(names(operator.get(f"/modelos/{query}"))) == 2


def test_pages_follow_each_other_by_key_without_gap_or_repeat(account, operator):
    for n in range(PAGE_SIZE + 20):
        make_template(account, f"modelo_{n // 2}", language="pt_BR" if n % 2 else "en_US", components=BODY)
    first = operator.get("/modelos/")
    second = operator.get("/modelos/", {"after": first.context["page"].next})
    seen = [line.template.pk for page in (first, second) for line in page.context["page"].lines]
    assert len(seen) == len(set(seen)) == PAGE_SIZE + 22
    assert second.context["page"].next == ""


def test_a_long_list_costs_no_more_questions_than_a_short_one(account, operator):
    operator.get("/modelos/")
    with CaptureQueriesContext(connection) as few:
        operator.get("/modelos/")
    rows = [make_template(account, f"modelo_{n}", components=BODY) for n in range(40)]
    for n, row in enumerate(rows[:10]):
        map_template(row, f"kind_{n}", variables={})
    with CaptureQueriesContext(connection) as many:
        operator.get("/modelos/")
    assert len(many) == len(few) <= 14


def test_two_thousand_templates_over_twenty_accounts_cost_few_questions(jana, operator, django_assert_max_num_queries):
    accounts = [make_account(jana) for _ in range(20)]
    facts = {"tenant": jana, "language": "pt_BR", "status": "APPROVED", "components": BODY, "category": "UTILITY"}
    rows = [MessageTemplate(account=accounts[n % 20], name=f"modelo_{n:04}", **facts) for n in range(2000)]
    MessageTemplate.objects.bulk_create(rows)
    operator.get("/modelos/")
    for query in ({}, {"q": "modelo_19"}, {"used": "on"}, {"account": accounts[3].pk}, {"status": "APPROVED"}):
        with django_assert_max_num_queries(12):
            assert len(operator.get("/modelos/", query).context["page"].lines) <= PAGE_SIZE


def test_several_accounts_are_told_apart(jana, account, operator):
    other = make_account(jana)
    make_template(other, "aviso_de_agendamento", language="es")
    html = text_of(operator)
    assert account.waba_id in html
    assert other.waba_id in html
    assert names(operator.get("/modelos/", {"account": other.pk})) == ["aviso_de_agendamento"]


def test_synchronising_names_the_account_that_failed_and_reads_the_others(jana, account, manager, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    other = make_number(jana, make_account(jana)).account
    type(other).objects.filter(pk=other.pk).update(name="Filial")
    listed = {"id": "1", "name": "novo", "language": "pt_BR", "status": "APPROVED", "components": BODY}
    with responses.RequestsMock() as graph:
        graph.get(f"http://graph.test/v25.0/{account.waba_id}/message_templates", json={"data": [listed]})
        body = {"error": {"message": "x", "type": "OAuthException", "code": 80008}}
        graph.get(f"http://graph.test/v25.0/{other.waba_id}/message_templates", json=body, status=400)
        page = manager.post("/modelos/sincronizar/", {"tenant": str(jana.pk)}, follow=True)
    html = page.content.decode()
    assert "1 novo" in html
    assert "Filial:" in html
    assert MessageTemplate.objects.filter(account=account, name="novo").exists()


def test_a_viewer_reads_and_has_no_button(viewer, jana):
    html = text_of(viewer)
    assert "Sincronizar" not in html
    assert "Novo modelo" not in html
    assert viewer.post("/modelos/sincronizar/", {"tenant": str(jana.pk)}).status_code == 403
    assert viewer.get("/modelos/novo/").status_code == 403


def test_an_empty_list_leads_to_the_library_and_to_a_new_one():
    tenant = make_tenant()
    make_account(tenant)
    html = text_of(browser(tenant, "manager"))
    assert "/modelos/biblioteca/" in html
    assert "/modelos/novo/" in html


def test_without_an_account_the_way_to_connect_is_shown():
    client = browser(make_tenant(), "manager")
    assert "/conexoes/" in text_of(client)
    assert client.get("/modelos/novo/").url == "/modelos/"
