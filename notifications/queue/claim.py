"""Takes due jobs, asks the gates, and leases what may go."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from notifications import gates, rates, timeline
from notifications.gates import Cancel, Candidate, Fail, Hold, Pass, Ready, Skip, Verdict
from notifications.models import JobEvent, NotificationJob
from notifications.queue.surroundings import candidates

log = structlog.get_logger(__name__)
State = NotificationJob.State

LEASE = timedelta(minutes=2)  # between the claim and the start of the last group of a batch
BROKEN_AGAIN = timedelta(minutes=5)
SLACK = 4  # workers that may look at the same rows at once and still find their share
BRIEF = frozenset({"throughput", "provider_rate"})  # too short, and too many, for a line on every timeline

# A turn is a job's place in its tenant's own queue: everybody's first comes before anybody's second.
_DUE = """
SELECT job.id
FROM tenants_tenant AS tenant
CROSS JOIN LATERAL (
    SELECT id, lane, due_at, row_number() OVER (ORDER BY lane, due_at) AS turn
    FROM notifications_notificationjob
    WHERE tenant_id = tenant.id AND state = 'pending' AND due_at <= %(now)s
      AND (leased_until IS NULL OR leased_until <= %(now)s)
      AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
    ORDER BY lane, due_at
    LIMIT %(limit)s * %(slack)s
) AS due
JOIN notifications_notificationjob AS job ON job.id = due.id AND job.state = 'pending'
ORDER BY due.lane, due.turn, due.due_at
LIMIT %(limit)s
FOR UPDATE OF job SKIP LOCKED
"""


@dataclass
class Batch:
    """What a claim found: ``ready`` is leased with ``token`` and may be called; the rest was settled by the gates."""

    token: uuid.UUID
    ready: list[Ready] = field(default_factory=list)
    settled: dict[uuid.UUID, str] = field(default_factory=dict)  # job -> its state now; a held one is still pending

    def __len__(self) -> int:
        return len(self.ready) + len(self.settled)


def claim(now: datetime, *, limit: int, kinds: Collection[str] | None = None) -> Batch:
    """One short transaction: at most ``limit`` due jobs, fair between tenants, each held, skipped, ended or leased."""
    batch = Batch(uuid.uuid4())
    with transaction.atomic():
        jobs = _due(now, limit, kinds)
        lines: list[JobEvent] = []
        judged = _with_rates([(candidate, _judge(candidate)) for candidate in candidates(jobs, now)], now)
        for candidate, verdict in judged:
            _apply(batch, candidate, verdict, lines)
        NotificationJob.objects.bulk_update(jobs, _WRITTEN)
        JobEvent.objects.bulk_create(lines)
    return batch


def give_back(token: uuid.UUID) -> int:
    """Frees what a claim leased and did not start; answers how many."""
    leased = NotificationJob.objects.filter(lease_token=token, state=State.PENDING)
    return leased.update(leased_until=None)


_WRITTEN = ["state", "due_at", "reason_code", "reason_detail", "window", "lease_token", "leased_until", "updated_at"]


def _due(now: datetime, limit: int, kinds: Collection[str] | None) -> list[NotificationJob]:
    values: dict[str, Any] = {
        "now": now,
        "limit": limit,
        "slack": SLACK,
        "kinds": list(kinds) if kinds is not None else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE, values)
        ids = [row[0] for row in cursor.fetchall()]
    rows = NotificationJob.objects.filter(pk__in=ids).select_related(
        "tenant__automation", "contact", "appointment__tenant", "appointment__contact", "message"
    )
    by_id = {job.pk: job for job in rows}
    return [by_id[pk] for pk in ids]


def _judge(candidate: Candidate) -> Verdict:
    """The gates' verdict; a defect in one kind holds its own jobs and nobody else's."""
    try:
        with transaction.atomic():
            return gates.examine(candidate)
    except Exception as error:
        log.exception("gates_failed", job_id=str(candidate.job.pk), kind=candidate.job.kind)
        return Hold(candidate.now + BROKEN_AGAIN, "internal_error", {"error": type(error).__name__})


def _with_rates(judged: Sequence[tuple[Candidate, Verdict]], now: datetime) -> list[tuple[Candidate, Verdict]]:
    """The last gate, asked for the whole batch at once: what may go spends its share of the limits."""
    passed = [candidate for candidate, verdict in judged if isinstance(verdict, Pass)]
    demands = [rates.Demand(candidate.number, candidate.to) for candidate in passed if candidate.number]
    delays = dict(zip((candidate.job.pk for candidate in passed), rates.reserve(demands, now), strict=True))
    return [(candidate, _delayed(delays.get(candidate.job.pk), verdict)) for candidate, verdict in judged]


def _delayed(delay: rates.Delay | None, verdict: Verdict) -> Verdict:
    return Hold(delay.until, delay.code) if delay else verdict


def _apply(batch: Batch, candidate: Candidate, verdict: Verdict, lines: list[JobEvent]) -> None:
    """Writes the verdict to the job's fields and, where something changed, a line of its timeline."""
    job = candidate.job
    job.window, job.updated_at = gates.window_facts(candidate), candidate.now
    match verdict:
        case Pass():
            job.lease_token, job.leased_until = batch.token, candidate.now + LEASE
            batch.ready.append(candidate.ready())
            return
        case Hold():
            _hold(job, verdict, lines, candidate.now)
        case Skip(code, detail) | Cancel(code, detail) | Fail(code, detail):
            job.state, event = _ENDS[type(verdict)]
            job.reason_code, job.reason_detail, job.leased_until = code, _kept(detail), None
            lines.append(timeline.draft(job, event, now=candidate.now, code=code, **detail))
    batch.settled[job.pk] = job.state


_ENDS = {
    Skip: (State.SKIPPED, "skipped"),
    Cancel: (State.CANCELLED, "cancelled"),
    Fail: (State.FAILED, "failed"),
}


def _hold(job: NotificationJob, hold: Hold, lines: list[JobEvent], now: datetime) -> None:
    """A hold that is merely looked at again writes nothing; one with another reason, or another end, does."""
    is_new = (job.reason_code, job.reason_detail) != (hold.code, hold.detail)
    if is_new and hold.code not in BRIEF:
        facts = {"until": hold.until.isoformat(), **hold.detail}
        lines.append(timeline.draft(job, "held", now=now, code=hold.code, **facts))
    job.due_at, job.reason_code, job.reason_detail, job.leased_until = hold.until, hold.code, hold.detail, None


def _kept(detail: dict[str, object]) -> dict[str, object]:
    """The request of a dry run stands on the timeline; the job keeps the reason only."""
    return {name: value for name, value in detail.items() if name != "body"}
