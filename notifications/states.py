"""The one state of a message that people and the API see, from the job's and the delivery's, and how it looks.

Until the provider accepts, the job speaks; from then on the message's own ladder. The same rule stands here twice, in
Python and in SQL; a test compares them over every combination.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.models import NotificationJob
from tenants.models import Tenant
from whatsapp.models.message import Status

State = NotificationJob.State
COUNTED = timedelta(days=30)  # how far back counts look for what is over; what is still open is always counted

# What an accepted message's status is called; every other status (and none yet) is "sent".
SPOKEN: dict[str, str] = {
    Status.DELIVERED: "delivered",
    Status.READ: "read",
    Status.PLAYED: "read",
    Status.FAILED: "failed",
}


@dataclass(frozen=True)
class StateLook:
    """A chip: word, icon's name, tone, and a tip where the word alone does not explain it."""

    word: str | Promise
    icon: str
    tone: str
    tip: str | Promise = ""


STATES: dict[str, StateLook] = {
    "pending": StateLook(_("Queued"), "clock", "slate"),
    "sending": StateLook(_("Sending"), "arrow", "blue"),
    "uncertain": StateLook(
        _("Confirming"),
        "question",
        "amber",
        _("Meta did not answer in time. We are waiting for its confirmation so as not to send twice."),
    ),
    "sent": StateLook(_("Sent"), "tick", "slate"),
    "delivered": StateLook(_("Delivered"), "ticks", "slate"),
    "read": StateLook(_("Read"), "ticks", "teal"),
    "failed": StateLook(_("Failed"), "cross", "red"),
    "skipped": StateLook(_("Not sent"), "barred", "violet"),
    "cancelled": StateLook(_("Cancelled"), "line", "grey"),
}


def combined_state(job: NotificationJob) -> str:
    """One of STATES; reads ``job.message`` (select it for many)."""
    if job.state != State.SENT or job.message is None:
        return job.state
    return SPOKEN.get(job.message.status, "sent")


def with_combined_state(queryset: QuerySet[NotificationJob]) -> QuerySet[NotificationJob]:
    """Annotates ``combined``, the same value in SQL, to filter and count by."""
    spoken = [When(message__status=status, then=Value(word)) for status, word in SPOKEN.items()]
    accepted = Case(*spoken, default=Value("sent"), output_field=CharField())
    return queryset.annotate(combined=Case(When(state=State.SENT, then=accepted), default=F("state")))


def _counted(queryset: QuerySet[NotificationJob]) -> QuerySet[Any]:
    """(combined state, number) pairs."""
    annotated: QuerySet[Any] = with_combined_state(queryset).order_by()
    return annotated.values_list("combined").annotate(Count("id"))


def is_retryable(job: NotificationJob) -> bool:
    """Whether a person may send it again (an uncertain one with a confirmation)."""
    return job.state in NotificationJob.RETRYABLE or combined_state(job) == "failed"


def retryable(queryset: QuerySet[NotificationJob]) -> QuerySet[NotificationJob]:
    """Those of ``queryset`` for which is_retryable says yes."""
    return with_combined_state(queryset).filter(Q(state__in=NotificationJob.RETRYABLE) | Q(("combined", "failed")))


def counts(tenant: Tenant, now: datetime) -> dict[str, int]:
    """How many messages are in each state: open ones all, others of the last 30 days; every state has a number.

    ``delivered_today`` counts what was delivered or read of today's (the tenant's day) messages.
    """
    jobs = NotificationJob.objects.for_tenant(tenant)
    rows = jobs.filter(Q(state__in=NotificationJob.ACTIVE) | Q(created_at__gte=now - COUNTED))
    found = Counter(dict(_counted(rows)))
    midnight = now.astimezone(tenant.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    reached = jobs.filter(message__status_at__gte=midnight, message__status__in=["delivered", "read", "played"])
    return {state: found[state] for state in STATES} | {"delivered_today": reached.count()}
