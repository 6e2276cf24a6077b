"""What beat calls; the table of times is in config.celery."""

from datetime import datetime

from notifications import alert_hook, alert_mail, codes, queue, rates, reach, reception, undelivered, watching
from notifications.analytics import days
from notifications.queue.promise import DISPATCH
from notifications.variants import stopping
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
    """Removes what holds nothing back any more: clocks of limits, people reached more than a day ago."""
    return rates.clean(now) + reach.clean(now)


def tend_codes(now: datetime) -> int:
    """Wipes one-time codes that were sent or are too late, and removes old ones; how many."""
    return codes.tend(now)


def watch(now: datetime) -> None:
    """Looks at everything that may ask for attention."""
    watching.look(now)


def mail_alerts(now: datetime) -> int:
    """Tells owners, managers and the platform's team by e-mail what asks for attention; how many alerts."""
    return alert_mail.tell(now)


def call_alert_hook(now: datetime) -> int:
    """Posts changes of alerts to the operator's own system; how many it took."""
    return alert_hook.tell(now)


def tell_undelivered(now: datetime) -> int:
    """Tells of messages that were accepted and not delivered within their kind's time."""
    return undelivered.tell(now)


def count_days(now: datetime) -> int:
    """Counts today and yesterday, and older days that changed, for analytics; how many days."""
    return days.tend(now)


def watch_variants(now: datetime) -> int:
    """Counts what became of texts that share a kind's messages, stops those that customers refuse; how many."""
    return stopping.watch(now)


def heal_counts(now: datetime) -> int:
    """Has the last days counted once more, whatever changed them; how many days."""
    return days.heal(now)
