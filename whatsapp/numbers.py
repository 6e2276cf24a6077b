"""What the provider says of a number (name, quality, limit, throughput, status), and what follows from it."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from tenants import connections
from tenants.models import PhoneNumber
from whatsapp import delivery
from whatsapp.providers import get_provider
from whatsapp.providers.base import NumberFacts

HEARD_GRAIN = timedelta(minutes=1)
HEARD_OF = {"messages": "inbound_at", "statuses": "status_at"}  # by the list that an event stood in
UNLIMITED = "TIER_UNLIMITED"
UNKNOWN_LIMIT = 250  # people a day: the least that Meta gives
LIMIT_SHAPE = re.compile(r"TIER_(\d+)(K?)")
UPGRADED = 1000  # messages a second, of a number whose throughput Meta raised
# Meta's statuses in which a number sends nothing. The lists of its pages differ, so that unknown ones change nothing.
DEAD_STATUSES = frozenset({"BANNED", "DELETED", "DISCONNECTED", "MIGRATED"})


def people_limit(messaging_limit: str) -> int | None:
    """How many people a portfolio may begin to write to in 24 hours, from Meta's name of its tier; None: no limit.

    A tier that nobody knows counts as the smallest.
    """
    if messaging_limit == UNLIMITED:
        return None
    found = LIMIT_SHAPE.fullmatch(messaging_limit)
    return int(found[1]) * (1000 if found[2] else 1) if found else UNKNOWN_LIMIT


def refresh(number: PhoneNumber, now: datetime) -> NumberFacts:
    """Asks the provider and applies the answer. Raises ProviderError or OutcomeUnknown; then nothing has changed."""
    facts = fetch(number)
    apply(number, facts, now)
    return facts


def fetch(number: PhoneNumber) -> NumberFacts:
    """One call to the provider; not inside a transaction."""
    return get_provider(number.provider).fetch_number(delivery.access_for(number))


def apply(number: PhoneNumber, facts: NumberFacts, now: datetime) -> None:
    """Writes what was told (what was not stays), and degrades a number that the provider does not let send."""
    told = {
        "display_phone_number": facts.display_phone_number,
        "verified_name": facts.verified_name,
        "messaging_limit": facts.messaging_limit,
        "throughput": facts.throughput,
        "quality_rating": _known_quality(facts.quality_rating),
    }
    shared = {} if facts.coexistence is None else {"coexistence": facts.coexistence}
    keep(number, {name: value for name, value in told.items() if value} | shared, now)
    if facts.status in DEAD_STATUSES:
        connections.degrade(number, _("Meta reports this number as %(status)s.") % {"status": facts.status}, now)


def keep(number: PhoneNumber, facts: Mapping[str, Any], at: datetime) -> None:
    """Writes what the provider told at ``at``, by the number's fields, but for what it has told since."""
    with transaction.atomic():
        row = PhoneNumber.objects.select_for_update(no_key=True).get(pk=number.pk)
        news = {name: value for name, value in facts.items() if _is_news(row, name, value, at)}
        changed = {name: value for name, value in news.items() if value != getattr(row, name)}
        if news:
            row.told_at |= {name: _stamp(at) for name in news}
            for name, value in changed.items():
                setattr(row, name, value)
            row.save(update_fields=["told_at", *changed])
    for name in ("told_at", *facts):
        setattr(number, name, getattr(row, name))


def heard(told: Iterable[tuple[PhoneNumber, str, datetime]]) -> None:
    """Keeps when the last webhook of each number came, the last message and the last status, to the minute.

    ``told``: number, the list that the event stood in, and when it was received. Most batches write nothing.
    """
    newest: dict[int, dict[str, datetime]] = defaultdict(dict)
    for number, item, at in told:
        facts = newest[number.pk]
        for name in filter(None, ("heard_at", HEARD_OF.get(item))):
            known = getattr(number, name)
            if known is None or at > known + HEARD_GRAIN:
                facts[name] = max(at, facts.get(name, at))
    for pk, facts in sorted(newest.items()):
        if facts:
            PhoneNumber.objects.filter(pk=pk).update(**{name: Greatest(F(name), at) for name, at in facts.items()})


def _is_news(number: PhoneNumber, name: str, value: Any, at: datetime) -> bool:
    """Whether a word of ``at`` comes after the last one on it; of two in the same second the greater value counts."""
    known = number.told_at.get(name, "")
    return _stamp(at) > known or (_stamp(at) == known and str(value) > str(getattr(number, name, "")))


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _known_quality(rating: str) -> str:
    return rating if rating in PhoneNumber.Quality.values else PhoneNumber.Quality.UNKNOWN
