"""The one state of a message that people and the API see, from the job's and the delivery's, and how it looks.

Until the provider accepts, the job speaks; from then on the message's own ladder. The same rule stands here twice, in
Python and in SQL; a test compares them over every combination.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.daily import midnight
from notifications.models import NotificationJob
from tenants import prepared
from tenants.models import Tenant
from whatsapp.models.message import Message, Status

State = NotificationJob.State
COUNTED = timedelta(days=30)  # how far back counts look for what is over; what is still open is always counted

# What an accepted message's status is called; every other status (and none yet) is "sent".
SPOKEN: dict[str, str] = {
    Status.DELIVERED: "delivered",
    Status.READ: "read",
    Status.PLAYED: "read",
    Status.FAILED: "failed",
}
REACHED = [Status.DELIVERED, Status.READ, Status.PLAYED]
SHOWN = ("pending", "sending", "uncertain", "failed", "skipped")  # what is open, and what a person may have to act on
REACHED_TODAY = "delivered_today"
# Where our own word holds; what was refused after Meta took it; what arrived today.
COUNTS = """
SELECT state, count(*) FROM {job}
 WHERE tenant_id = %(tenant)s AND (state = ANY(%(open)s) OR state = ANY(%(over)s) AND created_at >= %(recent)s)
 GROUP BY state
UNION ALL
SELECT 'failed', count(*) FROM {job} j JOIN {message} m ON m.id = j.message_id
 WHERE m.tenant_id = %(tenant)s AND m.status = 'failed' AND m.occurred_at >= %(recent)s
   AND j.tenant_id = %(tenant)s AND j.state = 'sent' AND j.created_at >= %(recent)s
UNION ALL
SELECT 'delivered_today', count(*) FROM {job} j JOIN {message} m ON m.id = j.message_id
 WHERE m.tenant_id = %(tenant)s AND m.status = ANY(%(reached)s) AND m.occurred_at >= %(today)s
   AND j.tenant_id = %(tenant)s
"""
TABLES = {"job": NotificationJob._meta.db_table, "message": Message._meta.db_table}


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


def conditions(names: Iterable[str]) -> list[Q]:
    """What jobs fulfil whose combined state is one of ``names``: any of these, each answered by an index of its own."""
    wanted = set(names)
    found = [Q(state=name) for name in State.values if name in wanted and name != State.SENT]
    if statuses := [status for status, word in SPOKEN.items() if word in wanted]:
        found.append(Q(state=State.SENT, message__status__in=statuses))
    if State.SENT in wanted:
        found.append(Q(state=State.SENT) & ~Q(message__status__in=list(SPOKEN)))
    return found


def is_retryable(job: NotificationJob) -> bool:
    """Whether a person may send it again (an uncertain one with a confirmation)."""
    return job.state in NotificationJob.RETRYABLE or combined_state(job) == "failed"


def retryable(queryset: QuerySet[NotificationJob]) -> QuerySet[NotificationJob]:
    """Those of ``queryset`` for which is_retryable says yes."""
    return with_combined_state(queryset).filter(Q(state__in=NotificationJob.RETRYABLE) | Q(("combined", "failed")))


def counts(tenant: Tenant, now: datetime) -> dict[str, int]:
    """How many messages are open, how many failed or were not sent in the last 30 days, and ``delivered_today``.

    One query, which looks at no message that went well before today; open pages ask it every few seconds.
    """
    values = {
        "tenant": tenant.pk,
        "recent": now - COUNTED,
        "today": midnight(tenant, now),
        "open": [str(state) for state in NotificationJob.ACTIVE],
        "over": [str(State.FAILED), str(State.SKIPPED)],
        "reached": [str(status) for status in REACHED],
    }
    found: Counter[str] = Counter()
    for state, number in prepared.rows(COUNTS.format(**TABLES), values):
        found[state] += number
    return {state: found[state] for state in (*SHOWN, REACHED_TODAY)}


def reached_today(tenant: Tenant, now: datetime) -> Q:
    """Jobs whose message is of today, by the tenant's day, and was delivered or read."""
    since = midnight(tenant, now)
    return Q(message__tenant=tenant, message__occurred_at__gte=since, message__status__in=REACHED)
