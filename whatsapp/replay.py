"""Processes stored events again: after a repair, an upgrade, or a handler's failure. Handlers are idempotent."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Count, Q, QuerySet, Value, When

from tenants import audit
from tenants.models import Tenant
from whatsapp import bell
from whatsapp.inbox import PROCESS_TASK
from whatsapp.models import HandlerFailure, WebhookEvent
from whatsapp.owners import RELEASED
from whatsapp.providers import PROVIDERS

REPLAYABLE = frozenset({WebhookEvent.State.FAILED, WebhookEvent.State.IGNORED, WebhookEvent.State.PROCESSED})
BATCH = 500
READABLE = Q(body=None) & ~Q(payload="")  # not understood, or erased with the person it told of
KEPT_NOTE = Case(When(note=RELEASED, then=Value(RELEASED)), default=Value(""))  # a release outlives a replay


def replay(events: QuerySet[WebhookEvent], now: datetime) -> int:
    """Puts those of ``events`` that are done, ignored or dead back in the line; answers how many.

    Waiting ones stay, and so do bodies that were kept whole and what was erased: there is nothing in them to read.
    """
    with transaction.atomic():
        rows = events.filter(READABLE, state__in=REPLAYABLE)
        ids = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        HandlerFailure.objects.filter(event__in=ids).delete()
        WebhookEvent.objects.filter(pk__in=ids).update(
            state=WebhookEvent.State.NEW, attempts=0, error="", note=KEPT_NOTE, due_at=now, processed_at=None
        )
        transaction.on_commit(lambda: bell.ring(PROCESS_TASK))
    return len(ids)


def record_asked(events: QuerySet[WebhookEvent]) -> None:
    """That somebody has ``events`` processed again stands in the trail of each company they are of; call it before."""
    counts = dict(events.order_by().values_list("tenant").annotate(Count("pk")))
    tenants = Tenant.objects.in_bulk(pk for pk in counts if pk)
    for pk, count in counts.items():
        audit.record("webhookevent.replayed", tenant=tenants.get(pk), count=count)


def choose(
    *, state: str, tenant: Tenant | None = None, field: str = "", since: datetime | None = None
) -> QuerySet[WebhookEvent]:
    """The events of a state, narrowed by whatever is given; ``since`` is when they were received at the earliest."""
    events = WebhookEvent.objects.filter(state=state)
    if tenant:
        events = events.for_tenant(tenant)
    if field:
        events = events.filter(field=field)
    return events.filter(received_at__gte=since) if since else events


def replay_all(
    events: QuerySet[WebhookEvent], now: datetime, *, progress: Callable[[int], None] | None = None, size: int = BATCH
) -> int:
    """As ``replay``, in short transactions of ``size`` events; ``progress`` hears how many are back in the line."""
    done = 0
    moved, last = replay_next(events, now, size=size)
    while last:
        done += moved
        if progress:
            progress(done)
        moved, last = replay_next(events, now, after=last, size=size)
    return done


def replay_next(events: QuerySet[WebhookEvent], now: datetime, *, after: int = 0, size: int = BATCH) -> tuple[int, int]:
    """The first ``size`` of ``events`` after the id ``after``: how many are back in the line, and the last one's id.

    An id of 0: there are no more.
    """
    ids = list(events.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:size])
    return (replay(WebhookEvent.objects.filter(pk__in=ids), now), ids[-1]) if ids else (0, 0)


def reparse_older(now: datetime, size: int = BATCH) -> int:
    """Reads ignored events again that an older parser has read; beat calls it, so that an upgrade catches up by itself.

    A small batch at a time, and none while live ones wait. Answers how many are back in the line.
    """
    if WebhookEvent.objects.filter(state=WebhookEvent.State.NEW, due_at__lte=now).exists():
        return 0
    older = Q(pk=None)
    for name, provider in PROVIDERS.items():
        older |= Q(provider=name, parser_version__lt=provider.parser_version)
    ignored = WebhookEvent.objects.filter(older, READABLE, state=WebhookEvent.State.IGNORED)
    return replay(
        WebhookEvent.objects.filter(pk__in=list(ignored.order_by("-pk").values_list("pk", flat=True)[:size])), now
    )


def dead_letters(limit: int) -> QuerySet[WebhookEvent]:
    """The oldest events that failed on every attempt."""
    oldest = WebhookEvent.objects.filter(state=WebhookEvent.State.FAILED).order_by("pk").values("pk")[:limit]
    return WebhookEvent.objects.filter(pk__in=oldest)


def retry_subscribers(limit: int, now: datetime) -> int:
    """Gives subscribers that gave up on an event all their attempts again; beat runs them. Answers how many."""
    gave_up = HandlerFailure.objects.filter(due_at=None).order_by("pk").values("pk")[:limit]
    return HandlerFailure.objects.filter(pk__in=gave_up).update(due_at=now, attempts=0)
