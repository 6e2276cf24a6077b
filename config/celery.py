"""The Celery app, and the table of everything that beat runs.

A row of the table is a promise to the operator: its ``why`` is shown in the admin's schedule and in docs/flow.md.
config.beat, beat's scheduler, writes the table to django-celery-beat's rows when it starts.
"""

import os
from dataclasses import dataclass
from typing import Any

from celery import Celery, signals
from django.db import close_old_connections
from django.utils import timezone

from config import collector

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("recado")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["config", "whatsapp", "templates_mgmt", "notifications"])


@dataclass(frozen=True)
class Periodic:
    """One line of beat's table; ``every`` in seconds."""

    name: str
    task: str
    every: int
    why: str


BEAT = [
    Periodic("heartbeat", "config.heartbeat", 5, "shows that beat and a worker are alive"),
    Periodic(
        "process-events", "whatsapp.sweep_events", 5, "webhook events whose bell was missed, or that wait for a retry"
    ),
    Periodic(
        "download-media", "whatsapp.sweep_media", 10, "files of messages whose bell was missed, or that are due again"
    ),
    Periodic(
        "run-signups", "whatsapp.sweep_signups", 5, "steps of a connection whose bell was missed, or nobody ended"
    ),
    Periodic("reparse-events", "whatsapp.reparse_events", 60, "ignored events that a newer version may understand"),
    Periodic("watch", "notifications.watch", 60, "everything that asks for attention: raised, kept, solved"),
    Periodic("tend-phone-apps", "whatsapp.tend_phone_apps", 60, "what phone apps hold, to be asked for within 24 h"),
    Periodic("watch-phone-apps", "whatsapp.watch_phone_apps", 3600, "phone apps that nobody opened for long"),
    Periodic("tend-merges", "whatsapp.tend_merges", 60, "what came while a merge of contacts was undone, old merges"),
    Periodic("clean-media", "whatsapp.clean_media", 86_400, "stored files whose message was deleted"),
    Periodic(
        "poll-health",
        "whatsapp.poll_health",
        900,
        "numbers' quality, limit, status, name, badge and token, for the pool",
    ),
    Periodic("poll-lost", "whatsapp.poll_lost", 60, "numbers whose access was lost, until Meta answers for them again"),
    Periodic("compare-connections", "whatsapp.compare_connections", 3600, "what Meta should be set to, and what it is"),
    Periodic("dispatch-jobs", "notifications.sweep_jobs", 1, "messages that are due, leases that ran out, retries"),
    Periodic("tend-tickets", "notifications.tend_tickets", 60, "tickets whose customer went silent, leads answered"),
    Periodic("tell-undelivered", "notifications.tell_undelivered", 300, "messages taken by Meta and never delivered"),
    Periodic("mail-alerts", "notifications.mail_alerts", 60, "alerts to owners and managers, and the platform's to it"),
    Periodic("call-alert-hook", "notifications.call_alert_hook", 10, "alerts to the operator's own system"),
    Periodic("count-days", "notifications.count_days", 180, "what analytics show: today, yesterday, days that changed"),
    Periodic(
        "heal-counts", "notifications.heal_counts", 86_400, "the last days once more, for changes that left no note"
    ),
    Periodic(
        "watch-variants", "notifications.watch_variants", 300, "what customers did with each text, to choose among them"
    ),
    Periodic("clean-rates", "notifications.clean_rates", 3600, "clocks of limits that hold nothing back any more"),
    Periodic("tend-codes", "notifications.tend_codes", 60, "one-time codes that were sent or are too late, wiped"),
    Periodic("sync-templates", "templates_mgmt.sync_all", 60, "accounts whose list of templates is due, hourly each"),
    Periodic(
        "fetch-insights", "templates_mgmt.fetch_insights", 3600, "Meta's figures of templates, daily each account"
    ),
]


@signals.task_prerun.connect
def look_at_connections(**_task: Any) -> None:
    """As Django does before a request: one that broke while nobody used it is opened anew.

    Celery keeps connections over many tasks (CELERY_DB_REUSE_MAX), and looks at none: after a restart of PostgreSQL
    every task of a worker that was idle then would fail.
    """
    close_old_connections()


@signals.heartbeat_sent.connect
def leave_a_mark(sender: Any, **_signal: Any) -> None:
    """Each worker's own heartbeat, every two seconds: the health page tells which of them live."""
    from whatsapp import heartbeat  # noqa: PLC0415 - needs the settings, which need this module

    heartbeat.note(heartbeat.WORKER, sender.eventer.hostname, timezone.now())


@signals.worker_init.connect
def relax_collector(**_signal: Any) -> None:
    """Before the pool's processes are made, so that they share with it what is never walked."""
    collector.relax()


@signals.worker_init.connect
def refuse_unsafe_start(**_signal: Any) -> None:
    """A worker that must not run ends before its first task (a signal swallows all but SystemExit)."""
    from config import checks  # noqa: PLC0415 - needs the apps, which need this module

    try:
        checks.refuse_unsafe_start()
    except checks.UnsafeStart as error:
        raise SystemExit(str(error)) from None
