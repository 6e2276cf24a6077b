"""What a mapping would send, without sending it."""

from decimal import Decimal

import pytest

from notifications import template_trial
from notifications.kinds import values
from templates_mgmt.fields import FIELDS
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tests.factories import NOW, make_appointment, make_ready_tenant
from tests.notifications.jobs import Graph, first_number, promise, run

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant():
    return make_ready_tenant()


@pytest.fixture
def mapped(tenant):
    return TemplateMapping.objects.get(kind="appointment_created")


def test_an_appointment_has_a_word_for_every_field(tenant):
    appointment = make_appointment(tenant, price=Decimal("1250"), ends_at=NOW, starts_at=NOW)
    told = values.of_appointment(appointment)
    assert set(FIELDS) <= set(told)
    assert (told["date"], told["date_long"], told["weekday"]) == (
        "20/11/2026",
        "20 de novembro de 2026",
        "sexta-feira",
    )
    assert (told["time"], told["ends"], told["price"]) == ("12:00", "12:00", "R$ 1.250,00")


def test_what_a_booking_does_not_say_is_empty(tenant):
    told = values.of_appointment(make_appointment(tenant))
    assert (told["ends"], told["price"], told["professional"]) == ("", "", "")


def test_the_request_of_a_trial_is_the_one_that_is_sent(tenant, mapped, graph: Graph):
    job = promise(tenant)
    trial = template_trial.run(mapped, job.appointment, first_number(tenant))
    run()
    sent = {key: value for key, value in graph.bodies[0].items() if key != "biz_opaque_callback_data"}
    assert {key: value for key, value in trial.body.items() if key != "biz_opaque_callback_data"} == sent
    assert trial.problem is None


def test_samples_stand_in_where_there_is_no_appointment(tenant, mapped):
    trial = template_trial.run(mapped, None, first_number(tenant))
    assert trial.content.preview.startswith("Olá Maria Silva, seu horário de Corte feminino é dia 21/11/2026")


def test_a_value_that_was_made_fit_is_told(tenant, mapped):
    appointment = make_appointment(tenant, place="Rua Um\nSala 2")
    trial = template_trial.run(mapped, appointment, first_number(tenant))
    assert trial.changed == {"5": ("Rua Um\nSala 2", "Rua Um Sala 2")}


def test_what_lacks_a_value_is_named_and_the_rest_is_shown(tenant, mapped):
    mapped.variables |= {"2": "professional"}
    trial = template_trial.run(mapped, make_appointment(tenant), first_number(tenant))
    assert (trial.problem.code, trial.body, trial.texts["1"]) == ("variable_without_value", None, "Maria Silva")
    assert "2" not in trial.texts


def test_why_it_would_not_go_now_is_told(tenant, mapped):
    number = first_number(tenant)
    assert template_trial.why_not_now(mapped, number) is None
    MessageTemplate.objects.update(status="PAUSED")
    mapped.refresh_from_db()
    assert template_trial.why_not_now(mapped, number).code == "template_waiting"
    assert template_trial.why_not_now(mapped, None).code == "no_number"
