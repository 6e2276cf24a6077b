"""Throughput of a number and the limit for a pair: clocks in PostgreSQL."""

from datetime import datetime, timedelta

import pytest

from notifications import rates
from notifications.models import Rate
from tenants.models import PhoneNumber
from tests.factories import MARIA, NOW, make_account, make_number, make_tenant
from whatsapp.errors import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def number() -> PhoneNumber:
    return make_number(make_tenant())


def allowed(number: PhoneNumber, recipients: list[str], now: datetime = NOW) -> int:
    return rates.reserve([rates.Demand(number, to) for to in recipients], now).count(None)


def people(count: int, first: int = 0) -> list[str]:
    return [f"+55119{n:08}" for n in range(first, first + count)]


def test_no_second_holds_more_than_the_numbers_throughput(number):
    sent, step = [], timedelta(milliseconds=50)
    for tick in range(60):
        now = NOW + tick * step
        sent += [now] * allowed(number, people(80, tick * 80), now)
    windows = [sum(1 for at in sent if start <= at < start + timedelta(seconds=1)) for start in sent]
    assert 70 <= max(windows) <= 80


def test_a_coexistence_number_keeps_to_twenty(number):
    number.coexistence = True
    total = sum(allowed(number, people(40, tick * 40), NOW + timedelta(milliseconds=100 * tick)) for tick in range(10))
    assert total <= rates.COEXISTENCE_THROUGHPUT


def test_a_pair_may_borrow_its_burst_and_then_waits_six_seconds_for_each(number):
    number.throughput = 1000
    assert allowed(number, [MARIA] * 50) == rates.PAIR_BURST
    later = NOW + timedelta(seconds=12)
    assert allowed(number, [MARIA] * 5, later) == 2


def test_one_person_at_the_limit_holds_nobody_else(number):
    number.throughput = 1000
    allowed(number, [MARIA] * 50)
    assert allowed(number, people(3), NOW + timedelta(seconds=1)) == 3


def test_those_who_wait_are_told_one_time_after_another(number):
    delays = [delay for delay in rates.reserve([rates.Demand(number, to) for to in people(20)], NOW) if delay]
    times = [delay.until for delay in delays]
    assert times == sorted(set(times))
    assert {delay.code for delay in delays} == {"throughput"}


def test_what_the_provider_says_wins_over_our_own_clock(number):
    until = NOW + timedelta(seconds=30)
    rates.block(number, Scope.NUMBER, MARIA, until, NOW)
    delay = rates.reserve([rates.Demand(number, MARIA)], NOW)[0]
    assert delay == rates.Delay(until, "provider_rate")
    assert allowed(number, [MARIA], until) == 1


def test_a_block_of_a_pair_holds_this_person_only(number):
    rates.block(number, Scope.PAIR, MARIA, NOW + timedelta(seconds=30), NOW)
    assert allowed(number, [MARIA, *people(1)]) == 1


def test_a_block_of_a_portfolio_holds_its_other_numbers(number):
    number.account.business_portfolio_id = "55"
    number.account.save()
    sister = make_number(number.tenant, make_account(number.tenant, business_portfolio_id="55"))
    rates.block(number, Scope.PORTFOLIO, MARIA, NOW + timedelta(seconds=30), NOW)
    assert allowed(sister, people(1)) == 0


def test_idle_clocks_are_removed_and_those_that_hold_something_stay(number):
    allowed(number, people(2))
    rates.block(number, Scope.PAIR, MARIA, NOW + timedelta(days=1), NOW)
    rates.clean(NOW + timedelta(hours=3))
    assert list(Rate.objects.values_list("recipient", flat=True)) == [MARIA]
