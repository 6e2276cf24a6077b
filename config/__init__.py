"""Settings, processes and wiring. Importing this package makes the Celery app the current one."""

from config import collector

collector.seldom()

from config.celery import app as celery_app  # noqa: E402 - what it imports is most of the program

__all__ = ["celery_app"]
