"""From stored events to effects: claim a batch, find whose each event is, parse, dispatch, mark done.

Two transactions. The first counts the attempt and pushes the events' next try into the future, so that a process that
dies has been counted and its events come back by themselves. The second locks, handles and marks them. From the third
attempt on an event runs alone: what kills a worker takes no neighbour along. After the last attempt it is a dead letter
with its traceback.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Func, IntegerField, QuerySet

from tenants.models import PhoneNumber
from whatsapp import dispatch, measures, numbers, people
from whatsapp.dispatch import Incoming
from whatsapp.models import HandlerFailure, WebhookEvent
from whatsapp.outcomes import BACKOFF, MAX_ATTEMPTS, Outcome, read

ALONE_FROM = 3
DIED = "The process that handled this event ended without a trace."

State = WebhookEvent.State
log = structlog.get_logger(__name__)


class OctetLength(Func):
    """How many bytes a text has, told without reading it."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()


MARK_SQL = """
UPDATE {table} e
   SET state = v.state, note = v.note, error = v.error,
       tenant_id = coalesce(v.tenant_id, e.tenant_id), number_id = coalesce(v.number_id, e.number_id),
       parser_version = v.parser_version, processed_at = CASE WHEN v.state = 'new' THEN NULL ELSE %s END
  FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::bigint[], %s::smallint[])
    AS v(id, state, note, error, tenant_id, number_id, parser_version)
 WHERE e.id = v.id
"""


def process(now: datetime, limit: int = 1000, lane: str = "live", most_bytes: int = 0) -> int:
    """Handles up to ``limit`` due events of a lane; answers how many it claimed. 0: nothing is due.

    ``most_bytes``: of a lane of large events only so many that their payloads together stay below it, one at least.
    """
    began = monotonic()
    claimed = _claim(now, limit, lane, most_bytes)
    if claimed:
        try:
            with transaction.atomic(durable=True):
                outcomes = _handle(_lock(claimed), now)
        except DatabaseError as error:  # workers met (a deadlock, a contact just merged): all of it comes again
            log.warning("batch_comes_again", error=type(error).__name__, events=len(claimed))
            WebhookEvent.objects.filter(pk__among=claimed, state=State.NEW).update(error=dispatch.as_text(error))
            return len(claimed)
        _measure(outcomes, now + timedelta(seconds=monotonic() - began))
    return len(claimed)


def _measure(outcomes: Iterable[Outcome], now: datetime) -> None:
    """After the commit: what was heard of numbers, and what the metrics count."""
    told = [(each.owner, each.row) for each in outcomes if isinstance(each.owner, PhoneNumber)]
    numbers.heard(
        (owner, row.item if row.lane == WebhookEvent.Lane.LIVE else "", row.received_at) for owner, row in told
    )
    handled = [(each.tenant_id, each.row.field, str(each.state)) for each in outcomes]
    settled = (each.row.received_at for each in outcomes if each.state != State.NEW)
    measures.of_events(handled, ((now - at).total_seconds() for at in settled))


# --- claim ------------------------------------------------------------------------------------------------------------


def _claim(now: datetime, limit: int, lane: str, most_bytes: int) -> list[int]:
    """Counts an attempt of the oldest due events: neighbours together, a suspect alone."""
    due = WebhookEvent.objects.filter(state=State.NEW, lane=lane, due_at__lte=now).order_by("due_at", "id")
    with transaction.atomic(durable=True):
        rows = _first(due.select_for_update(skip_locked=True), limit, most_bytes)
        if rows and rows[0][1] >= MAX_ATTEMPTS:
            _bury(rows[0][0], now)
            return [rows[0][0]]
        is_suspect = bool(rows) and rows[0][1] + 1 >= ALONE_FROM
        batch = rows[:1] if is_suspect else [row for row in rows if row[1] + 1 < ALONE_FROM]
        by_attempts: dict[int, list[int]] = defaultdict(list)
        for pk, attempts in batch:
            by_attempts[attempts].append(pk)
        for attempts, pks in by_attempts.items():
            again = now + timedelta(seconds=BACKOFF[attempts])
            WebhookEvent.objects.filter(pk__among=pks).update(attempts=F("attempts") + 1, due_at=again)
    return [pk for pk, _ in batch]


