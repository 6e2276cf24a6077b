"""Times found in the events by halving their ids."""

from datetime import timedelta

import pytest

from tests.factories import NOW
from whatsapp import event_ids
from whatsapp.models import WebhookEvent

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def hourly():
    """An event an hour for 40 hours until NOW, some of which are gone again."""
    at = [NOW - n * HOUR for n in reversed(range(40))]
    rows = [WebhookEvent.objects.create(provider="meta", key=str(when), received_at=when) for when in at]
    WebhookEvent.objects.filter(pk__in=[row.pk for row in rows[3:9]]).delete()
    return rows[:3] + rows[9:]


@pytest.mark.parametrize("hours", [-50, 0, 1, 2.5, 17, 33, 38, 39, 60])
def test_both_bounds_lie_where_counting_says(hourly, hours):
    at = NOW - hours * HOUR
    since, after = event_ids.first_since(at), event_ids.first_after(at)
    assert [row for row in hourly if row.pk >= since] == [row for row in hourly if row.received_at >= at]
    assert [row for row in hourly if row.pk < after] == [row for row in hourly if row.received_at <= at]


def test_without_events_nothing_is_bounded_away():
    assert event_ids.first_since(NOW) <= 1


def test_it_costs_one_query(hourly, django_assert_num_queries):
    with django_assert_num_queries(1):
        event_ids.first_since(NOW - 20 * HOUR)
