"""Which of a kind's texts speaks: evenly, then by results; recorded, explained, and never changed on the way."""

from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from notifications import queue, timeline
from notifications.models import JobEvent, NotificationJob
from notifications.variants import bandit
from notifications.variants.bandit import Arm
from templates_mgmt import variants
from templates_mgmt.models import MessageTemplate
from tenants import consent
from tenants.models import Tenant
from tests.factories import NOW, make_ready_tenant
from tests.notifications.jobs import Graph, promise, run
from tests.notifications.variants import MAIN, RIVAL, add_rival, main_of, said, seen

pytestmark = pytest.mark.django_db
HOLD = timedelta(seconds=901)


@pytest.fixture
def tenant(graph: Graph) -> Tenant:
    tenant = make_ready_tenant()
    add_rival(tenant)
    return tenant


def lately(tenant: Tenant, main: int, rival: int) -> None:
    """So many of a hundred customers answered each."""
    seen(tenant, MAIN, 100, main)
    seen(tenant, RIVAL, 100, rival)


def choices() -> list[dict[str, Any]]:
    return [line.detail for line in JobEvent.objects.filter(event="variant_choice")]


def test_until_each_is_known_well_enough_they_speak_in_turn(tenant: Tenant) -> None:
    seen(tenant, MAIN, 1000, 900)
    seen(tenant, RIVAL, 49, 0)
    assert Counter(said(tenant, 6)) == {MAIN: 3, RIVAL: 3}
    assert {line["code"] for line in choices()} == {"variant_in_turn"}


def test_then_the_better_one_speaks(tenant: Tenant) -> None:
    lately(tenant, 10, 70)
    assert set(said(tenant, 10)) == {RIVAL}
    line = choices()[0]
    assert (line["code"], line["template"], line["answered"], line["settled"]) == ("variant_by_results", RIVAL, 70, 100)
    assert 0.4 < line["score"] < 1


def test_the_minimum_is_a_setting(tenant: Tenant, settings: Any) -> None:
    settings.WHATSAPP_AUTOMATION_VARIANT_MINIMUM_SAMPLE = 101
    lately(tenant, 10, 70)
    assert Counter(said(tenant, 4)) == {MAIN: 2, RIVAL: 2}


def test_over_simulated_results_the_better_one_gets_most() -> None:
    chance, rates = Random(7), {1: 0.30, 2: 0.45, 3: 0.25}
    arms, spoken = {pk: Arm(pk) for pk in rates}, Counter[int]()
    for _message in range(3000):
        arm = bandit.pick(list(arms.values()), 50, spoken, chance).arm
        spoken[arm.template_id] += 1
        arms[arm.template_id] = Arm(
            arm.template_id, arm.settled + 1, arm.answered + (chance.random() < rates[arm.template_id])
        )
    assert spoken[2] > 2500
    assert min(spoken.values()) >= 50


def test_the_same_chance_picks_the_same() -> None:
    arms = [Arm(1, 100, 40), Arm(2, 100, 41)]
    picks = [bandit.pick(arms, 50, Counter(), Random(3)) for _again in range(2)]
    assert picks[0] == picks[1]


def test_the_timeline_explains_the_choice_in_portuguese(tenant: Tenant) -> None:
    lately(tenant, 10, 70)
    job = promise(tenant)
    run()
    with translation.override("pt-br"):
        (line,) = (line for line in timeline.lines(job) if line.event == "variant_choice")
    assert line.sentence.startswith("Modelo escolhido: aviso_b. Pelos resultados: 70 de 100 clientes responderam")
    assert "aviso_de_agendamento: 10 de 100 clientes responderam, sorteio " in line.sentence


def test_turned_off_the_main_one_speaks_and_says_so(tenant: Tenant) -> None:
    variants.switch(main_of(tenant), False)
    lately(tenant, 10, 70)
    assert set(said(tenant, 3)) == {MAIN}
    assert {line["code"] for line in choices()} == {"variant_off"}


