"""Which number of the tenant's pool speaks, and to whom the message really goes."""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notifications.models import NotificationJob
from notifications.rates import a_second
from tenants.models import PhoneNumber
from whatsapp.models import Conversation
from whatsapp.numbers import people_limit
from whatsapp.providers.base import Recipient

Threads = Mapping[tuple[int, int], Conversation]  # by (number id, contact id)
QUALITY = {"GREEN": 1.0, "UNKNOWN": 0.8, "YELLOW": 0.5, "RED": 0.1}
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


def choose_number(
    job: NotificationJob, numbers: Sequence[PhoneNumber], threads: Threads, *, hand_over: bool = False
) -> Choice:
    """The number of ``numbers`` (the tenant's own) that sends ``job``.

    The one it was queued for; another one only when that is in trouble, the tenant allows it (``hand_over``) and a
    template can say it. Else the one this customer last talked with, else one by its weight, always the same for the
    same customer. Numbers that rest speak only where no healthy one can; one that cannot send only where none can.
    """
    excluded = [found for number in numbers if (found := _obstacle(number))]
    healthy = [number for number in numbers if not _obstacle(number)]
    if job.number_id:
        own = next((number for number in numbers if number.pk == job.number_id), None)
        if own in healthy or not (hand_over and healthy and _is_movable(job)):
            return Choice(own)
        return Choice(_weighed(job, healthy), "number_handed_over", excluded)
    able = healthy or [number for number in numbers if number.may_send] or list(numbers)
    if len(numbers) < 2:
        return Choice(able[0] if able else None)
    talked_with = max(able, key=lambda number: (_talked_at(number, job, threads), -number.pk))
    if _talked_at(talked_with, job, threads):
        return Choice(talked_with, "number_talked_with", excluded)
    return Choice(_weighed(job, able), "number_by_weight", excluded)


def recipient(to: str) -> Recipient:
    """A phone in E.164 with +, or a business-scoped user id."""
    return Recipient(phone=to) if to.startswith("+") else Recipient(user_id=to)


def weight(number: PhoneNumber) -> float:
    """A number's share of the customers: by its throughput, its quality and the room of its messaging limit."""
    people = people_limit(number.messaging_limit) or MANY_PEOPLE
    return a_second(number) * QUALITY.get(number.quality_rating, QUALITY["UNKNOWN"]) * min(people / MANY_PEOPLE, 1)


def _obstacle(number: PhoneNumber) -> tuple[str, dict[str, Any]] | None:
    if not number.may_send:
        state = str(number.get_state_display())
        return "connection_waiting", {"number": number.display_phone_number, "state": state}
    if number.is_resting:
        return "number_resting", {"number": number.display_phone_number, "why": number.resting_reason}
    return None


def _is_movable(job: NotificationJob) -> bool:
    """A window belongs to one number: only what a template says may go by another."""
    return job.content is None or job.content.get("type") == "template"


def _weighed(job: NotificationJob, numbers: Sequence[PhoneNumber]) -> PhoneNumber:
    """Rendezvous hashing: customers spread by weight, and one that leaves the pool moves its own customers only."""
    return max(numbers, key=lambda number: -weight(number) / math.log(_chance(job.contact_id, number.pk)))


def _chance(contact_id: int, number_id: int) -> float:
    """Between 0 and 1, the same for the same two."""
    digest = hashlib.blake2b(f"{contact_id}:{number_id}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest) + 1) / (2**64 + 2)


def _talked_at(number: PhoneNumber, job: NotificationJob, threads: Threads) -> float:
    thread = threads.get((number.pk, job.contact_id))
    at: datetime | None = thread.last_message_at if thread else None
    return at.timestamp() if at else 0.0
