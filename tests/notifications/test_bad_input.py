"""What must not go out does not, and says why: each case that is nobody else's to test."""

from datetime import timedelta

import pytest

from notifications import actions, sending
from notifications.models import JobEvent, NotificationJob
from templates_mgmt.models import TemplateMapping
from tenants.models import Alert, AutomationSettings, Identity, PhoneNumber, Tenant
from tests.factories import NOW, make_contact, make_person, make_ready_tenant
from tests.notifications.jobs import Graph, first_number, open_window, promise, run, write_by_hand
from whatsapp.content import Text

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
    TemplateMapping.objects.filter(kind="appointment_created").update(variables={"1": "customer_name"})
    job = promise(tenant)
    assert after_round(job) == ("skipped", "variable_without_value")
    assert job.reason_detail["variable"] == "2"


def test_discarding_what_waits_keeps_it_from_going(tenant, graph: Graph):
    job = write_by_hand(tenant)
    open_window(job)
    actions.discard(job, "mudou de ideia", make_person(tenant), NOW)
    assert after_round(job) == ("cancelled", "discarded")
    assert graph.bodies == []
