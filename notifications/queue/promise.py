"""Promises: a job made once for a notice, moved, or taken back. Each demands the transaction of its use case."""

import functools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from notifications import timeline
from notifications.models import Appointment, NotificationJob
from tenants import flags, rows
from tenants.models import Contact, PhoneNumber, Tenant
from whatsapp import bell
from whatsapp.models import Message

DISPATCH = "notifications.dispatch"
State, Lane = NotificationJob.State, NotificationJob.Lane


def enqueue(  # noqa: PLR0913 - a promise has this many parts; half have a default
    *,
    tenant: Tenant,
    kind: str,
    dedupe_key: str,
    contact: Contact,
    to: str,
    scheduled_for: datetime,
    now: datetime,
    appointment: Appointment | None = None,
    revision: int = 0,
    content: Mapping[str, Any] | None = None,
    reply_to: str = "",
    number: PhoneNumber | None = None,
    origin: str = Message.Origin.AUTOMATION,
    lane: int = Lane.NOTICE,
    actor: Any = None,
    detail: Mapping[str, Any] | None = None,
) -> tuple[NotificationJob, bool]:
    """The job of this notice, and whether it was made now: the same key of a tenant is the same notice.

    Demands a transaction. On its commit the bell rings, if the job is due and the tenant sends at once. ``detail`` is
    further evidence for the timeline's first line.
    """
    _demand_transaction("enqueue")
    job, created = NotificationJob.objects.get_or_create(
        tenant=tenant,
        dedupe_key=dedupe_key,
        defaults={
            "kind": kind,
            "origin": origin,
            "appointment": appointment,
            "revision": revision,
            "contact": contact,
            "to": to,
            "number": number,
            "content": content,
            "reply_to": reply_to,
            "lane": lane,
            "scheduled_for": scheduled_for,
            "due_at": scheduled_for,
            "created_at": now,
        },
    )
    if created:
        facts = {"scheduled_for": scheduled_for.isoformat(), **(detail or {})}
        timeline.write(job, "queued", now=now, actor=actor, **facts)
        if scheduled_for <= now and flags.resolve(tenant).auto_dispatch:
            ring_on_commit()
    return job, created


def cancel(
    jobs: QuerySet[NotificationJob], *, reason_code: str, actor: Any = None, now: datetime, **detail: Any
) -> int:
    """Takes back what is still pending or uncertain; a message being sent is left to its outcome. Answers how many."""
    _demand_transaction("cancel")
    waiting = jobs.filter(state__in=[State.PENDING, State.UNCERTAIN]).order_by("pk")
    taken = list(waiting.select_for_update(of=("self",)))
    NotificationJob.objects.filter(pk__among=[job.pk for job in taken]).update(
        state=State.CANCELLED, reason_code=reason_code, reason_detail=detail, leased_until=None, updated_at=now
    )
    rows.insert([timeline.draft(job, "cancelled", now=now, actor=actor, code=reason_code, **detail) for job in taken])
    return len(taken)


def skip(job: NotificationJob, *, reason_code: str, now: datetime, actor: Any = None, **detail: Any) -> bool:
    """Ends a pending job at once where its use case knows that it cannot go; False when it is no longer pending."""
    _demand_transaction("skip")
    facts = {"state": State.SKIPPED, "reason_code": reason_code, "reason_detail": detail}
    pending = NotificationJob.objects.filter(pk=job.pk, state=State.PENDING)
    if not pending.update(**facts, leased_until=None, updated_at=now):
        return False
    for name, value in facts.items():
        setattr(job, name, value)
    timeline.write(job, "skipped", now=now, actor=actor, code=reason_code, **detail)
    return True


def renew(jobs: QuerySet[NotificationJob], *, revision: int, now: datetime) -> int:
    """What pending jobs say has changed: they take the new revision, and a claimed one is put together anew."""
    _demand_transaction("renew")
    pending = jobs.filter(state=State.PENDING)
    return pending.update(revision=revision, lease_token=None, leased_until=None, updated_at=now)


def reschedule(job: NotificationJob, scheduled_for: datetime, now: datetime, actor: Any = None) -> bool:
    """Moves a pending job to another time; False when it is no longer pending. The same time changes nothing."""
    _demand_transaction("reschedule")
    row = NotificationJob.objects.select_for_update().filter(pk=job.pk, state=State.PENDING).first()
    if row is None:
        return False
    if row.scheduled_for != scheduled_for:
        move = {"scheduled_for": scheduled_for, "due_at": scheduled_for, "reason_code": "", "reason_detail": {}}
        NotificationJob.objects.filter(pk=job.pk).update(
            **move, lease_token=None, leased_until=None, by_person=False, updated_at=now
        )
        timeline.write(job, "rescheduled", now=now, actor=actor, scheduled_for=scheduled_for.isoformat())
    return True


def ring_on_commit() -> None:
    """Rings for a dispatch round when the current transaction has committed."""
    transaction.on_commit(functools.partial(bell.ring, DISPATCH))


def _demand_transaction(name: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError(f"{name} demands the transaction of its use case")
