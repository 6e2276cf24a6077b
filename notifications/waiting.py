"""A waiting message's place: how many of its company go before it, and when it is expected to go.

What waits for a time of its own (quiet hours, a retry, a limit of the day) has that time in its ``due_at``, and its
reason says why. What is due waits for its turn: for the lane before its own, for older messages, for the numbers' pace.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from notifications import rates, reasons
from notifications.models import NotificationJob
from notifications.reasons import Reason
from tenants.models import PhoneNumber
from whatsapp import call_limits

PACED = frozenset({"throughput", "slowed", "provider_rate"})  # waits of seconds, one after another
ENOUGH = 100_000  # further back nobody counts
IN_LINE, NEXT = "in_line", "next_in_line"
State = NotificationJob.State


@dataclass(frozen=True)
class Place:
    """``ahead`` others of the company go before; ``at`` is when it is expected to go."""

    ahead: int
    at: datetime

    @property
    def reason(self) -> Reason:
        return reasons.explain(IN_LINE if self.ahead else NEXT, {"ahead": self.ahead, "at": self.at.isoformat()})


def place(job: NotificationJob, now: datetime) -> Place | None:
    """None where the message does not wait, is the next, or waits for a time of its own. A few short queries."""
    if job.state != State.PENDING or (job.due_at > now and job.reason_code not in PACED):
        return None
    ahead = _before(job, now)
    if not ahead and job.due_at <= now:
        return None
    pace = _pace(job)
    turn = now + timedelta(seconds=ahead / pace) if pace else now
    return Place(ahead, max(turn, job.due_at))


def _before(job: NotificationJob, now: datetime) -> int:
    """Other lanes first, then what has been due for longer."""
    waiting = NotificationJob.objects.filter(tenant=job.tenant_id, state=State.PENDING)
    in_lane = Q(lane=job.lane, due_at__lt=job.due_at)
    first = Q(lane__lt=job.lane, due_at__lte=max(now, job.due_at))
    return waiting.filter(in_lane | first)[:ENOUGH].count()


def _pace(job: NotificationJob) -> float:
    """Messages a second of the number that it was queued for, else of all that the company may send by."""
    rows = PhoneNumber.objects.owned().filter(tenant=job.tenant_id, state__in=PhoneNumber.SENDS)
    numbers = [row for row in rows.select_related("account") if job.number_id in {None, row.pk}]
    shares = call_limits.shares(numbers)
    return sum(rates.a_second(number) * shares.get(number.pk, 1) for number in numbers)
