"""What must not go out does not, and says why: each case that is nobody else's to test."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections

from notifications import actions, queue, reasons, sending
from notifications.models import JobEvent, NotificationJob
from templates_mgmt.models import TemplateMapping
from tenants import consent
from tenants.models import Alert, AutomationSettings, Identity, PhoneNumber, Tenant
from tests.factories import (
    NOTICE_VARIABLES,
    NOW,
    make_account,
    make_contact,
    make_person,
    make_ready_tenant,
    make_template,
)
from tests.notifications.jobs import Graph, first_number, open_window, promise, run, write_by_hand
from whatsapp.content import Template, Text

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


def after_round(job: NotificationJob, now=NOW) -> tuple[str, str]:
    run(now)
    job.refresh_from_db()
    return job.state, job.reason_code


def test_a_backlog_of_dry_runs_does_not_burst_out_when_sending_is_enabled(tenant, graph: Graph):
    AutomationSettings.objects.update(mode="dry_run")
    backlog = [promise(tenant, phone=f"+551198888777{n}") for n in range(5)]
    run()
    AutomationSettings.objects.update(mode="enabled")
    late = promise(tenant, phone="+5511988887700")
    run(NOW + MINUTE)
    states = set(NotificationJob.objects.filter(pk__in=[job.pk for job in backlog]).values_list("state", "reason_code"))
    assert states == {("skipped", "dry_run")}
    late.refresh_from_db()
    assert (late.state, len(graph.bodies)) == ("sent", 1)


def test_a_dry_run_keeps_the_exact_request(tenant, graph: Graph):
    AutomationSettings.objects.update(mode="dry_run")
    job = promise(tenant)
    run()
    job.refresh_from_db()
    body = JobEvent.objects.get(job=job, event="skipped").detail["body"]
    assert (body["to"], body["template"]["name"], graph.bodies) == (job.to, "aviso_de_agendamento", [])


@pytest.mark.parametrize(
    ("code", "details"), [(130403, ""), (131026, ""), (131021, ""), (131062, ""), (130472, ""), (131049, "")]
)
def test_who_cannot_be_reached_is_tried_once_and_the_number_goes_on(tenant, graph: Graph, code, details):
    graph.refuse(code, details=details, times=1)
    assert after_round(promise(tenant)) == ("failed", "provider_refused")
    assert after_round(promise(tenant, phone="+5511977776666"), NOW + MINUTE) == ("sent", "")
    assert len(graph.bodies) == 2


def test_a_number_that_meta_limits_for_spam_burns_its_messages_slowly(tenant, graph: Graph):
    graph.refuse(131048)
    for n in range(5):
        promise(tenant, phone=f"+551198888777{n}")
        run(NOW + timedelta(milliseconds=100 * n))
    states = NotificationJob.objects.order_by("state").values_list("state", "reason_code")
    assert list(states) == [("failed", "provider_refused"), *[("pending", "provider_rate")] * 4]
    assert len(graph.bodies) == 1


def test_a_revoked_token_loses_nothing_and_degrades_the_number_alone(tenant, graph: Graph):
    other = make_ready_tenant()
    graph.refuse(190, status=401, times=1)
    job = promise(tenant)
    assert after_round(job) == ("pending", "connection_lost")
    assert PhoneNumber.objects.get(tenant=tenant).state == "degraded"
    assert PhoneNumber.objects.get(tenant=other).state == "connected"
    assert Alert.objects.get(kind="connection_degraded").tenant == tenant


def test_a_message_to_our_own_number_fails_and_calls_nobody(tenant, graph: Graph):
    number = first_number(tenant)
    own = f"+{''.join(filter(str.isdigit, number.display_phone_number))}"
    contact = make_contact(tenant, own)
    job = sending.send(tenant, contact, own, Text("oi"), origin="operator", number=number, now=NOW)
    open_window(job)
    assert after_round(job) == ("failed", "invalid_content")
    assert (list(job.reason_detail["fields"]), graph.bodies) == (["to"], [])


def test_a_user_id_is_written_to_as_recipient(tenant, graph: Graph):
    contact = make_contact(tenant)
    Identity.objects.create(tenant=tenant, contact=contact, kind="user_id", value="BR.1349", match_key="BR.1349")
    job = sending.send(tenant, contact, "BR.1349", Text("oi"), origin="api", now=NOW)
    open_window(job)
    graph.reaction = lambda body: (200, {"contacts": [{"user_id": body["recipient"]}], "messages": [{"id": "wamid.1"}]})
    assert after_round(job) == ("sent", "")
    assert (graph.bodies[0]["recipient"], "to" in graph.bodies[0]) == ("BR.1349", False)


def test_a_variables_line_breaks_and_spaces_are_made_what_meta_takes(tenant, graph: Graph):
    job = promise(tenant)
    job.appointment.place = "Rua Um, 1\nSala 2\t      fundos"
    job.appointment.save()
    assert after_round(job) == ("sent", "")
    assert graph.bodies[0]["template"]["components"][0]["parameters"][4]["text"] == "Rua Um, 1 Sala 2 fundos"


def test_a_variable_that_nothing_fills_names_itself(tenant, graph: Graph):
    TemplateMapping.objects.update(variables=NOTICE_VARIABLES | {"2": "professional"})
    job = promise(tenant)
    assert after_round(job) == ("skipped", "variable_without_value")
    assert job.reason_detail["variable"] == "2"


def test_discarding_what_waits_keeps_it_from_going(tenant, graph: Graph):
    job = write_by_hand(tenant)
    open_window(job)
    actions.discard(job, "mudou de ideia", make_person(tenant), NOW)
    assert after_round(job) == ("cancelled", "discarded")
    assert graph.bodies == []


@pytest.mark.parametrize("category", ["all", "marketing"])
def test_who_opted_out_gets_nothing_and_the_reason_says_so(tenant, graph: Graph, category):
    make_template(first_number(tenant).account, "promo", category="MARKETING")
    job = write_by_hand(tenant, Template("promo", "pt_BR"))
    consent.record(job.contact, "opt_out", category=category, source="keyword", effective_at=NOW)
    assert after_round(job) == ("skipped", "opted_out")
    assert "O cliente pediu" in reasons.explain(job.reason_code, job.reason_detail).sentence
    assert graph.bodies == []


def test_who_was_erased_between_the_claim_and_the_call_gets_nothing(tenant, graph: Graph):
    job, other = write_by_hand(tenant, Template("any", "pt_BR")), promise(tenant, phone="+5511977776666")
    batch = queue.claim(NOW, limit=10)
    job.contact.delete()
    assert [ticket.job for ticket in queue.start(batch.ready, batch.token, NOW)] == [other]


def test_a_template_of_another_account_is_refused_before_the_call(tenant, graph: Graph):
    make_template(make_account(tenant), "promo")
    job = write_by_hand(tenant, Template("promo", "pt_BR"), number=first_number(tenant))
    assert after_round(job) == ("skipped", "template_missing")
    assert graph.bodies == []


def test_a_number_that_went_to_another_company_sends_nothing_for_us(tenant, graph: Graph):
    job = write_by_hand(tenant, number=first_number(tenant))
    open_window(job)
    PhoneNumber.objects.filter(tenant=tenant).update(tenant=make_ready_tenant())
    assert after_round(job) == ("pending", "no_number")
    assert graph.bodies == []


def test_an_unmapped_kind_names_what_is_missing(tenant, graph: Graph):
    TemplateMapping.objects.all().delete()
    job = promise(tenant)
    assert after_round(job) == ("skipped", "no_mapping")
    assert "modelo" in reasons.explain(job.reason_code, job.reason_detail).sentence


def at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs them in threads that begin together; the answers, or the exceptions."""
    barrier = threading.Barrier(len(acts))

    def run_one(act: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return act()
        except actions.ActionRefused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run_one, acts))


