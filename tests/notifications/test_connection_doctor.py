"""What doctor says of one of our own numbers."""

import pytest

from notifications import doctor
from tenants import connections
from tests.factories import NOW, make_contact, make_ready_tenant
from tests.notifications.jobs import first_number, promise
from whatsapp.models import ConnectionCheck

pytestmark = pytest.mark.django_db


@pytest.fixture
def number():
    return first_number(make_ready_tenant("studio-jana"))


def told(subject):
    return [(finding.tenant, " ".join(fact.text for fact in finding.facts)) for finding in doctor.examine(subject, NOW)]


def test_a_lost_access_is_explained_with_what_waits(number):
    promise(number.tenant, number=number)
    connections.degrade(number, "O token expirou.", NOW)
    ((slug, text),) = told(number.phone_number_id)
    assert slug == "studio-jana"
    for words in ("O token expirou.", "Com problema", "1"):
        assert words in text


@pytest.mark.parametrize("written", ["+55 11 3333-4444", "551133334444", "+55 (11) 3333-4444"])
def test_a_number_is_found_as_people_write_it(number, written):
    assert [slug for slug, _text in told(written)] == ["studio-jana"]


def test_what_differs_at_meta_and_what_readiness_lacks_is_told(number):
    findings = [{"name": "subscription", "state": "differs", "expected": "1", "found": "nenhum"}]
    ConnectionCheck.objects.create(tenant=number.tenant, number=number, at=NOW, findings=findings)
    ((_slug, text),) = told(number.phone_number_id)
    assert "esperado 1, encontrado nenhum" in text
    assert "Prontidão" in text


def test_a_former_owner_is_told_apart(number):
    number.owned_until = NOW
    number.save()
    ((_slug, text),) = told(number.phone_number_id)
    assert "até então" in text


def test_a_customers_phone_is_still_the_customers(number):
    make_contact(number.tenant)
    assert "Maria" in doctor.examine("+5511988887777", NOW)[0].title


def test_every_state_has_its_explanation(number):
    for state in connections.State.values:
        type(number).objects.update(state=state)
        assert told(number.phone_number_id)
