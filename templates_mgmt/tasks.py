"""Celery tasks."""

from celery import shared_task
from django.utils import timezone

from templates_mgmt import sync


@shared_task(name="templates_mgmt.sync_all")
def sync_all() -> None:
    sync.sync_all(timezone.now())