@pytest.mark.django_db(transaction=True)
def test_of_people_who_retry_at_the_same_moment_one_acts_and_it_goes_once(graph: Graph):
    tenant = make_ready_tenant()
    job = promise(tenant)
    NotificationJob.objects.update(state="failed", attempts=1, reason_code="provider_refused")
    seen = [NotificationJob.objects.select_related("tenant").get() for _ in range(4)]
    people = [make_person(tenant, username=f"p{n}") for n in range(4)]
    answers = at_once([partial(actions.retry, one, person, NOW) for one, person in zip(seen, people, strict=True)])
    assert sum(answer is None for answer in answers) == 1
    assert all("acabou de mexer" in answer.sentence for answer in answers if answer)
    assert run().sent == len(graph.bodies) == 1
    assert JobEvent.objects.filter(job=job, event="retried").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_discard_during_the_call_is_refused_and_the_message_keeps_its_outcome(graph: Graph):
    tenant = make_ready_tenant()
    job, person = promise(tenant), make_person(tenant)
    told: list[Any] = []

    def discard_meanwhile(body: dict[str, Any]) -> Any:
        current = NotificationJob.objects.select_related("tenant").get(pk=job.pk)
        told.extend(at_once([partial(actions.discard, current, "desistiu", person, NOW)]))
        return graph.accept(body)

    graph.reaction = discard_meanwhile
    run()
    job.refresh_from_db()
    assert "sendo enviada agora" in told[0].sentence
    assert (job.state, len(graph.bodies)) == ("sent", 1)


@pytest.mark.django_db(transaction=True)
def test_a_discard_and_a_claim_at_the_same_moment_never_both_win(graph: Graph):
    tenant = make_ready_tenant()
    person = make_person(tenant)
    for n in range(6):
        job = promise(tenant, phone=f"+551198888777{n}")
        seen = NotificationJob.objects.select_related("tenant").get(pk=job.pk)
        before = len(graph.bodies)
        at_once([run, partial(actions.discard, seen, "desistiu", person, NOW)])
        job.refresh_from_db()
        assert (job.state, len(graph.bodies) - before) in {("sent", 1), ("cancelled", 0)}
