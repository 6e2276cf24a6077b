"""Alerts: one row while it lasts, a new one when it comes back."""

import pytest

from tenants import alerts
from tenants.models import Alert
from tests.factories import NOW, make_person, make_tenant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("of_tenant", [True, False])
def test_an_alert_raised_again_is_counted_on_its_row(of_tenant):
    tenant = make_tenant() if of_tenant else None
    for n in range(3):
        alerts.raise_alert("queue_stuck", tenant=tenant, now=NOW, waiting=n)
    row = Alert.objects.get()
    assert (row.count, row.detail) == (3, {"waiting": 2})


def test_a_solved_alert_that_comes_back_is_a_new_one():
    alerts.raise_alert("queue_stuck", now=NOW)
    assert alerts.solve("queue_stuck", now=NOW) is True
    alerts.raise_alert("queue_stuck", now=NOW)
    assert Alert.objects.count() == 2


def test_an_acknowledged_alert_is_not_opened_twice():
    alerts.raise_alert("queue_stuck", now=NOW)
    assert alerts.acknowledge(Alert.objects.get(), make_person()) is True
    alerts.raise_alert("queue_stuck", now=NOW)
    assert Alert.objects.get().state == "acknowledged"
