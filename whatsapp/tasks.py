"""What Celery runs for flow A; the rows decide what there is to do."""

from celery import shared_task
from django.utils import timezone

from whatsapp import bell, inbox


@shared_task(name=inbox.PROCESS_TASK)
def process_events() -> None:
    bell.answer(inbox.PROCESS_TASK, _process)


@shared_task(name="whatsapp.sweep_events")
def sweep_events() -> None:
    inbox.sweep(timezone.now())


def _process() -> int:
    """Live events first; a history import goes on while nothing live is due."""
    now = timezone.now()
    return inbox.process(now) or inbox.process(now, lane="history")
