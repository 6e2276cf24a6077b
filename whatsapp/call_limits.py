"""Graph's call limits, as its answers tell of them: kept in Valkey, so that all workers slow down before Meta refuses.

A convenience: without Valkey everything goes on at full speed, and Meta's refusals (notifications.rates) decide alone.
A word counts for a minute, longer where Meta says so; who goes on calling hears the next one.
"""

from collections.abc import Iterable, Mapping, Sequence

from tenants.models import PhoneNumber, WhatsAppAccount
from whatsapp import valkey
from whatsapp.providers.usage import Area, Usage

SLOW_FROM = 75.0  # percent; from here on the pace falls evenly, to LEAST of it when nothing is left
LEAST = 0.05
REST_FROM = 90.0  # percent; what may wait until later (polls, synchronising) is left to the rest of the hour
KEPT_SECONDS = 60
LONGEST_SECONDS = 3600


def keep(told: Sequence[Usage]) -> None:
    """Remembers the limits that are nearly used up."""
    for usage in told:
        if usage.percent >= SLOW_FROM:
            seconds = min(max(KEPT_SECONDS, int(usage.regain_seconds or 0)), LONGEST_SECONDS)
            _write(_key(usage.area, usage.subject), usage.percent, seconds)


def shares(numbers: Iterable[PhoneNumber]) -> dict[int, float]:
    """By number id, what share of its pace a number should send at, where that is not all of it; one short question.

    Reads each number's account (select it).
    """
    keys = {number.pk: _keys(Area.MESSAGES, number.account) for number in numbers}
    percents = _read({key for own in keys.values() for key in own})
    found = {pk: _share(max((percents.get(key, 0.0) for key in own), default=0.0)) for pk, own in keys.items()}
    return {pk: share for pk, share in found.items() if share < 1}


def may_ask(account: WhatsAppAccount) -> bool:
    """Whether there is room for questions that may as well be asked later."""
    return all(percent < REST_FROM for percent in _read(_keys(Area.MANAGEMENT, account)).values())


def _share(percent: float) -> float:
    return min(1.0, max(LEAST, (100 - percent) / (100 - SLOW_FROM)))


def _keys(area: Area, account: WhatsAppAccount | None) -> set[str]:
    """Meta names a limit by the account or by its portfolio."""
    if account is None:
        return set()
    subjects = {account.waba_id, account.business_portfolio_id} - {""}
    return {_key(Area.APP), *(_key(area, subject) for subject in subjects)}


def _key(area: Area, subject: str = "") -> str:
    return f"recado:call-limit:{area}:{subject}"


def _write(key: str, percent: float, seconds: int) -> None:
    valkey.attempt(lambda client: client.set(key, percent, ex=seconds))


def _read(keys: Iterable[str]) -> Mapping[str, float]:
    wanted = sorted(keys)
    found = valkey.attempt(lambda client: client.mget(wanted)) if wanted else None
    return {key: float(value) for key, value in zip(wanted, found or [], strict=False) if value is not None}
