"""How fast may a number send, and how often to the same person (GCRA, its clocks in PostgreSQL).

A clock says when the messages let through so far are paid off. It may run ahead of now by a burst; a message that
would push it further waits. The clocks advance once a batch, inside the claim, so that a flushed Valkey breaks no
limit and no two workers spend the same second. A number's messages are let through a little ahead of their time, each
with the moment at which it may go, so that it speaks as fast as it may without a pause. What others send by the same
number is unseen here: Meta's own "too fast" is written down by ``block`` and always wins.
"""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Q

from notifications.models import Rate
from notifications.retry import PACES, Pace
from tenants import rows
from tenants.models import PhoneNumber
from whatsapp import call_limits
from whatsapp.errors import Scope

COEXISTENCE_THROUGHPUT = 20  # messages a second; Meta's, fixed
BURST_SHARE = 0.04  # of a second's messages at once; the rest evenly, so that no second holds more than the limit
PAIR_INTERVAL = timedelta(seconds=6)
PAIR_BURST = 44  # messages borrowed from the future: one less than Meta lends, which counts when they arrive
HORIZON = timedelta(seconds=1)  # how far ahead a number's messages are let through
KEPT = timedelta(hours=1)
MOST_STRIKES = 12
TOLERANCE = timedelta(seconds=30)  # clocks of two machines differ by less

Key = tuple[int, str]  # number id, recipient ("" for the number itself)


@dataclass(frozen=True)
class Demand:
    """One message that wants to go."""

    number: PhoneNumber
    recipient: str


@dataclass(frozen=True)
class Delay:
    """Why and until when it has to wait: code ``throughput``, ``slowed``, ``pair_rate`` or ``provider_rate``."""

    until: datetime
    code: str


@dataclass(frozen=True)
class Limit:
    """One message each ``interval``, ``burst`` of them at once, let through ``horizon`` before it may go."""

    code: str
    interval: timedelta
    burst: int
    horizon: timedelta = timedelta(0)

    def opens_at(self, clock: Rate) -> datetime:
        """The earliest time at which one more message is allowed."""
        return self.after(clock.next_at)

    def after(self, next_at: datetime) -> datetime:
        return next_at - self.interval * (self.burst - 1)

    def set_right(self, next_at: datetime, now: datetime) -> datetime:
        """What is further ahead than any spending leads comes from a machine's time that ran ahead."""
        latest = now + self.interval * self.burst + self.horizon
        return latest if next_at > latest + TOLERANCE else next_at

    def room(self, next_at: datetime, now: datetime) -> int:
        """How many more are let through now."""
        ahead = now + self.horizon - max(self.after(self.set_right(next_at, now)), self.after(now))
        return max(int(ahead / self.interval) + 1, 0)

    def spend(self, clock: Rate, now: datetime) -> None:
        clock.next_at = max(clock.next_at, now) + self.interval


PAIR = Limit("pair_rate", PAIR_INTERVAL, PAIR_BURST)


def throughput(number: PhoneNumber, share: float = 1) -> Limit:
    """The number's own limit, or a share of it while Graph's call limits are nearly used up."""
    allowed = a_second(number) * share
    burst = max(int(allowed * BURST_SHARE), 1)
    return Limit("throughput" if share == 1 else "slowed", timedelta(seconds=1 / (allowed - burst + 1)), burst, HORIZON)


def a_second(number: PhoneNumber) -> int:
    """How many messages a second the provider takes from it."""
    return COEXISTENCE_THROUGHPUT if number.coexistence else max(number.throughput, 1)


def rooms(now: datetime) -> dict[UUID, int]:
    """For each tenant with a busy number: how many messages its numbers have room for now. Others are not named."""
    clocks = dict(Rate.objects.filter(recipient="", next_at__gt=now).values_list("number_id", "next_at"))
    found: Counter[UUID] = Counter()
    if clocks:
        owned = PhoneNumber.objects.owned().filter(state__in=PhoneNumber.SENDS)
        tenants = PhoneNumber.objects.filter(pk__in=clocks).values("tenant")
        numbers = list(owned.filter(tenant__in=tenants).select_related("account"))
        shares = call_limits.shares(numbers)
        for number in numbers:
            found[number.tenant_id] += throughput(number, shares.get(number.pk, 1)).room(
                clocks.get(number.pk, now), now
            )
    return dict(found)


def reserve(demands: Sequence[Demand], now: datetime) -> list[Delay | datetime]:
    """Lets through what the limits allow, in the order given: when it may go (now, or up to HORIZON later), else its
    delay.

    A constant number of queries; demands a transaction, which keeps the clocks locked until its end.
    """
    clocks = _lock({key for demand in demands for key in _keys(demand)}, now)
    shares = call_limits.shares({demand.number for demand in demands})
    waiting: Counter[Key] = Counter()
    delays = [_admit(demand, shares.get(demand.number.pk, 1), clocks, waiting, now) for demand in demands]
    rows.update(list(clocks.values()), ["next_at"])
    return delays


