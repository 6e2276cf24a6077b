"""Who uses a template, and what waits because of it."""

import pytest

from notifications import template_usage
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tests.factories import make_ready_tenant, make_template, map_template
from tests.notifications.jobs import Graph, first_number, promise, run, write_by_hand
from whatsapp.content import Template

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_ready_tenant()


@pytest.fixture
def template(tenant):
    return MessageTemplate.objects.get(name="aviso_de_agendamento")


def test_it_names_what_a_template_speaks_for_stands_in_for_and_will_speak_for(tenant, template):
    account = first_number(tenant).account
    second = make_template(account, "aviso_curto", template_id="2")
    TemplateMapping.objects.filter(kind="appointment_reminder").update(fallback=template)
    map_template(second, "appointment_created", is_next=True)
    found = template_usage.of([template, second])
    assert [str(word) for word in found[template.pk].speaks] == ["Aviso de agendamento"]
    assert [str(word) for word in found[template.pk].stands_in] == ["Lembrete"]
    assert [str(word) for word in found[second.pk].comes_next] == ["Aviso de agendamento"]


def test_it_counts_what_waits(tenant, template, graph: Graph):
    MessageTemplate.objects.update(status="PAUSED")
    promise(tenant)
    write_by_hand(tenant, Template(template.name, "pt_BR"))
    run()
    assert template_usage.of([template])[template.pk].waiting == 2


def test_what_waits_in_another_company_is_not_counted(tenant, template, graph: Graph):
    MessageTemplate.objects.update(status="PAUSED")
    promise(make_ready_tenant())
    run()
    assert template_usage.of([template])[template.pk].waiting == 0


def test_a_template_that_nothing_uses_says_so(tenant):
    unused = make_template(first_number(tenant).account, "nenhum", template_id="4")
    assert template_usage.of([unused])[unused.pk] == template_usage.Usage()


def test_many_cost_as_many_queries_as_one(tenant, django_assert_num_queries):
    rows = [make_template(first_number(tenant).account, f"t{n}", template_id=f"t{n}") for n in range(20)]
    with django_assert_num_queries(2):
        template_usage.of(rows)
