"""What a person is told when the health of a number changes: one alert a matter, solved when the matter is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tenants import alerts
from tenants.models import PhoneNumber
from whatsapp.models import NumberReading

TOKEN_ENDS_SOON, TOKEN_ENDS_NOW = timedelta(days=14), timedelta(days=3)
HEALTHY_STATUSES = frozenset({"", "CONNECTED"})
POOR_QUALITIES = frozenset({"YELLOW", "RED"})
LIMITS = ("TIER_50", "TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")  # rising
REFUSED_NAMES = frozenset({"DECLINED", "EXPIRED", "REJECTED"})


Judge = Callable[[NumberReading, NumberReading | None, datetime], bool]  # the new reading, the one before, now


@dataclass(frozen=True)
class Matter:
    """An alert's kind, the fact it is about, when it is bad and when good; in between the alert stays as it is."""

    kind: str
    fact: str
    is_bad: Judge
    is_good: Judge


def tell(number: PhoneNumber, before: NumberReading | None, reading: NumberReading, now: datetime) -> None:
    """Raises what has become bad, solves what is good again; what stays as it was says nothing more."""
    for matter in MATTERS:
        was, fact = getattr(before, matter.fact, None), getattr(reading, matter.fact)
        if matter.is_good(reading, before, now):
            alerts.solve(matter.kind, tenant=number.tenant, subject=number.phone_number_id, now=now)
        elif matter.is_bad(reading, before, now) and (was != fact or not _is_open(matter, number)):
            detail = {"number": number.display_phone_number, "before": _json(was), "after": _json(fact)}
            alerts.raise_alert(matter.kind, tenant=number.tenant, subject=number.phone_number_id, now=now, **detail)


def _is_open(matter: Matter, number: PhoneNumber) -> bool:
    return alerts.unsolved(matter.kind, tenant=number.tenant, subject=number.phone_number_id).exists()


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _among(fact: str, values: frozenset[str]) -> Judge:
    return lambda new, _old, _now: getattr(new, fact) in values


def _not_among(fact: str, values: frozenset[str]) -> Judge:
    return lambda new, _old, _now: getattr(new, fact) not in values


def _rank(reading: NumberReading | None) -> int:
    """Where among Meta's limits; -1 for one that is not known."""
    limit = reading.messaging_limit if reading else ""
    return LIMITS.index(limit) if limit in LIMITS else -1


def _fell(new: NumberReading, old: NumberReading | None, _now: datetime) -> bool:
    return 0 <= _rank(new) < _rank(old)


def _rose(new: NumberReading, old: NumberReading | None, _now: datetime) -> bool:
    return 0 <= _rank(old) < _rank(new)


def _lost_badge(new: NumberReading, old: NumberReading | None, _now: datetime) -> bool:
    return bool(old and old.official and new.official is False)


def _has_badge(new: NumberReading, _old: NumberReading | None, _now: datetime) -> bool:
    return new.official is True


def _ends_within(time: timedelta) -> Judge:
    return lambda new, _old, now: new.token_expires_at is not None and new.token_expires_at < now + time


def _lasts(time: timedelta) -> Judge:
    return lambda new, old, now: not _ends_within(time)(new, old, now)


MATTERS = (
    Matter(
        "number_quality",
        "quality_rating",
        _among("quality_rating", POOR_QUALITIES),
        _not_among("quality_rating", POOR_QUALITIES),
    ),
    Matter("number_status", "status", _not_among("status", HEALTHY_STATUSES), _among("status", HEALTHY_STATUSES)),
    Matter("number_limit", "messaging_limit", _fell, _rose),
    Matter(
        "number_name", "name_status", _among("name_status", REFUSED_NAMES), _not_among("name_status", REFUSED_NAMES)
    ),
    Matter("number_badge", "official", _lost_badge, _has_badge),
    Matter("token_expires", "token_expires_at", _ends_within(TOKEN_ENDS_SOON), _lasts(TOKEN_ENDS_SOON)),
    Matter("token_expires_now", "token_expires_at", _ends_within(TOKEN_ENDS_NOW), _lasts(TOKEN_ENDS_NOW)),
)
