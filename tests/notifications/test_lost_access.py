"""Access that is lost: who waits, what they are told, and that all of it goes once the access is back."""

from datetime import timedelta

import pytest

from notifications.models import NotificationJob
from tenants import connections
from tenants.models import Alert, PhoneNumber
from tests.factories import NOW, make_number, make_ready_tenant
from tests.notifications.jobs import first_number, promise, run

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


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


def test_trouble_of_one_number_leaves_its_sister_alone(number, sister, graph):
    promise(number.tenant, number=number)
    graph.refuse(133010)
    run()
    assert states() == ["degraded", "connected"]


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
