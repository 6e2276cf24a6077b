"""Which number of the tenant's pool speaks, and to whom the message really goes."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from notifications.models import NotificationJob
from notifications.rates import a_second
from tenants.models import PhoneNumber
from whatsapp.models import Conversation
from whatsapp.numbers import UNLIMITED, people_limit
from whatsapp.providers.base import Recipient

Threads = Mapping[tuple[int, int], Conversation]  # by (number id, contact id)
QUALITY = {"GREEN": 1.0, "UNKNOWN": 0.8, "YELLOW": 0.5, "RED": 0.1}
# Obstacles, the least first: who may rest or is full can speak all the same; the others cannot, or not to this person.
HINDERED = ["number_resting", "number_full", "number_without_template", "other_portfolio", "connection_waiting"]
MANY_PEOPLE = 100_000  # a day; from here on the messaging limit makes no difference


@dataclass(frozen=True)
class Choice:
    """The number that speaks (None: there is none), why (a code of reasons), and why others do not.

    ``excluded`` holds a code of reasons with its detail for each number that could not be chosen.
    """

    number: PhoneNumber | None
    why: str = ""
    excluded: Sequence[tuple[str, Mapping[str, Any]]] = ()

    @property
    def evidence(self) -> dict[str, Any]:
        """What the timeline keeps; empty where there was nothing to choose."""
        if self.number is None or not self.why:
            return {}
        excluded = [{"code": code, **detail} for code, detail in self.excluded]
        return {"number": self.number.display_phone_number, "code": self.why, "excluded": excluded}


@dataclass(frozen=True)
class Facts:
    """What else bears on the choice for one message (notifications.pool reads it).

    ``template``: its name, and ``speakers`` the accounts that may send it (None: all). ``portfolios``: where the user
    id that it goes to is known (empty: it goes to a phone, or nobody knows). ``used``: by number id, how many people
    its portfolio reached in the last 24 hours.
    """

    template: str = ""
    speakers: frozenset[int] | None = None
    portfolios: frozenset[str] = frozenset()
    used: Mapping[int, int] = field(default_factory=dict)


NOTHING_ELSE = Facts()


def choose_number(
    job: NotificationJob,
    numbers: Sequence[PhoneNumber],
    threads: Threads,
    *,
    hand_over: bool = False,
    facts: Facts = NOTHING_ELSE,
) -> Choice:
    """The number of ``numbers`` (the tenant's own) that sends ``job``.

    The one it was queued for; another one only when that is in trouble, the tenant allows it (``hand_over``) and a
    template can say it. Else the one this customer last talked with, else one by its weight, always the same for the
    same customer. Where none is free of obstacles, those speak whose obstacle is the least (HINDERED).
    """
    obstacles = {number.pk: _obstacle(number, facts) for number in numbers}
    excluded = [found for found in obstacles.values() if found]
    healthy = [number for number in numbers if not obstacles[number.pk]]
    if job.number_id:
        own = next((number for number in numbers if number.pk == job.number_id), None)
        if own in healthy or not (hand_over and healthy and _is_movable(job)):
            return Choice(own)
        return Choice(_weighed(job, healthy, facts), "number_handed_over", excluded)
    able = healthy or _least_hindered(numbers, obstacles)
    if len(numbers) < 2:
        return Choice(able[0] if able else None)
    talked_with = max(able, key=lambda number: (_talked_at(number, job, threads), -number.pk))
    if _talked_at(talked_with, job, threads):
        return Choice(talked_with, "number_talked_with", excluded)
    return Choice(_weighed(job, able, facts), "number_by_weight", excluded)


def recipient(to: str) -> Recipient:
    """A phone in E.164 with +, or a business-scoped user id."""
    return Recipient(phone=to) if to.startswith("+") else Recipient(user_id=to)


def weight(number: PhoneNumber, used: int = 0) -> float:
    """A number's share of the customers: by its throughput, its quality and the room left in its messaging limit."""
    people = max(_people(number) - used, 1)
    return a_second(number) * QUALITY.get(number.quality_rating, QUALITY["UNKNOWN"]) * min(people / MANY_PEOPLE, 1)


def is_of_another_portfolio(number: PhoneNumber, portfolios: frozenset[str]) -> bool:
    """Whether a user id known in ``portfolios`` alone means nobody to ``number``. An unknown portfolio may be any."""
    own = number.account.business_portfolio_id if number.account else ""
    return bool(portfolios and own) and not portfolios & {own, ""}


def _people(number: PhoneNumber) -> int:
    return people_limit(number.messaging_limit) or MANY_PEOPLE


def _obstacle(number: PhoneNumber, facts: Facts) -> tuple[str, dict[str, Any]] | None:
    shown = {"number": number.display_phone_number}
    if not number.may_send:
        state = str(number.get_state_display())
        return "connection_waiting", shown | {"state": state}
    if is_of_another_portfolio(number, facts.portfolios):
        return "other_portfolio", shown
    if facts.speakers is not None and number.account_id not in facts.speakers:
        return "number_without_template", shown | {"template": facts.template}
    if number.is_resting:
        return "number_resting", shown | {"why": number.resting_reason}
    if facts.used.get(number.pk, 0) >= _people(number) and number.messaging_limit != UNLIMITED:
        return "number_full", shown
    return None


def _least_hindered(
    numbers: Sequence[PhoneNumber], obstacles: Mapping[int, tuple[str, Mapping[str, Any]] | None]
) -> list[PhoneNumber]:
    ranks = {pk: HINDERED.index(found[0]) for pk, found in obstacles.items() if found}
    least = min(ranks.values(), default=0)
    return [number for number in numbers if ranks[number.pk] == least]


def _is_movable(job: NotificationJob) -> bool:
    """A window belongs to one number: only what a template says may go by another."""
    return job.content is None or (isinstance(job.content, dict) and job.content.get("type") == "template")


def _weighed(job: NotificationJob, numbers: Sequence[PhoneNumber], facts: Facts) -> PhoneNumber:
    """Rendezvous hashing: customers spread by weight, and one that leaves the pool moves its own customers only."""

    def rank(number: PhoneNumber) -> float:
        return -weight(number, facts.used.get(number.pk, 0)) / math.log(_chance(job.contact_id, number.pk))

    return max(numbers, key=rank)


def _chance(contact_id: int, number_id: int) -> float:
    """Between 0 and 1, the same for the same two."""
    digest = hashlib.blake2b(f"{contact_id}:{number_id}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) + 1) / (2**64 + 2)


def _talked_at(number: PhoneNumber, job: NotificationJob, threads: Threads) -> float:
    thread = threads.get((number.pk, job.contact_id))
    at: datetime | None = thread.last_message_at if thread else None
    return at.timestamp() if at else 0.0
