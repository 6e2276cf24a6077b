"""Access that is lost: who waits, what they are told, and that all of it goes once the access is back."""

from datetime import timedelta

import pytest

from notifications import queue
from notifications.models import NotificationJob
from tenants import connections
from tenants.models import Alert, PhoneNumber
from tests.factories import NOW, make_number, make_ready_tenant
from tests.notifications.jobs import first_number, promise, run, tell_status
from whatsapp import health
from whatsapp.models import Message
from whatsapp.providers.base import NumberFacts, TokenFacts

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)
HALF_A_MINUTE = timedelta(seconds=30)
GOOD = NumberFacts(status="CONNECTED", quality_rating="GREEN", messaging_limit="TIER_2K", throughput=80)


@pytest.fixture
def number():
    return first_number(make_ready_tenant())


@pytest.fixture
def sister(number):
    """Another number of the same WABA, which uses the same token."""
    return make_number(number.tenant, number.account, display_phone_number="+55 11 4444-5555")


def states():
    return list(PhoneNumber.objects.order_by("pk").values_list("state", flat=True))


def test_a_dead_token_stops_every_number_of_its_account(number, sister, graph):
    stranger = make_number(number.tenant)
    job = promise(number.tenant, number=number)
    graph.refuse(190, status=401)
    run()
    job.refresh_from_db()
    assert (job.state, job.reason_code) == ("pending", "connection_lost")
    stranger.refresh_from_db()
    assert states() == ["degraded", "degraded", "connected"]
    assert {alert.subject for alert in Alert.objects.all()} == {number.phone_number_id, sister.phone_number_id}


@pytest.mark.parametrize("code", [133010, 33, 803])
def test_trouble_of_one_number_leaves_its_sister_alone(number, sister, graph, code):
    promise(number.tenant, number=number)
    graph.refuse(code)
    run()
    assert states() == ["degraded", "connected"]


@pytest.mark.parametrize("code", [131063, 134011, 134102])
def test_what_meta_refuses_of_one_kind_of_message_stops_no_other(number, graph, code):
    job = promise(number.tenant, number=number)
    graph.refuse(code)
    run()
    job.refresh_from_db()
    assert (job.state, job.reason_code, states()) == ("failed", "provider_refused", ["connected"])


def ask_meta(number, at):
    """A reading, which sees nothing of what refuses the sends."""
    health.record(health.Answer(PhoneNumber.objects.get(pk=number.pk), GOOD, TokenFacts(valid=True)), at)
    queue.wake(at)


def test_what_no_reading_sees_is_tried_ever_more_rarely(number, graph):
    promise(number.tenant, number=number)
    graph.refuse(131042)
    tried = []
    for minute in range(-2, 45):
        at, before = NOW + timedelta(minutes=minute), len(graph.bodies)
        run(at)
        tried += [minute] if len(graph.bodies) > before else []
        ask_meta(number, at)
    assert tried == [0, 1, 5, 22]
    assert [alert.kind for alert in Alert.objects.filter(state="open")] == ["connection_degraded"]


def test_once_messages_go_again_a_refusal_is_a_first_one(number, graph):
    ask_meta(number, NOW)
    for minute in range(3):
        at = NOW + timedelta(minutes=minute)
        graph.refuse(131042, times=1)
        promise(number.tenant, number=number)
        run(at)
        ask_meta(number, at)
        run(at + HALF_A_MINUTE)
        tell_status(Message.objects.latest("pk"), "sent", at + HALF_A_MINUTE)
    assert len(graph.bodies) == 6


def test_a_person_who_asks_waits_no_longer(number, graph, willing_meta):
    for minute in range(4):
        connections.degrade(number, "no money", NOW + timedelta(minutes=minute))
        connections.move(number, "connected", now=NOW + timedelta(minutes=minute))
    connections.degrade(number, "no money", NOW + timedelta(minutes=5))
    for minute in (6, 7):
        ask_meta(number, NOW + timedelta(minutes=minute))
    assert states() == ["degraded"]
    health.check(number, NOW + timedelta(minutes=8))
    assert states() == ["connected"]


def test_nothing_is_lost_and_all_goes_once_the_access_is_back(number, sister, graph):
    for each in (number, sister):
        promise(number.tenant, number=each)
    graph.refuse(190, status=401)
    run()
    graph.reaction = graph.accept
    for each in PhoneNumber.objects.all():
        connections.move(each, "connected", now=NOW)
    run(LATER)
    assert set(NotificationJob.objects.values_list("state", flat=True)) == {"sent"}


def test_the_reason_is_a_sentence(number, graph):
    promise(number.tenant)
    graph.refuse(190, status=401)
    run()
    number.refresh_from_db()
    assert "190" not in number.state_reason
    assert len(number.state_reason) > 30
