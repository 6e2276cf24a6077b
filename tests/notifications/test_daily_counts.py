"""The daily counts say what counting message by message would say, whenever it is asked, whatever came late."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from notifications import actions
from notifications.analytics import days
from notifications.analytics.counting import Day, count
from notifications.models import CountedDay, DailyCount, DayToCount
from tenants import merging
from tests.factories import NOW, make_person, make_ready_tenant
from tests.notifications.days import (
    history,
    plain_counts,
    plain_waits,
    say,
    thread_of,
    told_counts,
    told_waits,
)
from tests.notifications.jobs import Graph, promise, run, tell_status, write_by_hand
from tests.notifications.test_people import post, text
from whatsapp.models import Message

pytestmark = pytest.mark.django_db
OLD = NOW - timedelta(days=5)
# Days around which the clocks change: twice the same hour, an hour that is not there, midnight struck twice or never.
CLOCKS = {
    "America/Sao_Paulo": NOW - timedelta(days=3),
    "America/New_York": datetime(2026, 10, 31, 12, tzinfo=UTC),
    "Europe/Lisbon": datetime(2026, 3, 28, 12, tzinfo=UTC),
    "America/Havana": datetime(2026, 10, 31, 12, tzinfo=UTC),
    "Africa/Cairo": datetime(2026, 4, 23, 12, tzinfo=UTC),
    "Asia/Kolkata": NOW - timedelta(days=3),
    "Pacific/Kiritimati": NOW - timedelta(days=3),
}


@pytest.fixture
def tenant():
    return make_ready_tenant()


def count_all(tenant, now=NOW):
    """Every day on which something was said."""
    said = Message.objects.for_tenant(tenant).values_list("occurred_at", flat=True)
    count([Day.of(tenant, at.astimezone(tenant.zone).date()) for at in said], now)


def assert_true(tenant):
    assert told_counts(tenant) == plain_counts(tenant)
    assert told_waits(tenant) == plain_waits(tenant)


@pytest.mark.parametrize("zone", CLOCKS)
def test_the_counts_are_those_of_a_plain_count_in_every_zone(zone):
    tenant = make_ready_tenant(time_zone=zone)
    history(tenant, CLOCKS[zone], days=3)
    count_all(tenant)
    assert sum(told_counts(tenant).values()) > 40
    assert sum(map(len, told_waits(tenant).values())) > 5
    assert_true(tenant)


def test_days_meet_without_gap_or_overlap_where_clocks_change():
    for zone in CLOCKS:
        tenant = make_ready_tenant(time_zone=zone)
        year = [Day.of(tenant, date(2026, 1, 1) + timedelta(days=n)) for n in range(365)]
        assert all(day.ends == following.begins for day, following in itertools.pairwise(year))


def test_counting_again_replaces_and_touches_no_other_day_nor_company(tenant):
    other = make_ready_tenant()
    history(tenant, NOW - timedelta(days=2), days=2)
    history(other, NOW - timedelta(days=2), days=2, seed=2)
    count_all(tenant)
    count_all(other)
    before = told_counts(tenant)
    Message.objects.for_tenant(tenant).filter(occurred_at__lt=NOW - timedelta(days=1)).delete()
    days.tend(NOW)
    assert told_counts(tenant) != before
    assert_true(other)
    count_all(tenant)
    assert_true(other)


def test_a_late_status_and_the_same_again_change_the_day_of_their_message(tenant):
    message = say(thread_of(tenant), OLD, "operator", status="sent")
    count_all(tenant)
    for _again in range(2):
        tell_status(message, "read", NOW)
        days.tend(NOW)
        assert [row.outcome for row in DailyCount.objects.filter(day=OLD.date())] == ["read"]
    assert_true(tenant)
    assert not DayToCount.objects.exists()


def test_a_delivery_that_failed_late_is_counted_with_its_code(tenant):
    message = say(thread_of(tenant), OLD, "operator", status="sent")
    count_all(tenant)
    tell_status(message, "failed", NOW, code=131026)
    days.tend(NOW)
    row = DailyCount.objects.get(day=OLD.date())
    assert (row.outcome, row.error_code) == ("failed", 131026)


def test_what_a_customer_wrote_days_ago_and_came_late_changes_the_wait_of_its_answer(tenant):
    thread = thread_of(tenant)
    say(thread, OLD, provider_message_id="w.first")
    say(thread, OLD + timedelta(days=1), "operator")
    count_all(tenant)
    late = text("w.late", OLD - timedelta(hours=3)) | {"from": "5511988887777"}
    post(tenant, late, NOW)
    days.tend(NOW)
    assert [seconds for waits in told_waits(tenant).values() for seconds in waits] == [27 * 3600]
    assert_true(tenant)


def test_recent_messages_leave_no_note(tenant):
    message = say(thread_of(tenant), NOW - timedelta(hours=20), "operator", status="sent")
    tell_status(message, "read", NOW)
    post(tenant, text("w.now") | {"from": "5511988887777"}, NOW)
    assert not DayToCount.objects.exists()
    days.tend(NOW)
    assert_true(tenant)


def test_a_refusal_is_a_failure_of_its_day_with_metas_code(tenant, graph: Graph):
    graph.refuse(131026)
    promise(tenant)
    run()
    days.tend(NOW)
    row = DailyCount.objects.get()
    assert (row.kind, row.outcome, row.error_code, row.count) == ("appointment_created", "failed", 131026, 1)
    assert_true(tenant)


def test_a_message_that_goes_days_later_leaves_its_former_day(tenant, graph: Graph):
    graph.refuse(131026, times=1)
    thread = thread_of(tenant)
    job = write_by_hand(tenant)
    say(thread, NOW - timedelta(minutes=5))
    thread.window_opened_at = NOW
    thread.save()
    run()
    days.tend(NOW)
    later = NOW + timedelta(days=4)
    job.refresh_from_db()
    thread.window_opened_at = later
    thread.save()
    actions.retry(job, make_person(tenant), later)
    run(later)
    days.tend(later)
    assert_true(tenant)
    assert {row.day for row in DailyCount.objects.exclude(outcome="received")} == {later.date()}


def test_joining_two_contacts_counts_their_answers_anew(tenant):
    asked, answered = thread_of(tenant), thread_of(tenant, "+5511977776666")
    say(asked, OLD)
    say(answered, OLD + timedelta(hours=1), "operator")
    count_all(tenant)
    assert told_waits(tenant) == {}
    merging.propose([(asked.contact, answered.contact, "same_username", {})])
    merging.merge(merging.ContactMergeProposal.objects.get(), make_person(tenant, "owner"), NOW)
    days.tend(NOW)
    assert list(told_waits(tenant).values()) == [[3600]]


def test_a_company_that_moves_to_another_zone_has_other_days(tenant):
    history(tenant, NOW - timedelta(days=6), days=3)
    count_all(tenant)
    tenant.time_zone = "Asia/Tokyo"
    tenant.save()
    days.tend(NOW)
    assert_true(tenant)
    assert set(CountedDay.objects.values_list("zone", flat=True)) == {"Asia/Tokyo"}


def test_rows_that_were_removed_by_hand_are_missed_within_a_day(tenant):
    history(tenant, NOW - timedelta(days=6), days=3)
    count_all(tenant)
    Message.objects.for_tenant(tenant).filter(occurred_at__lt=NOW - timedelta(days=4)).delete()
    days.heal(NOW)
    days.tend(NOW)
    assert_true(tenant)


def test_every_company_is_counted_by_its_own_clock():
    late = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)  # the 19th in São Paulo
    west, east = make_ready_tenant(), make_ready_tenant(time_zone="Asia/Tokyo")
    for tenant in (west, east):
        say(thread_of(tenant), late)
    days.tend(late)
    assert DailyCount.objects.get(tenant=west).day == date(2026, 11, 19)
    assert DailyCount.objects.get(tenant=east).day == date(2026, 11, 20)


def test_many_notes_are_worked_through_at_once(tenant, monkeypatch):
    monkeypatch.setattr(days, "NOTES", 3)
    monkeypatch.setattr(days, "BATCH", 2)
    history(tenant, NOW - timedelta(days=30), days=10)
    days.note(Message.objects.for_tenant(tenant), NOW)
    days.tend(NOW)
    assert_true(tenant)
