"""Accepted is not delivered: what never arrived is told, and what Meta holds back is told at once."""

from datetime import timedelta

import pytest

from notifications import queue, schedule, states, timeline
from notifications.kinds import KINDS
from notifications.kinds.base import Unconfirmed
from notifications.models import NotificationJob
from tenants.models import Alert, Tenant
from tests.factories import NOW, make_ready_tenant
from tests.notifications.jobs import Graph, promise, run, tell_status

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def tenant() -> Tenant:
    return make_ready_tenant()


@pytest.fixture
def sent(tenant, graph: Graph) -> NotificationJob:
    job = promise(tenant)
    run()
    return NotificationJob.objects.select_related("message__number__account").get(pk=job.pk)


def test_a_message_not_delivered_in_time_is_told_once_with_an_alert(sent):
    assert schedule.tell_undelivered(NOW + 23 * HOUR) == 0
    assert schedule.tell_undelivered(NOW + 25 * HOUR) == 1
    assert schedule.tell_undelivered(NOW + 26 * HOUR) == 0
    assert timeline.lines(sent)[-1].code == "undelivered"
    assert Alert.objects.get(kind="undelivered").detail == {"messages": 1}


@pytest.mark.parametrize("status", ["delivered", "read", "failed"])
def test_what_arrived_or_failed_is_not_told(sent, status):
    tell_status(sent.message, status, NOW + HOUR, code=131026 if status == "failed" else None)
    assert schedule.tell_undelivered(NOW + 25 * HOUR) == 0


def test_a_late_delivery_takes_the_word_back(sent):
    schedule.tell_undelivered(NOW + 25 * HOUR)
    tell_status(sent.message, "delivered", NOW + 26 * HOUR)
    sent = NotificationJob.objects.select_related("message").get(pk=sent.pk)
    assert (sent.reason_code, states.combined_state(sent)) == ("", "delivered")


@pytest.mark.parametrize(
    ("told", "line"), [("held_for_quality_assessment", "held_for_assessment"), ("paused", "held_while_paused")]
)
def test_a_message_that_meta_keeps_back_says_so(tenant, graph: Graph, told, line):
    answer = {"contacts": [], "messages": [{"id": "wamid.h", "message_status": told}]}
    graph.reaction = lambda _body: (200, answer)
    job = promise(tenant)
    run()
    assert [line.event for line in timeline.lines(job)][-2:] == ["accepted", line]


def test_each_kind_says_what_follows_when_nobody_confirms(tenant, graph: Graph, monkeypatch):
    assert {name for name, kind in KINDS.items() if kind.if_unconfirmed == Unconfirmed.PERSON} >= {"manual"}
    monkeypatch.setattr(type(KINDS["appointment_created"]), "if_unconfirmed", Unconfirmed.PERSON)
    graph.fall_silent(times=1)
    job = promise(tenant)
    run()
    queue.sweep(NOW + HOUR)
    job.refresh_from_db()
    assert (job.state, job.reason_code) == ("uncertain", "unconfirmed")
