"""A connection has another number: what waits for the old one goes by the new one."""

from datetime import datetime
from typing import Any

from notifications import queue, reach, timeline
from notifications.models import NotificationJob
from tenants import rows
from tenants.models import PhoneNumber
from whatsapp import renumbering

State = NotificationJob.State


@renumbering.follows
def messages(old: PhoneNumber, new: PhoneNumber, actor: Any, now: datetime) -> int:
    """All that is not over, and what a person may try again; the gates then say what cannot go by the new number.

    A claim of the old number's is void: it would still be sent from there.
    """
    open_states = NotificationJob.ACTIVE | NotificationJob.RETRYABLE
    found = NotificationJob.objects.for_tenant(old.tenant).filter(number=old, state__in=open_states)
    jobs = list(found.order_by("pk").select_for_update(of=("self",)))
    waiting = [job for job in jobs if job.state in NotificationJob.ACTIVE]
    shown = {"before": old.display_phone_number, "number": new.display_phone_number}
    leased = [job for job in jobs if job.state == State.PENDING and job.leased_until]
    reach.give_back([f"{job.pk}:{job.attempts + 1}" for job in leased])
    for job in jobs:
        job.number = new
        if job.state == State.PENDING:
            job.lease_token = job.leased_until = None
    rows.update(jobs, ["number", "lease_token", "leased_until"])
    rows.insert([timeline.draft(job, "renumbered", now=now, actor=actor, **shown) for job in waiting])
    queue.ring_on_commit()
    return len(waiting)
