"""Takes due jobs, asks the gates, and leases what may go."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from notifications import gates, limits, rates, reach, timeline
from notifications.candidates import Cancel, Candidate, Fail, Hold, Pass, Ready, Skip, Verdict
from notifications.models import JobEvent, NotificationJob
from notifications.queue import line
from notifications.queue.surroundings import candidates
from notifications.variants import choosing
from templates_mgmt import mapping
from tenants import rows
from tenants.models import Tenant

log = structlog.get_logger(__name__)
State = NotificationJob.State
Judged = tuple[Candidate, Verdict]

LEASE = timedelta(minutes=2)  # between the claim and the start of the last group of a batch
BROKEN_AGAIN = timedelta(minutes=5)
SLACK = 4  # workers that may look at the same rows at once and still find their share
BRIEF = frozenset({"throughput", "slowed", "provider_rate"})  # too short, and too many, for a line on every timeline


@dataclass
class Batch:
    """What a claim found: ``ready`` is leased with ``token`` and may be called; the rest was settled by the gates.

    ``limited``: some of what is due was left, since its numbers send as fast as they may.
    """

    token: uuid.UUID
    limited: bool = False
    ready: list[Ready] = field(default_factory=list)
    settled: dict[uuid.UUID, str] = field(default_factory=dict)  # job -> its state now; a held one is still pending

    def __len__(self) -> int:
        return len(self.ready) + len(self.settled)


def claim(
    now: datetime,
    *,
    limit: int,
    kinds: Collection[str] | None = None,
    token: uuid.UUID | None = None,
    served: dict[uuid.UUID, None] | None = None,
) -> Batch:
    """One short transaction: at most ``limit`` due jobs, fair between tenants, each held, skipped, ended or leased.

    ``served`` remembers from claim to claim whose turn it was, in that order: where more tenants wait than a claim
    takes, the others are next.
    """
    batch, served = Batch(token or uuid.uuid4()), {} if served is None else served
    with transaction.atomic():
        rooms = rates.rooms(now)
        jobs = _due(now, limit, kinds, rooms, list(served))
        batch.limited = bool(rooms) and len(jobs) < limit
        judged = _within_limits(_judge_all(candidates(jobs, now), now), now)
        lines: list[JobEvent] = []
        for candidate, verdict in judged:
            _apply(batch, candidate, verdict, lines)
        _write(batch, jobs, now)
        rows.insert(lines)
    for job in jobs:
        served.pop(job.tenant_id, None)
        served[job.tenant_id] = None
    return batch


def _write(batch: Batch, jobs: Sequence[NotificationJob], now: datetime) -> None:
    if batch.ready:
        leased = NotificationJob.objects.filter(pk__in=[ready.job.pk for ready in batch.ready])
        leased.update(lease_token=batch.token, leased_until=now + LEASE, updated_at=now)
    rows.update([job for job in jobs if job.pk in batch.settled], _SETTLED)


def give_back(token: uuid.UUID) -> int:
    """Frees what a claim leased and did not start; answers how many."""
    with transaction.atomic():
        leased = NotificationJob.objects.filter(lease_token=token, state=State.PENDING).exclude(leased_until=None)
        rows_of = list(leased.order_by("pk").select_for_update().values_list("pk", "attempts"))
        reach.give_back([f"{pk}:{attempts + 1}" for pk, attempts in rows_of])
        return NotificationJob.objects.filter(pk__in=[pk for pk, _attempts in rows_of]).update(leased_until=None)


_SETTLED = ["state", "due_at", "reason_code", "reason_detail", "window", "leased_until", "updated_at"]


def _due(
    now: datetime,
    limit: int,
    kinds: Collection[str] | None,
    rooms: Mapping[uuid.UUID, int],
    served: Sequence[uuid.UUID],
) -> list[NotificationJob]:
    ids = _lock(line.first(now, limit * SLACK, kinds, rooms, served), limit, now)
    found = NotificationJob.objects.filter(pk__in=ids).select_related("contact", "appointment")
    by_id = {job.pk: job for job in found}
    tenants = Tenant.objects.select_related("automation").in_bulk({job.tenant_id for job in by_id.values()})
    for job in by_id.values():
        job.tenant = tenants[job.tenant_id]
    return [by_id[pk] for pk in ids]


def _lock(ids: Sequence[uuid.UUID], limit: int, now: datetime) -> list[uuid.UUID]:
    """The first ``limit`` that no other worker holds at this moment, in their order."""
    free = NotificationJob.objects.filter(line.free(now), state=State.PENDING, due_at__lte=now)
    locked: list[uuid.UUID] = []
    for part in _parts(ids, limit):
        rows = free.filter(pk__in=part).select_for_update(skip_locked=True, of=("self",))
        got = set(rows.values_list("pk", flat=True))
        locked += [pk for pk in part if pk in got]
        if len(locked) >= limit:
            break
    return locked[:limit]


def _parts(ids: Sequence[uuid.UUID], size: int) -> Iterator[Sequence[uuid.UUID]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _judge_all(found: Sequence[Candidate], now: datetime) -> list[Judged]:
    """The gates' verdicts; where a defect breaks them, each candidate is judged by itself."""
    with mapping.remembering({candidate.job.tenant for candidate in found}):
        try:
            with transaction.atomic():
                choosing.choose(found, now)
                return [(candidate, gates.examine(candidate)) for candidate in found]
        except Exception:
            log.exception("judged_one_by_one", size=len(found))
            return [(candidate, _judge(candidate)) for candidate in found]


def _judge(candidate: Candidate) -> Verdict:
    """The verdict of one; a defect in its kind holds it and nothing else."""
    try:
        with transaction.atomic():
            return gates.examine(candidate)
    except Exception as error:
        log.exception("gates_failed", job_id=str(candidate.job.pk), kind=candidate.job.kind)
        return Hold(candidate.now + BROKEN_AGAIN, "internal_error", {"error": type(error).__name__})


def _within_limits(judged: Sequence[Judged], now: datetime) -> list[tuple[Candidate, Verdict | datetime]]:
    """The last gate, asked for the whole batch at once: what may go has its time."""
    passed = [candidate for candidate, verdict in judged if isinstance(verdict, Pass)]
    answers = limits.admit(passed, now)
    return [(candidate, answers.get(candidate.job.pk, verdict)) for candidate, verdict in judged]


def _apply(batch: Batch, candidate: Candidate, verdict: Verdict | datetime, lines: list[JobEvent]) -> None:
    """Writes the verdict to the job's fields and, where something changed, a line of its timeline."""
    job = candidate.job
    job.window, job.updated_at = gates.window_facts(candidate), candidate.now
    match verdict:
        case datetime():
            job.lease_token, job.leased_until = batch.token, candidate.now + LEASE
            batch.ready.append(candidate.ready(verdict))
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
