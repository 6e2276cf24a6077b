"""The task that proves that beat and a worker are alive."""

from celery import shared_task

from config.health import record_heartbeat


@shared_task(name="config.heartbeat")
def heartbeat() -> None:
    record_heartbeat()
