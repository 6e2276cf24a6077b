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


def slots(number: PhoneNumber, recipients: list[str], now: datetime = NOW) -> list[datetime]:
    """When those may go that are let through."""
    answers = rates.reserve([rates.Demand(number, to) for to in recipients], now)
    return [at for at in answers if isinstance(at, datetime)]


def allowed(number: PhoneNumber, recipients: list[str], now: datetime = NOW) -> int:
    return len(slots(number, recipients, now))


def people(count: int, first: int = 0) -> list[str]:
    return [f"+55119{n:08}" for n in range(first, first + count)]


def test_no_second_holds_more_than_the_numbers_throughput_and_hardly_less(number):
    sent: list[datetime] = []
    for tick in range(100):
        now = NOW + tick * timedelta(milliseconds=50)
        sent += slots(number, people(80, tick * 80), now)
    windows = [sum(1 for at in sent if start <= at < start + timedelta(seconds=1)) for start in sent[:300]]
    assert 76 <= min(windows) <= max(windows) <= 80


def test_messages_are_let_through_a_second_ahead_each_with_its_time(number):
    times = slots(number, people(200))
    assert times == sorted(times)
    assert times[0] == NOW
    assert NOW + rates.HORIZON * 0.95 < times[-1] <= NOW + rates.HORIZON


def test_a_coexistence_number_keeps_to_twenty(number):
    number.coexistence = True
    times = [at for tick in range(10) for at in slots(number, people(40, tick * 40), NOW + tick * rates.HORIZON / 10)]
    assert sum(1 for at in times if at < NOW + timedelta(seconds=1)) <= rates.COEXISTENCE_THROUGHPUT


def test_a_busy_number_tells_how_much_room_its_tenant_has(number):
    assert rates.rooms(NOW) == {}
    went = allowed(number, people(30))
    room = rates.rooms(NOW)[number.tenant_id]
    assert went + room == went + allowed(number, people(200, 30))


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
    answers = rates.reserve([rates.Demand(number, to) for to in people(200)], NOW)
    delays = [answer for answer in answers if isinstance(answer, rates.Delay)]
    times = [delay.until for delay in delays]
    assert times == sorted(set(times))
    assert {delay.code for delay in delays} == {"throughput"}


def test_what_the_provider_says_wins_over_our_own_clock(number):
    until = NOW + timedelta(seconds=30)
    rates.block(number, Scope.NUMBER, MARIA, NOW, 30)
    delay = rates.reserve([rates.Demand(number, MARIA)], NOW)[0]
    assert delay == rates.Delay(until, "provider_rate")
    assert allowed(number, [MARIA], until) == 1


def test_a_block_of_a_pair_holds_this_person_only(number):
    rates.block(number, Scope.PAIR, MARIA, NOW, 30)
    assert allowed(number, [MARIA, *people(1)]) == 1


def test_a_block_of_a_portfolio_holds_its_other_numbers(number):
    number.account.business_portfolio_id = "55"
    number.account.save()
    sister = make_number(number.tenant, make_account(number.tenant, business_portfolio_id="55"))
    rates.block(number, Scope.PORTFOLIO, MARIA, NOW, 30)
    assert allowed(sister, people(1)) == 0


def test_idle_clocks_are_removed_and_those_that_hold_something_stay(number):
    allowed(number, people(2))
    rates.block(number, Scope.PAIR, MARIA, NOW, 86_400)
    rates.clean(NOW + timedelta(hours=3))
    assert list(Rate.objects.values_list("recipient", flat=True)) == [MARIA]


def test_the_wait_grows_each_time_in_a_row(number):
    waits, now = [], NOW
    for _time in range(4):
        until = rates.block(number, Scope.NUMBER, MARIA, now)
        waits.append((until - now).total_seconds())
        now = until
    assert waits == [2, 4, 8, 16]


def test_answers_that_were_on_their_way_are_no_further_time(number):
    first = rates.block(number, Scope.NUMBER, MARIA, NOW)
    assert rates.block(number, Scope.NUMBER, MARIA, NOW + timedelta(seconds=1)) == first
    assert Rate.objects.get(recipient="").strikes == 1


def test_the_providers_own_wait_wins(number):
    assert rates.block(number, Scope.WABA, MARIA, NOW, 720) == NOW + timedelta(seconds=720)


@pytest.mark.parametrize(
    ("scope", "held"),
    [
        (Scope.PAIR, []),
        (Scope.NUMBER, ["own"]),
        (Scope.WABA, ["own", "same account"]),
        (Scope.PORTFOLIO, ["own", "same account", "same portfolio"]),
        (Scope.APP, ["own", "same account", "same portfolio", "another company"]),
    ],
)
def test_each_scope_holds_its_own_numbers_and_no_other(number, scope, held):
    number.account.business_portfolio_id = "55"
    number.account.save()
    numbers = {
        "own": number,
        "same account": make_number(number.tenant, number.account),
        "same portfolio": make_number(number.tenant, make_account(number.tenant, business_portfolio_id="55")),
        "another company": make_number(make_tenant()),
    }
    rates.block(number, scope, MARIA, NOW)
    assert [name for name, one in numbers.items() if not allowed(one, people(1))] == held


def test_a_time_that_ran_ahead_and_was_set_right_silences_nobody(number):
    assert allowed(number, [MARIA] * 3, NOW + timedelta(hours=1)) == 3
    assert rates.rooms(NOW)[number.tenant_id] == 0
    assert allowed(number, [MARIA], NOW) == 0
    assert allowed(number, [MARIA], NOW + rates.PAIR_INTERVAL) == 1
    assert allowed(number, people(10), NOW + rates.PAIR_INTERVAL) == 10


def test_a_machine_that_is_a_little_ahead_spends_of_the_same_seconds(number):
    ahead = NOW + timedelta(seconds=20)
    assert allowed(number, people(200), ahead) > 70
    assert allowed(number, people(10), NOW) == 0
