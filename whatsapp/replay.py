"""Processes stored events again: after a repair, an upgrade, or a handler's failure. Handlers are idempotent."""

from datetime import datetime

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from whatsapp import bell
from whatsapp.inbox import PROCESS_TASK
from whatsapp.models import HandlerFailure, WebhookEvent
from whatsapp.processing import RELEASED

REPLAYABLE = frozenset({WebhookEvent.State.FAILED, WebhookEvent.State.IGNORED, WebhookEvent.State.PROCESSED})
KEPT_NOTE = Case(When(note=RELEASED, then=Value(RELEASED)), default=Value(""))  # a release outlives a replay


def replay(events: QuerySet[WebhookEvent], now: datetime) -> int:
    """Puts those of ``events`` that are done, ignored or dead back in the line; answers how many. Waiting ones stay."""
    with transaction.atomic():
        rows = events.filter(state__in=REPLAYABLE)
        ids = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        HandlerFailure.objects.filter(event__in=ids).delete()
        WebhookEvent.objects.filter(pk__in=ids).update(
            state=WebhookEvent.State.NEW, attempts=0, error="", note=KEPT_NOTE, due_at=now, processed_at=None
        )
        transaction.on_commit(lambda: bell.ring(PROCESS_TASK))
    return len(ids)


def dead_letters(limit: int) -> QuerySet[WebhookEvent]:
    """The oldest events that failed on every attempt."""
    oldest = WebhookEvent.objects.filter(state=WebhookEvent.State.FAILED).order_by("pk").values("pk")[:limit]
    return WebhookEvent.objects.filter(pk__in=oldest)


def retry_subscribers(limit: int, now: datetime) -> int:
    """Gives subscribers that gave up on an event all their attempts again; beat runs them. Answers how many."""
    gave_up = HandlerFailure.objects.filter(due_at=None).order_by("pk").values("pk")[:limit]
    return HandlerFailure.objects.filter(pk__in=gave_up).update(due_at=now, attempts=0)
