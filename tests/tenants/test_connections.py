"""Connections: a machine with allowed steps, each one recorded; wire ids lead to one tenant."""

import pytest
from django.db import IntegrityError

from tenants import connections
from tenants.models import Alert, AuditEntry, PhoneNumber
from tests.factories import NOW, make_number, make_person, make_tenant

pytestmark = pytest.mark.django_db
State = PhoneNumber.State


@pytest.mark.parametrize("before", State.values)
@pytest.mark.parametrize("after", State.values)
def test_only_the_drawn_arrows_are_moves(before, after):
    number = make_number(make_tenant(), state=before)
    if after in connections.ARROWS[before]:
        assert connections.move(number, after, now=NOW).state == after
    else:
        with pytest.raises(connections.MoveRefused):
            connections.move(number, after, now=NOW)


def test_a_step_tells_who_when_and_why():
    tenant = make_tenant()
    person, number = make_person(tenant), make_number(tenant)
    connections.move(number, State.PAUSED, reason="holiday", actor=person, now=NOW)
    step = number.steps.get()
    assert (step.from_state, step.to_state, step.reason, step.actor, step.at) == (
        "connected", "paused", "holiday", person, NOW,
    )  # fmt: skip
    assert AuditEntry.objects.get(action="connection.moved").actor == person


def test_a_refused_access_degrades_once_and_alerts_until_it_is_back():
    number = make_number(make_tenant())
    assert connections.degrade(number, "190", NOW) is True
    assert connections.degrade(number, "190", NOW) is False
    assert Alert.objects.get().count == 2
    connections.move(number, State.CONNECTED, now=NOW)
    assert Alert.objects.get().state == "solved"


def test_an_access_that_is_refused_stops_every_number_that_uses_it():
    number = make_number(make_tenant())
    sister = make_number(number.tenant, number.account)
    paused, other = make_number(number.tenant, number.account, state=State.PAUSED), make_number(number.tenant)
    connections.degrade_account(number, "190", NOW)
    for row in (sister, paused, other):
        row.refresh_from_db()
    assert [row.state for row in (number, sister, paused, other)] == ["degraded", "degraded", "paused", "connected"]
    assert Alert.objects.count() == 3


def test_a_number_has_one_owner_at_a_time():
    number = make_number(make_tenant())
    with pytest.raises(IntegrityError):
        make_number(make_tenant(), phone_number_id=number.phone_number_id)


def test_a_number_given_away_leads_to_its_new_owner_only():
    old = make_number(make_tenant(), owned_until=NOW)
    new = make_number(make_tenant(), phone_number_id=old.phone_number_id)
    assert connections.resolve(old.phone_number_id) == new
    assert not connections.never_owned_before(PhoneNumber.objects.filter(pk=new.pk)).exists()


def test_an_unknown_id_leads_nowhere():
    assert connections.resolve("404") is None
    assert connections.resolve_waba("404") is None
