"""Alerts: one row while it lasts, a new one when it comes back."""

from datetime import timedelta

import pytest

from tenants import alerts
from tenants.models import Alert, AuditEntry
from tests.factories import NOW, make_person, make_tenant

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)


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
    assert alerts.acknowledge(Alert.objects.get(), make_person(), now=NOW) is True
    alerts.raise_alert("queue_stuck", now=NOW)
    assert Alert.objects.get().state == "acknowledged"


def test_who_has_seen_it_and_when_is_kept_and_told_in_the_trail():
    tenant, person = make_tenant(), make_person()
    alerts.raise_alert("queue_stuck", tenant=tenant, now=NOW)
    alerts.acknowledge(Alert.objects.get(), person, NOW)
    alert = Alert.objects.get()
    assert (alert.acknowledged_by, alert.acknowledged_at, alert.changed_at) == (person, NOW, NOW)
    assert AuditEntry.objects.get(action="alert.acknowledged").tenant == tenant


def test_a_person_solves_it_once_with_a_note():
    alerts.raise_alert("queue_stuck", now=NOW)
    alert, person = Alert.objects.get(), make_person()
    assert alerts.solve_by_hand(alert, person, "reiniciei o worker", NOW) is True
    assert alerts.solve_by_hand(alert, make_person(), "eu também", NOW) is False
    row = Alert.objects.get()
    assert (row.state, row.solved_by, row.note) == ("solved", person, "reiniciei o worker")


def test_what_a_company_does_not_use_any_more_asks_for_nothing():
    tenant, other = make_tenant(), make_tenant()
    for owner, subject in ((tenant, "1"), (tenant, "2"), (other, "1")):
        alerts.raise_alert("number_quality", tenant=owner, subject=subject, now=NOW)
    assert alerts.solve_all(tenant, "1", NOW) == 1
    assert Alert.objects.filter(state="open").count() == 2


def test_keeping_raises_what_is_new_and_ends_what_is_gone():
    tenant, other = make_tenant(), make_tenant()
    alerts.keep("jobs_late", {(tenant.pk, ""): {"count": 1}, (None, ""): {}}, NOW)
    alerts.keep("jobs_late", {(tenant.pk, ""): {"count": 5}, (other.pk, ""): {}}, LATER)
    lasting = Alert.objects.filter(state="open")
    assert {(row.tenant, row.first_at, row.last_at) for row in lasting} == {(tenant, NOW, LATER), (other, LATER, LATER)}
    assert lasting.get(tenant=tenant).detail == {"count": 5}


def test_keeping_leaves_an_acknowledged_one_acknowledged_and_other_kinds_alone():
    alerts.raise_alert("events_failed", now=NOW)
    alerts.keep("jobs_late", {(None, ""): {}}, NOW)
    alerts.acknowledge(Alert.objects.get(kind="jobs_late"), make_person(), NOW)
    alerts.keep("jobs_late", {(None, ""): {}}, LATER)
    assert set(Alert.objects.values_list("kind", "state")) == {("jobs_late", "acknowledged"), ("events_failed", "open")}


def test_keeping_many_costs_what_keeping_one_costs(django_assert_max_num_queries):
    found = {(make_tenant().pk, ""): {"count": 1} for _each in range(20)}
    alerts.keep("jobs_late", dict(list(found.items())[:10]), NOW)
    with django_assert_max_num_queries(4):
        alerts.keep("jobs_late", dict(list(found.items())[5:]), LATER)
    assert Alert.objects.filter(state="open").count() == 15
