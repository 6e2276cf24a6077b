"""Finds what a dead worker or a silent provider left behind. Cheap enough for every second.

A lease that ran out on a pending job needs nothing: ``claim`` takes it again. One that ran out on a sending job means
that nobody knows whether it was accepted: it becomes uncertain, never pending.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications import timeline
from notifications.kinds import KINDS
from notifications.kinds.base import Unconfirmed
from notifications.models import JobAttempt, NotificationJob
from notifications.queue import line
from templates_mgmt import mapping
from templates_mgmt.models import MessageTemplate, TemplateMapping
from tenants import flags
from tenants.models import PhoneNumber
from whatsapp import inbox

State = NotificationJob.State
BATCH = 200
LATELY = timedelta(minutes=2)
WAIT_FOR_CONNECTION = ("connection_waiting", "connection_lost", "no_number")


def is_due(now: datetime) -> bool:
    """Whether a dispatch round would find something."""
    return line.count(now, up_to=1) > 0


def sweep(now: datetime) -> int:
    """Settles leases and holds that ran out; answers how many jobs changed.

    A hold does not end while statuses of its number wait in our own inbox: the one that proves it may be among them.
    """
    return _each(State.SENDING, _lose, now) + _each(State.UNCERTAIN, _end_hold, now, unless=_UNHEARD)


def wake(now: datetime) -> int:
    """What waited for a connection, a template or the end of a kill switch and has it, is due; answers how many."""
    held = NotificationJob.objects.filter(state=State.PENDING, due_at__gt=now)
    found = (
        _connected_again(held),
        _switched_on_again(held, now),
        _approved_again(held, now),
        _mapped_again(held, now),
    )
    return sum(rows.update(due_at=now) for rows in found)


def _connected_again(held: QuerySet[NotificationJob]) -> QuerySet[NotificationJob]:
    numbers = PhoneNumber.objects.owned().filter(state__in=PhoneNumber.SENDS)
    can_send = Q(number__in=numbers) | Q(number=None, tenant__in=numbers.values("tenant"))
    return held.filter(can_send, reason_code__in=WAIT_FOR_CONNECTION)


def _switched_on_again(held: QuerySet[NotificationJob], now: datetime) -> QuerySet[NotificationJob]:
    waiting = held.filter(reason_code="kill_switch")
    stopped = list(flags.active_switches(now).values_list("tenant", flat=True))
    return waiting.none() if None in stopped else waiting.exclude(tenant__in=stopped)


def _approved_again(held: QuerySet[NotificationJob], now: datetime) -> QuerySet[NotificationJob]:
    """A template whose status came lately; one that came back in another way is found when the hold ends."""
    lately = MessageTemplate.objects.filter(
        status__in=MessageTemplate.SENDABLE, status_at__gte=now - LATELY, missing_since=None
    )
    names = set(lately.values_list("tenant", "name"))
    if not names:
        return held.none()
    of_theirs = reduce(or_, (Q(tenant=tenant, reason_detail__template=name) for tenant, name in names))
    return held.filter(of_theirs, reason_code__in=mapping.WAITING)


def _mapped_again(held: QuerySet[NotificationJob], now: datetime) -> QuerySet[NotificationJob]:
    """Somebody changed which template speaks for its kind, or what stands in it, since it was looked at."""
    lately = TemplateMapping.objects.filter(updated_at__range=(now - LATELY, now), is_next=False)
    changed = list(lately.values_list("tenant", "kind", "updated_at"))
    if not changed:
        return held.none()
    before = reduce(or_, (Q(tenant=tenant, kind=kind, updated_at__lt=at) for tenant, kind, at in changed))
    return held.filter(before, reason_code__in=mapping.WAITING)


_UNHEARD = Q(message__number__phone_number_id__in=inbox.unheard_numbers())


def _each(
    state: str, settle: Callable[[NotificationJob, datetime], None], now: datetime, *, unless: Q | None = None
) -> int:
    overdue = NotificationJob.objects.filter(state=state, leased_until__lte=now).order_by("leased_until")
    overdue = overdue.exclude(unless) if unless else overdue
    with transaction.atomic():
        jobs = list(
            overdue.select_related("tenant__automation").select_for_update(of=("self",), skip_locked=True)[:BATCH]
        )
        for job in jobs:
            settle(job, now)
            job.updated_at = now
            job.save(update_fields=_SWEPT)
    return len(jobs)


_SWEPT = ["state", "due_at", "failures", "reason_code", "reason_detail", "leased_until", "updated_at"]


def _lose(job: NotificationJob, now: datetime) -> None:
    """The worker died between the start of the call and its record."""
    until = now + flags.resolve(job.tenant).uncertain_hold
    job.state, job.leased_until = State.UNCERTAIN, until
    job.reason_code, job.reason_detail = "worker_lost", {}
    job.attempt_rows.filter(attempt=job.attempts, outcome="").update(outcome=JobAttempt.Outcome.UNCERTAIN)
    facts = {"attempt": job.attempts, "until": until.isoformat()}
    timeline.write(job, "uncertain", now=now, code="worker_lost", **facts)


def _end_hold(job: NotificationJob, now: datetime) -> None:
    """No status came. What its kind sends again, with retries left, goes again; of anything else a person decides."""
    kind = KINDS.get(job.kind)
    job.leased_until = None
    if kind and kind.if_unconfirmed == Unconfirmed.AGAIN and job.failures < flags.resolve(job.tenant).max_retries:
        job.state, job.due_at, job.failures = State.PENDING, now, job.failures + 1
        job.reason_code, job.reason_detail = "", {}
        timeline.write(job, "hold_over", now=now, attempt=job.attempts)
    else:
        job.reason_code, job.reason_detail = "unconfirmed", {}
        timeline.write(job, "unconfirmed", now=now, code="unconfirmed", attempt=job.attempts)
