"""What beat calls; the table of times is in config.celery."""

from datetime import datetime

from notifications import queue, rates, reception
from notifications.queue.promise import DISPATCH
from whatsapp import bell


def sweep_jobs(now: datetime) -> int:
    """Settles leases and holds that ran out, wakes what waits no longer, rings when something is due; how many."""
    settled = queue.sweep(now) + queue.wake(now)
    if queue.is_due(now):
        bell.ring(DISPATCH)
    return settled


def tend_tickets(now: datetime) -> int:
    """Solves tickets whose customer went silent, notes leads that were answered; how many."""
    return reception.tend(now)


def clean_rates(now: datetime) -> int:
    """Removes the clocks of limits that hold nothing back any more."""
    return rates.clean(now)
