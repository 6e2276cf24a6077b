"""What beat calls; the table of times is in config.celery."""

from datetime import datetime

from notifications import queue, rates
from notifications.queue.promise import DISPATCH
from whatsapp import bell


def sweep_jobs(now: datetime) -> int:
    """Settles leases and holds that ran out, wakes what waits no longer, rings when something is due; how many."""
    settled = queue.sweep(now) + queue.wake(now)
    if queue.is_due(now):
        bell.ring(DISPATCH)
    return settled


def clean_rates(now: datetime) -> int:
    """Removes the clocks of limits that hold nothing back any more."""
    return rates.clean(now)
