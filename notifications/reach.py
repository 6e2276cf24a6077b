"""The messaging limit: how many people a business portfolio may begin to write to in any 24 hours.

Counted where it cannot be lost: a row for each person, made within the claim and taken back when Meta refuses. The
numbers of a portfolio share it, whichever tenants they belong to; what other partners send is unseen.
"""

import json
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count

from notifications.candidates import Candidate, Hold
from notifications.models import ReachedPerson
from tenants import phones
from tenants.models import PhoneNumber
from tenants.models.connection import Provider
from whatsapp import numbers

PERIOD = timedelta(hours=24)
LOOK_AGAIN = timedelta(minutes=1)
LOCK_SPACE = 7_202  # ours among the database's advisory locks

Person = tuple[str, str]  # portfolio, match key or user id

_RESERVE = """
INSERT INTO notifications_reachedperson AS old (portfolio, person, at, client_ref)
SELECT portfolio, person, %(now)s, client_ref
FROM json_to_recordset(%(rows)s::json) AS new(portfolio text, person text, client_ref text)
ORDER BY portfolio, person
ON CONFLICT (portfolio, person) DO UPDATE
SET former_at = CASE WHEN old.at > %(since)s THEN old.at END, at = excluded.at, client_ref = excluded.client_ref
"""
_GIVE_BACK = """
WITH gone AS (
    DELETE FROM notifications_reachedperson WHERE client_ref = ANY(%(refs)s::text[]) AND former_at IS NULL
)
UPDATE notifications_reachedperson SET at = former_at, former_at = NULL, client_ref = ''
WHERE client_ref = ANY(%(refs)s::text[]) AND former_at IS NOT NULL
"""


def portfolio_of(number: PhoneNumber) -> str:
    """What the limit is counted by; a WABA whose portfolio is not known counts by itself."""
    account = number.account
    if account is None or number.provider != Provider.META:
        return ""
    return account.business_portfolio_id or f"waba:{account.waba_id}"


def reserve(wanted: Sequence[Candidate], now: datetime) -> dict[UUID, Hold]:
    """Counts the people of ``wanted``, in their order; answers those jobs for whom the portfolio has no room now.

    A constant number of queries, and none where no limit applies. Demands a transaction: until its end nobody else
    counts for the same portfolios.
    """
    limits = {candidate.job.pk: limit for candidate in wanted if (limit := _limit(candidate)) is not None}
    counted = [candidate for candidate in wanted if candidate.job.pk in limits]
    if not counted:
        return {}
    portfolios = {_person(candidate)[0] for candidate in counted}
    _lock(portfolios)
    known, used = _known(counted, now), reached(portfolios, now)
    reserved, full = {}, {}
    for candidate in counted:
        person = _person(candidate)
        if person not in known and used[person[0]] >= limits[candidate.job.pk]:
            full[candidate.job.pk] = (person[0], limits[candidate.job.pk])
            continue
        used[person[0]] += person not in known
        known.add(person)
        reserved[person] = candidate.client_ref
    _keep(reserved, now)
    return _holds(full, used, now)


def give_back(client_refs: Sequence[str]) -> None:
    """Those attempts reached nobody."""
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_BACK, {"refs": list(client_refs)})


def clean(now: datetime) -> int:
    """Removes what counts no more; answers how many."""
    return ReachedPerson.objects.filter(at__lt=now - PERIOD).delete()[0]


def _limit(candidate: Candidate) -> int | None:
    """None: nobody is counted (inside the window, no limit, or a provider without one)."""
    if candidate.number is None or candidate.window.open or not portfolio_of(candidate.number):
        return None
    return numbers.people_limit(candidate.number.messaging_limit)


def _person(candidate: Candidate) -> Person:
    assert candidate.number is not None  # noqa: S101 - _limit has looked
    to = candidate.to
    return portfolio_of(candidate.number), phones.match_key(to.removeprefix("+")) if to.startswith("+") else to


def _lock(portfolios: Iterable[str]) -> None:
    keys = sorted({zlib.crc32(portfolio.encode()) & 0x7FFFFFFF for portfolio in portfolios})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key", [LOCK_SPACE, keys])


def _known(counted: Sequence[Candidate], now: datetime) -> set[Person]:
    portfolios, people = (set(column) for column in zip(*map(_person, counted), strict=True))
    rows = ReachedPerson.objects.filter(portfolio__in=portfolios, person__in=people, at__gt=now - PERIOD)
    return set(rows.values_list("portfolio", "person"))


def reached(portfolios: Iterable[str], now: datetime) -> Counter[str]:
    """How many people each portfolio began to write to in the last 24 hours; shared, so it is told to nobody."""
    rows = ReachedPerson.objects.filter(portfolio__in=portfolios, at__gt=now - PERIOD)
    return Counter(dict(rows.values_list("portfolio").annotate(Count("pk"))))


def _keep(reserved: Mapping[Person, str], now: datetime) -> None:
    facts = [{"portfolio": key[0], "person": key[1], "client_ref": ref} for key, ref in reserved.items()]
    if facts:
        with connection.cursor() as cursor:
            cursor.execute(_RESERVE, {"now": now, "since": now - PERIOD, "rows": json.dumps(facts)})


def _holds(full: Mapping[UUID, tuple[str, int]], used: Mapping[str, int], now: datetime) -> dict[UUID, Hold]:
    opens = {place: _opens_at(*place, used[place[0]], now) for place in set(full.values())}
    return {
        pk: Hold(opens[place], "portfolio_limit", {"until": opens[place].isoformat()}) for pk, place in full.items()
    }


def _opens_at(portfolio: str, limit: int, used: int, now: datetime) -> datetime:
    """When the first place is free: when enough of those who count are 24 hours old."""
    rows = ReachedPerson.objects.filter(portfolio=portfolio, at__gt=now - PERIOD).order_by("at")
    at = rows.values_list("at", flat=True)[used - limit : used - limit + 1].first() if limit else None
    return max((at or now) + PERIOD, now + LOOK_AGAIN)
