"""Celery's doors into this app."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from notifications import dispatcher, schedule
from notifications.queue.promise import DISPATCH
from whatsapp import bell

ROUND = timedelta(seconds=60)  # then the task ends and the next ring brings another, so that deploys wait no longer


@shared_task(name=DISPATCH)
def dispatch() -> int:
    return bell.answer(DISPATCH, _work)


def _work() -> int:
    now = timezone.now()
    return dispatcher.run(now, deadline=now + ROUND).due


@shared_task(name="notifications.sweep_jobs")
def sweep_jobs() -> int:
    return schedule.sweep_jobs(timezone.now())


@shared_task(name="notifications.tend_tickets")
def tend_tickets() -> int:
    return schedule.tend_tickets(timezone.now())


@shared_task(name="notifications.clean_rates")
def clean_rates() -> int:
    return schedule.clean_rates(timezone.now())


@shared_task(name="notifications.tend_codes")
def tend_codes() -> int:
    return schedule.tend_codes(timezone.now())


@shared_task(name="notifications.watch")
def watch() -> None:
    schedule.watch(timezone.now())


@shared_task(name="notifications.call_alert_hook")
def call_alert_hook() -> int:
    return schedule.call_alert_hook(timezone.now())


@shared_task(name="notifications.mail_alerts")
def mail_alerts() -> int:
    return schedule.mail_alerts(timezone.now())


@shared_task(name="notifications.tell_undelivered")
def tell_undelivered() -> int:
    return schedule.tell_undelivered(timezone.now())


@shared_task(name="notifications.count_days")
def count_days() -> int:
    return schedule.count_days(timezone.now())


@shared_task(name="notifications.watch_variants")
def watch_variants() -> int:
    return schedule.watch_variants(timezone.now())


@shared_task(name="notifications.heal_counts")
def heal_counts() -> int:
    return schedule.heal_counts(timezone.now())
