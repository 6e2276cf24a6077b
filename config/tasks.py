"""The task that proves that beat and a worker are alive."""

from celery import shared_task
from django.utils import timezone

from config.health import record_heartbeat
from whatsapp import heartbeat as marks


@shared_task(name="config.heartbeat")
def heartbeat() -> None:
    record_heartbeat()
    marks.note(marks.BEAT, "", timezone.now())
