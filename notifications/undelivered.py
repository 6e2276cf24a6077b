"""Messages that Meta took and never delivered: no status tells of them, so that somebody has to count the hours."""

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from notifications import timeline
from notifications.kinds import KINDS
from notifications.models import NotificationJob
from tenants import alerts, rows
from tenants.models import Tenant
from whatsapp.models import Message, Status

UNDELIVERED = "undelivered"  # the reason's code, the timeline's event and the alert's kind
LOOK_BACK = timedelta(days=2)
BATCH = 500


def tell(now: datetime) -> int:
    """Marks sent jobs whose message was not delivered within its kind's time, with an alert by tenant; how many."""
    told = 0
    for limit in {kind.delivery_limit for kind in KINDS.values()}:
        told += _tell([name for name, kind in KINDS.items() if kind.delivery_limit == limit], limit, now)
    return told


def _tell(kinds: list[str], limit: timedelta, now: datetime) -> int:
    overdue = Message.objects.filter(
        direction=Message.Direction.OUTBOUND,
        status__in=[Status.ACCEPTED, Status.SENT],
        occurred_at__range=(now - limit - LOOK_BACK, now - limit),
    )
    jobs = NotificationJob.objects.filter(
        message__in=overdue, kind__in=kinds, state=NotificationJob.State.SENT, reason_code=""
    )
    with transaction.atomic():
        found = list(jobs.select_related("tenant", "message").select_for_update(of=("self",), skip_locked=True)[:BATCH])
        for job in found:
            job.reason_code, job.reason_detail, job.updated_at = UNDELIVERED, _facts(job, limit), now
        rows.update(found, ["reason_code", "reason_detail", "updated_at"])
        rows.insert(
            [timeline.draft(job, UNDELIVERED, now=now, code=UNDELIVERED, **_facts(job, limit)) for job in found]
        )
        _raise(Counter(job.tenant for job in found), now)
    return len(found)


def _facts(job: NotificationJob, limit: timedelta) -> dict[str, object]:
    since = job.message.occurred_at.isoformat() if job.message else None
    return {"since": since, "hours": int(limit / timedelta(hours=1))}


def _raise(counts: Counter[Tenant], now: datetime) -> None:
    for tenant, count in counts.items():
        alerts.raise_alert(UNDELIVERED, tenant=tenant, now=now, messages=count)
