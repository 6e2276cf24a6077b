"""The results of a template: its numbers, Meta's beside them, another template's, and who may let Meta count."""

import re
from datetime import timedelta

import pytest
import responses
from django.utils import timezone

from templates_mgmt.models import MessageTemplate, TemplateInsight
from tenants.models import AuditEntry
from tests.dashboard.people import browser
from tests.factories import make_contact
from tests.notifications.jobs import first_number
from whatsapp.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def template(jana):
    return MessageTemplate.objects.get(tenant=jana, name="aviso_de_agendamento")


def page_of(template, query=""):
    return f"/modelos/{template.pk}/resultados/{query}"


def html(client, path):
    return client.get(path).content.decode()


def send(template, status="read", count=1, **values):
    for n in range(count):
        Message.objects.create(
            tenant=template.tenant, number=first_number(template.tenant), contact=make_contact(template.tenant),
            direction="outbound", origin="automation", type="template", template_name=template.name,
            template_language=template.language, status=status, occurred_at=timezone.now() - timedelta(minutes=n),
            **values,
        )  # fmt: skip


def test_a_template_that_was_not_sent_says_so(jana, viewer, template):
    assert "Nada foi enviado com ele" in html(viewer, page_of(template))


def test_counts_shares_and_reasons_are_shown(jana, viewer, template):
    send(template, count=3)
    send(template, "failed", error_code=131026)
    page = html(viewer, page_of(template))
    assert "75,0 %" in page
    assert "131026" in page


def test_two_templates_stand_side_by_side(jana, viewer, template):
    other = MessageTemplate.objects.get(tenant=jana, name="confirmacao_de_agendamento_24h")
    send(template)
    assert f'<th scope="col">{other.name}</th>' in html(viewer, page_of(template, f"?with={other.pk}"))


def test_another_companys_template_is_not_compared(jana, charlie, viewer, template):
    theirs = MessageTemplate.objects.filter(tenant=charlie).first()
    assert viewer.get(page_of(template, f"?with={theirs.pk}")).status_code == 404


@pytest.mark.parametrize("days_ahead", [0, 1])
def test_metas_figures_stand_beside_ours_its_day_of_utc_included(jana, viewer, template, days_ahead):
    day = timezone.localdate() + timedelta(days=days_ahead)
    TemplateInsight.objects.create(
        tenant=jana, template=template, day=day, sent=7, delivered=6, read=5, clicked=4, cost="1.2300"
    )
    page = html(viewer, page_of(template))
    assert "7 enviadas, 6 entregues, 5 lidas, 4 cliques" in page
    assert "1,23" in page


def test_letting_meta_count_is_a_managers_and_stays_in_the_trail(jana, viewer, template, post, settings):
    settings.WHATSAPP_META_GRAPH_URL = "http://graph.test"
    path = page_of(template, "contar/")
    assert post(viewer, path).status_code == 403
    with responses.RequestsMock() as mock:
        mock.post(re.compile(r".*/\d+"), json={"id": "1"})
        post(browser(jana, "manager"), path)
    assert AuditEntry.objects.filter(action="account.insights_enabled").count() == 1


@pytest.mark.parametrize("days", ["7", "30", "90", "12", "x", ""])
def test_any_period_of_the_address_is_answered(jana, viewer, template, days):
    assert viewer.get(page_of(template, f"?days={days}")).status_code == 200


def test_the_page_costs_the_same_however_much_was_sent(jana, viewer, template, django_assert_max_num_queries):
    send(template, count=20)
    html(viewer, page_of(template))
    with django_assert_max_num_queries(10):
        html(viewer, page_of(template))
