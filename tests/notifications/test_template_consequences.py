"""What Meta does to a template reaches its waiting messages, and nothing broken reaches Meta."""

from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest

from notifications import queue
from notifications.models import NotificationJob
from templates_mgmt import changing
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants import consent
from tenants.models import Tenant
from tests.factories import (
    NOTICE_VARIABLES,
    NOW,
    make_number,
    make_ready_tenant,
    make_template,
    make_tenant,
    map_template,
)
from tests.notifications.jobs import Graph, first_number, promise, run, write_by_hand
from tests.templates_mgmt.test_binding import BROKEN, KINDS, NOT_FILLED, SOURCES, mapped
from whatsapp.content import Template

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
# What no save would take, and no message would suffer from.
HARMLESS = {"a slot that the template lacks", "otherwise for a slot that it lacks", "a text for empty that is too long"}
REACHABLE = [name for name, (changes, _place) in BROKEN.items() if "kind" not in changes]
CHANGED = [{"type": "BODY", "text": "Olá {{1}}, traga {{6}}."}]


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


def after_round(job: NotificationJob, now: Any = NOW) -> tuple[str, str]:
    run(now)
    job.refresh_from_db()
    return job.state, job.reason_code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", REACHABLE)
def test_no_broken_mapping_reaches_meta(settings: Any, graph: Graph, kind: str, case: str) -> None:
    """Whatever stands in the row, by whatever road it came there: nothing goes, or what goes is whole."""
    settings.PUBLIC_URL = "http://testserver"
    account = make_number(make_tenant(booking_url="https://agenda.example/jana")).account
    mapped(account, kind, **BROKEN[case][0]).save()
    job = promise(account.tenant, kind)
    after_round(job)
    if case in HARMLESS:
        assert told_texts(graph) == ["Maria", "Corte", ANY, ANY]
    else:
        assert (graph.bodies, job.state in ("pending", "skipped")) == ([], True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [name for name in REACHABLE if name not in HARMLESS])