def block(
    number: PhoneNumber, scope: Scope, recipient: str, now: datetime, retry_after: float | None = None
) -> datetime:
    """The provider said "too fast": nothing within the scope goes before the time that is answered.

    The wait is the provider's own (``retry_after`` seconds), else retry.PACES: longer each time in a row, shorter again
    by what is accepted afterwards. What was on its way when it began is no further time.
    """
    own = (number.pk, recipient if scope == Scope.PAIR else "")
    clocks = _lock([own] if scope == Scope.PAIR else [(pk, "") for pk in {number.pk, *_within(number, scope)}], now)
    for clock in clocks.values():
        _strike(clock, PACES[scope], now, retry_after)
    rows.update(list(clocks.values()), ["blocked_until", "strikes"])
    return clocks[own].blocked_until or now


def _strike(clock: Rate, pace: Pace, now: datetime, retry_after: float | None) -> None:
    until = clock.blocked_until or now
    if until <= now:
        clock.strikes = min(clock.strikes + 1, MOST_STRIKES)
        until = now + timedelta(seconds=pace.seconds(clock.strikes))
        if retry_after is not None:
            until = now + timedelta(seconds=max(retry_after, 1))
    elif retry_after is not None:
        until = max(until, now + timedelta(seconds=retry_after))
    clock.blocked_until = until


def clean(now: datetime) -> int:
    """Removes clocks that hold nothing back any more; answers how many."""
    idle = Rate.objects.filter(Q(blocked_until=None) | Q(blocked_until__lt=now), next_at__lt=now - KEPT)
    return idle.delete()[0]


def _keys(demand: Demand) -> tuple[Key, Key]:
    return (demand.number.pk, ""), (demand.number.pk, demand.recipient)


def _admit(
    demand: Demand, share: float, clocks: dict[Key, Rate], waiting: Counter[Key], now: datetime
) -> Delay | datetime:
    """Its time after spending, or the longest delay; those who wait for one clock are told one time after another."""
    limits = dict(zip(_keys(demand), (throughput(demand.number, share), PAIR), strict=True))
    for key, limit in limits.items():
        clocks[key].next_at = limit.set_right(clocks[key].next_at, now)
    delays = {key: _delay(limit, clocks[key], waiting[key], now) for key, limit in limits.items()}
    if found := [delay for delay in delays.values() if delay]:
        waiting.update(key for key, delay in delays.items() if delay)
        return max(found, key=lambda delay: delay.until)
    at = max(now, *(limit.opens_at(clocks[key]) for key, limit in limits.items()))
    for key, limit in limits.items():
        limit.spend(clocks[key], now)
    return at


def _delay(limit: Limit, clock: Rate, ahead: int, now: datetime) -> Delay | None:
    """``ahead`` others of this batch wait for the same clock."""
    if clock.blocked_until and clock.blocked_until > now:
        return Delay(clock.blocked_until + limit.interval * ahead, "provider_rate")
    looked_at = limit.opens_at(clock) - limit.horizon
    return Delay(looked_at + limit.interval * (ahead + 1), limit.code) if looked_at > now else None


def _lock(keys: Iterable[Key], now: datetime) -> dict[Key, Rate]:
    """The clocks of ``keys``, made where missing, locked in sorted order so that no two claims deadlock."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    keys_text = json.dumps([{"number_id": number, "recipient": recipient} for number, recipient in wanted])
    with connection.cursor() as cursor:
        cursor.execute(_MAKE, [now, keys_text])
    locked = Rate.objects.raw(_LOCK, [keys_text])
    return {(row.number_id, row.recipient): row for row in locked}


_MAKE = """
INSERT INTO notifications_rate (number_id, recipient, next_at)
SELECT number_id, recipient, %s FROM json_to_recordset(%s::json) AS wanted(number_id bigint, recipient text)
ORDER BY number_id, recipient
ON CONFLICT (number_id, recipient) DO NOTHING
"""
_LOCK = """
SELECT rate.* FROM notifications_rate AS rate
JOIN json_to_recordset(%s::json) AS wanted(number_id bigint, recipient text) USING (number_id, recipient)
ORDER BY rate.number_id, rate.recipient
FOR UPDATE OF rate
"""


def _within(number: PhoneNumber, scope: Scope) -> list[int]:
    """The numbers that an error of this scope speaks of."""
    owned = PhoneNumber.objects.owned().filter(provider=number.provider)
    if scope == Scope.APP:
        return list(owned.values_list("pk", flat=True))
    if scope == Scope.PORTFOLIO and number.account and number.account.business_portfolio_id:
        portfolio = number.account.business_portfolio_id
        return list(owned.filter(account__business_portfolio_id=portfolio).values_list("pk", flat=True))
    if scope in {Scope.WABA, Scope.PORTFOLIO} and number.account_id:
        return list(owned.filter(account=number.account_id).values_list("pk", flat=True))
    return [number.pk]