def _first(due: QuerySet[WebhookEvent], limit: int, most_bytes: int) -> list[tuple[int, int]]:
    """(id, attempts) of the first ones."""
    if not most_bytes:
        return list(due.values_list("pk", "attempts")[:limit])
    rows: list[tuple[int, int]] = []
    room = most_bytes
    for pk, attempts, size in due.values_list("pk", "attempts", OctetLength("payload"))[:limit]:
        room -= size
        if rows and room < 0:
            break
        rows.append((pk, attempts))
    return rows


def _bury(pk: int, now: datetime) -> None:
    WebhookEvent.objects.filter(pk=pk).update(state=State.FAILED, error=DIED, processed_at=now)


def _lock(claimed: Sequence[int]) -> list[WebhookEvent]:
    # Waits: another worker that is just claiming holds a row of ours for a moment, also when it then leaves it alone.
    rows = WebhookEvent.objects.select_for_update(no_key=True)
    return list(rows.filter(pk__among=claimed, state=State.NEW).order_by("pk"))


# --- handle -----------------------------------------------------------------------------------------------------------


def _handle(rows: Sequence[WebhookEvent], now: datetime) -> list[Outcome]:
    """People first, then the core handlers, then the subscribers: one order of locks for all workers."""
    outcomes = {row.pk: Outcome(row, note=row.note) for row in rows}
    batch = _run(people.meet, read(outcomes.values()), outcomes, now)
    by_handler: dict[dispatch.Handler | None, list[Incoming[Any]]] = defaultdict(list)
    for incoming in batch:
        by_handler[dispatch.core_handler(type(incoming.event))].append(incoming)
    done = by_handler.pop(None, [])
    for handler, group in sorted(by_handler.items(), key=lambda item: item[0].__qualname__ if item[0] else ""):
        done += _run(handler, group, outcomes, now) if handler else group
    by_class: dict[type, list[Incoming[Any]]] = defaultdict(list)
    for incoming in done:
        by_class[type(incoming.event)].append(incoming)
    for event_class, told in by_class.items():
        _tell(event_class, told, now)
    _mark(outcomes.values(), now)
    return list(outcomes.values())


def _run(
    handler: dispatch.Handler, batch: Sequence[Incoming[Any]], outcomes: dict[int, Outcome], now: datetime
) -> list[Incoming[Any]]:
    """Those of the batch that went well; the others have failed."""
    failed = dispatch.run(handler, batch, now)
    for pk, error in failed.items():
        outcomes[pk].fail(error)
    return [incoming for incoming in batch if incoming.row.pk not in failed]


def _tell(event_class: type, batch: Sequence[Incoming[Any]], now: datetime) -> None:
    """Each subscriber in its own savepoint, with a row of its own for what it could not do."""
    failures = []
    for name, handler in dispatch.subscribers(event_class).items():
        for pk, error in dispatch.run(handler, batch, now).items():
            due_at = now + timedelta(seconds=BACKOFF[0])
            failures.append(HandlerFailure(event_id=pk, handler=name, error=error, due_at=due_at))
    HandlerFailure.objects.bulk_create(
        sorted(failures, key=lambda failure: (failure.event_id, failure.handler)),
        update_conflicts=True,
        unique_fields=["event", "handler"],
        update_fields=["attempts", "error", "due_at"],
    )


def _mark(outcomes: Iterable[Outcome], now: datetime) -> None:
    rows = [
        (
            outcome.row.pk,
            str(outcome.state),
            outcome.note,
            outcome.error,
            outcome.owner.tenant_id if outcome.owner else None,
            outcome.owner.pk if isinstance(outcome.owner, PhoneNumber) else None,
            outcome.parser_version,
        )
        for outcome in outcomes
    ]
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(MARK_SQL.format(table=WebhookEvent._meta.db_table), [now, *columns])
