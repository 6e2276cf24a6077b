"""What Celery runs for flow A; the rows decide what there is to do."""

from datetime import timedelta
from time import monotonic, sleep

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from tenants import unmerging
from whatsapp import bell, comparison, health, inbox, replay
from whatsapp.coexistence import app, sync
from whatsapp.media import cleaning, download, queue
from whatsapp.onboarding import entry, run

# Of a history so much at once that its transaction holds the rows of its people for a fraction of a second.
CHUNKS, BITE = 20, 128 * 1024  # events, bytes
REST_AT_MOST = 0.5  # seconds
# What comes alone is handled at once; while more keeps coming, so long is gathered what one batch takes together, which
# costs little more than one event alone.
GATHER_SECONDS = 0.2
# Then no file is begun any more, and the task goes on as another: a worker's stop waits no longer.
DOWNLOADS = timedelta(seconds=60)


@shared_task(name=inbox.PROCESS_TASK)
def process_events(voice: int = 0) -> None:
    bell.answer(inbox.PROCESS_TASK, _process, voice, settings.WHATSAPP_INBOX_VOICES, GATHER_SECONDS)


@shared_task(name="whatsapp.sweep_events")
def sweep_events() -> None:
    inbox.sweep(timezone.now())


@shared_task(name=inbox.HISTORY_TASK)
def import_history(voice: int = 0) -> None:
    """A lane of its own, with one voice: the workers' other slots stay for what is live."""
    bell.answer(inbox.HISTORY_TASK, _import, voice)


def _process() -> int:
    return inbox.process(timezone.now())


def _import() -> int:
    """A bite, and as long a rest: the database and the processors have other things to do."""
    began = monotonic()
    done = inbox.process(timezone.now(), limit=CHUNKS, lane="history", most_bytes=BITE)
    sleep(min(monotonic() - began, REST_AT_MOST) if done else 0)
    return done


@shared_task(name="whatsapp.reparse_events")
def reparse_events() -> None:
    replay.reparse_older(timezone.now())


@shared_task(name="whatsapp.poll_health")
def poll_health() -> None:
    health.poll(timezone.now())


@shared_task(name="whatsapp.poll_lost")
def poll_lost() -> None:
    health.poll(timezone.now(), states=health.LOST_ACCESS, deadline=health.SHORT_ROUND)


@shared_task(name="whatsapp.compare_connections")
def compare_connections() -> None:
    comparison.check_all(timezone.now())


@shared_task(name="whatsapp.tend_phone_apps")
def tend_phone_apps() -> None:
    sync.tend(timezone.now())


@shared_task(name="whatsapp.watch_phone_apps")
def watch_phone_apps() -> None:
    app.watch(timezone.now())


@shared_task(name=queue.DOWNLOAD_TASK)
def download_media(voice: int = 0) -> None:
    until = timezone.now() + DOWNLOADS
    bell.answer(queue.DOWNLOAD_TASK, lambda: download.run(timezone.now, until), voice)


@shared_task(name="whatsapp.sweep_media")
def sweep_media() -> None:
    queue.sweep(timezone.now())


@shared_task(name=entry.RUN_TASK)
def run_signups(voice: int = 0) -> None:
    bell.answer(entry.RUN_TASK, lambda: run.advance(timezone.now()), voice)


@shared_task(name="whatsapp.sweep_signups")
def sweep_signups() -> None:
    run.sweep(timezone.now())


@shared_task(name="whatsapp.tend_merges")
def tend_merges() -> None:
    unmerging.tend(timezone.now())


@shared_task(name="whatsapp.clean_media")
def clean_media() -> None:
    cleaning.clean()