def test_no_broken_variant_reaches_meta(settings: Any, graph: Graph, kind: str, case: str) -> None:
    """Whatever stands in its row: the main one speaks in its place."""
    settings.PUBLIC_URL = "http://testserver"
    account = make_number(make_tenant(booking_url="https://agenda.example/jana")).account
    broken = mapped(account, kind, **BROKEN[case][0])
    broken.is_variant = True
    broken.save()
    map_template(make_template(account, "aviso_inteiro", template_id="77"), kind)
    job = promise(account.tenant, kind)
    assert after_round(job) == ("sent", "")
    assert [body["template"]["name"] for body in graph.bodies] == ["aviso_inteiro"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("extra", NOT_FILLED)
def test_no_template_that_a_notice_cannot_fill_reaches_meta(
    tenant: Tenant, graph: Graph, kind: str, extra: dict[str, Any]
) -> None:
    map_template(MessageTemplate.objects.get(name="aviso_de_agendamento"), "appointment_changed")
    MessageTemplate.objects.update(components=[{"type": "BODY", "text": "Olá."}, extra])
    assert after_round(promise(tenant, kind)) == ("pending", "mapping_broken")
    assert graph.bodies == []


def told_texts(graph: Graph) -> list[str]:
    (body,) = graph.bodies
    parts = {part["type"]: part["parameters"] for part in body["template"]["components"] if part["type"] != "button"}
    assert parts["header"][0]["image"]["link"] == SOURCES["header"].removeprefix("=")
    return [one["text"] for one in parts["body"]]


def test_words_that_changed_at_meta_hold_the_message_until_somebody_mends_the_mapping(
    tenant: Tenant, graph: Graph
) -> None:
    MessageTemplate.objects.update(components=CHANGED)
    TemplateMapping.objects.update(updated_at=NOW - timedelta(days=1))
    job = promise(tenant)
    assert after_round(job) == ("pending", "mapping_broken")
    assert job.reason_detail["variables"] == "6"
    assert queue.wake(NOW + MINUTE) == 0
    mend(TemplateMapping.objects.get(kind=job.kind))
    assert [queue.wake(NOW + MINUTE), queue.wake(NOW + MINUTE)] == [1, 0]
    assert after_round(job, NOW + MINUTE) == ("sent", "")


def mend(row: TemplateMapping) -> None:
    seen = changing.version([row])
    row.variables = {"1": "customer_name", "6": "=um documento"}
    changing.put(row, seen, NOW)
    TemplateMapping.objects.filter(pk=row.pk).update(updated_at=NOW + MINUTE / 2)


def test_the_template_in_its_place_speaks_while_the_words_do_not_fit(tenant: Tenant, graph: Graph) -> None:
    second = make_template(first_number(tenant).account, "aviso_curto", template_id="2")
    TemplateMapping.objects.update(fallback=second)
    MessageTemplate.objects.exclude(pk=second.pk).update(components=CHANGED)
    job = promise(tenant)
    assert after_round(job) == ("sent", "")
    assert job.template_name == "aviso_curto"


def test_the_first_template_speaks_again_when_it_is_back(tenant: Tenant, graph: Graph) -> None:
    second = make_template(first_number(tenant).account, "aviso_curto", template_id="2")
    TemplateMapping.objects.update(fallback=second)
    MessageTemplate.objects.exclude(pk=second.pk).update(status="PAUSED")
    run_of = [promise(tenant)]
    run()
    MessageTemplate.objects.update(status="APPROVED")
    run_of.append(promise(tenant, phone="+5511977776666"))
    run()
    names = [NotificationJob.objects.get(pk=job.pk).template_name for job in run_of]
    assert names == ["aviso_curto", "aviso_de_agendamento"]


def test_what_both_templates_refuse_waits_where_one_of_them_may_come_back(tenant: Tenant, graph: Graph) -> None:
    second = make_template(first_number(tenant).account, "aviso_curto", template_id="2", status="PAUSED")
    TemplateMapping.objects.update(fallback=second)
    MessageTemplate.objects.exclude(pk=second.pk).update(status="REJECTED")
    assert after_round(promise(tenant)) == ("pending", "template_waiting")


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_category_that_became_marketing_obeys_a_refusal_of_marketing(
    tenant: Tenant, graph: Graph, by_hand: bool
) -> None:
    template = make_template(first_number(tenant).account, "promo", template_id="3")
    job = write_by_hand(tenant, Template("promo", "pt_BR")) if by_hand else promise(tenant)
    consent.record(job.contact, "opt_out", category="marketing", source="keyword", effective_at=NOW)
    MessageTemplate.objects.filter(name__in=[template.name, "aviso_de_agendamento"]).update(category="MARKETING")
    assert after_round(job) == ("skipped", "opted_out")
    assert graph.bodies == []


def test_while_it_was_utility_a_refusal_of_marketing_changed_nothing(tenant: Tenant, graph: Graph) -> None:
    job = promise(tenant)
    consent.record(job.contact, "opt_out", category="marketing", source="keyword", effective_at=NOW)
    assert after_round(job) == ("sent", "")


def test_a_company_whose_language_is_not_mapped_speaks_the_nearest(tenant: Tenant, graph: Graph) -> None:
    Tenant.objects.update(language="en")
    TemplateMapping.objects.update(language="en_US")
    MessageTemplate.objects.update(language="en_US")
    assert after_round(promise(tenant)) == ("sent", "")
    assert graph.bodies[0]["template"]["language"] == {"code": "en_US"}


def test_a_mapping_that_waits_for_its_approval_says_nothing_yet(tenant: Tenant, graph: Graph) -> None:
    row = TemplateMapping.objects.get(kind="appointment_created")
    upcoming = make_template(row.template.account, "aviso_v2", template_id="9", status="PENDING")
    draft = TemplateMapping(
        tenant=tenant, kind=row.kind, language="pt_BR", template=upcoming, variables=NOTICE_VARIABLES
    )
    assert changing.put(draft, changing.version([row]), NOW).is_next
    job = promise(tenant)
    assert after_round(job) == ("sent", "")
    assert job.template_name == "aviso_de_agendamento"