def test_a_paused_one_leaves_by_itself_and_returns(tenant: Tenant) -> None:
    lately(tenant, 10, 70)
    rival = MessageTemplate.objects.filter(name=RIVAL)
    rival.update(status="PAUSED")
    assert said(tenant, 2) == [MAIN, MAIN]
    assert choices()[0]["excluded"] == [{"code": "variant_not_sendable", "template": RIVAL}]
    rival.update(status="APPROVED")
    assert said(tenant, 2) == [RIVAL, RIVAL]


def test_a_variant_speaks_while_the_main_one_is_paused(tenant: Tenant) -> None:
    MessageTemplate.objects.filter(name=MAIN).update(status="PAUSED")
    assert said(tenant, 1) == [RIVAL]
    assert choices()[0]["code"] == "variant_alone"


def test_one_that_meta_calls_badly_received_leaves(tenant: Tenant) -> None:
    lately(tenant, 10, 70)
    MessageTemplate.objects.filter(name=RIVAL).update(quality_score="RED")
    assert said(tenant, 2) == [MAIN, MAIN]


def test_whoever_refused_marketing_gets_the_one_that_is_none(tenant: Tenant) -> None:
    lately(tenant, 10, 70)
    MessageTemplate.objects.filter(name=RIVAL).update(category="MARKETING")
    job = promise(tenant)
    consent.record(job.contact, "opt_out", category="marketing", source="keyword", effective_at=NOW)
    assert said(tenant, 1) == [RIVAL]
    job.refresh_from_db()
    assert (job.state, job.template_name) == ("sent", MAIN)


def test_a_retry_says_the_same_whatever_was_learned_meanwhile(tenant: Tenant, graph: Graph) -> None:
    lately(tenant, 10, 70)
    job = promise(tenant)
    graph.refuse(131000, status=500, times=1)
    run()
    lately(tenant, 90, 10)
    job.refresh_from_db()
    run(job.due_at)
    assert [body["template"]["name"] for body in graph.bodies] == [RIVAL, RIVAL]
    assert len(choices()) == 1


def test_a_worker_that_died_over_the_call_changes_no_choice(tenant: Tenant, graph: Graph) -> None:
    lately(tenant, 10, 70)
    job = promise(tenant)
    batch = queue.claim(NOW, limit=10)
    queue.start(batch.ready, batch.token, NOW)
    lately(tenant, 90, 10)
    for now in (NOW + HOLD, NOW + 2 * HOLD):
        queue.sweep(now)
    run(NOW + 2 * HOLD)
    assert [body["template"]["name"] for body in graph.bodies] == [RIVAL]
    assert NotificationJob.objects.get(pk=job.pk).state == "sent"


def test_a_retry_takes_another_where_its_own_cannot_be_sent_any_more(tenant: Tenant, graph: Graph) -> None:
    lately(tenant, 10, 70)
    job = promise(tenant)
    graph.refuse(131000, status=500, times=1)
    run()
    MessageTemplate.objects.filter(name=RIVAL).update(status="DISABLED")
    job.refresh_from_db()
    run(job.due_at)
    assert [body["template"]["name"] for body in graph.bodies] == [RIVAL, MAIN]


def test_another_companys_results_teach_nothing(tenant: Tenant) -> None:
    other = make_ready_tenant()
    add_rival(other)
    lately(other, 90, 10)
    lately(tenant, 10, 70)
    assert said(tenant, 2) == [RIVAL, RIVAL]
    assert set(said(other, 2)) == {MAIN}


def test_a_kind_without_variants_writes_no_line(tenant: Tenant) -> None:
    promise(tenant, "appointment_reminder")
    run()
    assert choices() == []


def test_a_choice_costs_one_query_a_batch_however_many_messages(tenant: Tenant) -> None:
    lately(tenant, 10, 70)
    _queries_of_a_claim(tenant, 1)  # the clocks of the limits are there from now on
    with_choice = _queries_of_a_claim(tenant, 12)
    variants.of(main_of(tenant)).delete()
    assert with_choice == _queries_of_a_claim(tenant, 12) + 1


def _queries_of_a_claim(tenant: Tenant, count: int) -> int:
    for n in range(count):
        promise(tenant, phone=f"+5511966{n:06}")
    with CaptureQueriesContext(connection) as told:
        batch = queue.claim(NOW, limit=50)
    assert len(batch.ready) == count
    NotificationJob.objects.all().delete()
    return len(told)
