"""Celery tasks."""

from celery import shared_task
from django.utils import timezone

from templates_mgmt import insights, sync
from whatsapp import bell


@shared_task(name="templates_mgmt.sync_all")
def sync_all() -> None:
    sync.sync_all(timezone.now())


@shared_task(name=sync.FETCH_TASK)
def fetch_new() -> None:
    bell.answer(sync.FETCH_TASK, lambda: sync.fetch_new(timezone.now()))


@shared_task(name="templates_mgmt.fetch_insights")
def fetch_insights() -> None:
    insights.fetch_all(sync.accounts(), timezone.now())
