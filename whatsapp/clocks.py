"""When the clock was wrong: rows whose time came from one that ran ahead would wait until the right one caught up.

Another machine's clock may be ahead of ours, and ours may have been set back. A due time that is later than the
schedule could have said is such a one.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from whatsapp.media import failures, queue
from whatsapp.models import HandlerFailure, Media, WebhookEvent
from whatsapp.outcomes import BACKOFF

TOLERANCE = timedelta(seconds=30)  # clocks of two machines differ by less


def catch_up(now: datetime) -> int:
    """Makes those rows due; answers how many. Beat calls it with every sweep of the inbox."""
    return (
        WebhookEvent.objects.filter(_beyond_the_schedule(now), state=WebhookEvent.State.NEW).update(due_at=now)
        + HandlerFailure.objects.filter(due_at__gt=_latest(now, BACKOFF[-1])).update(due_at=now)
        + Media.objects.filter(_beyond_any_pause(now)).update(due_at=now)
    )


def _beyond_the_schedule(now: datetime) -> Q:
    """A new event is due when it comes; later ones by their attempts."""
    late = Q(attempts=0, due_at__gt=now)
    for attempts, seconds in enumerate(BACKOFF, start=1):
        late |= Q(attempts=attempts, due_at__gt=_latest(now, seconds))
    return late


def _beyond_any_pause(now: datetime) -> Q:
    """A lease, or the longest pause of ours; one that Meta asked for may be longer."""
    held = Q(state=Media.State.DOWNLOADING, due_at__gt=now + queue.LEASE + TOLERANCE)
    pending = Q(state=Media.State.PENDING, due_at__gt=now + failures.BACKOFF[-1] + TOLERANCE)
    return held | pending & ~Q(problem=Media.Problem.LIMITED)


def _latest(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds) + TOLERANCE
