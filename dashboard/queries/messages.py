"""The Messages page: filters, rows, what changed since, and one message in full."""

import functools
import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from dashboard.queries import pages
from dashboard.versions import version_of
from notifications import kinds, reasons, states
from notifications.models import Appointment, NotificationJob
from notifications.models.appointment import booking_of
from notifications.reasons import Reason
from notifications.states import STATES, StateLook
from tenants import phones, prepared
from tenants import search as people
from tenants.folding import Fold
from tenants.models import Tenant
from whatsapp import search as words
from whatsapp.models import Conversation, Message, WebhookEvent

ORDER = "created_at"
SIZE = 30  # lines of a page: three times what a screen shows at once
ENOUGH = 99  # "99+": counting further would cost more than it tells
KEPT_ENOUGH = 999
MOST_PEOPLE = 200  # whose messages a search by name shows, the last seen
MOST_SAID = 500  # of the messages that say the words of a search, the newest
# The state stands in the text, so that a plan which is kept for every company takes the index of what is set aside.
KEPT = """
SELECT count(*)
  FROM (SELECT FROM {event} WHERE tenant_id = %(tenant)s AND state = '{ignored}' LIMIT {most}) kept
"""
UNSAID = ("pending", "uncertain", "failed", "skipped", "cancelled")  # states of texts that no message holds yet
# What a line asks of a job and of what belongs to it: the rest of four wide rows would be read for nothing.
OF_A_LINE = (
    *("kind", "state", "to", "number", "mode", "template_name", "content", "attempts", "due_at", "created_at"),
    *("reason_code", "reason_detail", "contact", "appointment__service", "appointment__starts_at"),
    *("contact__name", "contact__profile_name", "contact__address", "contact__erased_at"),
    *("message__text", "message__status", "message__status_at", "message__error_code", "message__error_title"),
)
# What ``version`` is made of, for whole pages of lines that mostly stand still.
OF_A_VERSION = (
    *("state", "attempts", "due_at", "reason_code", "number_id", "template_name"),
    *("message__status", "message__status_at", "message__error_code"),
)
# The counters above the list, which are filters: name of the filter, states it holds, word, look.
IN_QUEUE, REACHED_TODAY = "queue", states.REACHED_TODAY
GROUPS: dict[str, frozenset[str]] = {
    IN_QUEUE: frozenset({"pending", "sending"}),
    **{state: frozenset({state}) for state in STATES},
}


@dataclass(frozen=True)
class Filters:
    """What a person asks to see; an empty field asks for nothing."""

    state: str = ""
    kind: str = ""
    number: int | None = None
    since: date | None = None
    until: date | None = None
    period: str = ""
    q: str = ""

    @property
    def any(self) -> bool:
        return self != Filters()

    @property
    def count(self) -> int:
        """How many are set besides search and state, which stand in sight."""
        return sum(bool(value) for value in (self.kind, self.number, self.since or self.until))


@dataclass(frozen=True)
class Counter:
    """A counter that is a filter."""

    name: str
    word: str | Promise
    icon: str
    tone: str
    count: int


@dataclass(frozen=True)
class Row:
    """A job as its line shows it. Fields of old or broken jobs are shown as far as they can be read."""

    job: NotificationJob
    look: StateLook
    state: str
    kind: str | Promise
    reason: Reason | None
    version: str = field(default="")

    @property
    def id(self) -> str:
        return str(self.job.pk)

    @property
    def customer(self) -> str:
        return self.job.contact.display_name or phones.display(self.job.to)

    @property
    def waits_until(self) -> datetime | None:
        """When the queue looks at it next, where that is not yet now."""
        return self.job.due_at if self.state == "pending" else None

    @property
    def text(self) -> str:
        """What it said, where it was said; else the free text that waits to be said."""
        if self.job.message and self.job.message.text:
            return self.job.message.text
        body = mapping(self.job.content).get("body")
        return body if isinstance(body, str) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """``value`` where it is one; old rows may hold anything in their JSON fields."""
    return value if isinstance(value, Mapping) else {}


def row(job: NotificationJob) -> Row:
    """Reads the job's message, contact and number (select them for many)."""
    state = states.combined_state(job)
    look = STATES.get(state) or StateLook(state, "question", "grey")
    return Row(job, look, state, kinds.word(job.kind), reason(job, state), version(job))


def reason(job: NotificationJob, state: str) -> Reason | None:
    """Why it waits, was not sent or failed; of a delivery that failed, the provider's word on the message."""
    message = job.message
    if state == "failed" and message is not None and message.status == "failed":
        detail = {"error_code": message.error_code, "details": message.error_title}
        return reasons.explain("provider_refused", detail)
    if not job.reason_code or state in {"sent", "delivered", "read", "sending"}:
        return None
    return reasons.explain(job.reason_code, mapping(job.reason_detail))


def version(job: NotificationJob) -> str:
    """Changes whenever the line would."""
    return _version(_fact(job, path) for path in OF_A_VERSION)


def _fact(job: NotificationJob, path: str) -> Any:
    """What ``values_list`` would tell for ``path``."""
    of_message = path.removeprefix("message__")
    return getattr(job, path) if of_message == path else getattr(job.message, of_message, None)


def _version(facts: Iterable[Any]) -> str:
    return version_of([str(fact) for fact in facts])


def jobs(tenant: Tenant, filters: Filters, now: datetime) -> QuerySet[NotificationJob]:
    """The tenant's jobs that fit."""
    rows = _narrowed(tenant, filters, now)
    return rows.filter(pk__in=_union(_ways(rows, tenant, filters.q, now))) if filters.q else rows


def _narrowed(tenant: Tenant, filters: Filters, now: datetime) -> QuerySet[NotificationJob]:
    """By everything but the search."""
    rows: Any = NotificationJob.objects.for_tenant(tenant)
    rows = rows.select_related("contact", "appointment", "number", "message")
    if filters.state == REACHED_TODAY:
        rows = rows.filter(states.reached_today(tenant, now))
    elif filters.state:
        rows = rows.filter(functools.reduce(operator.or_, states.conditions(GROUPS[filters.state])))
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.number:
        rows = rows.filter(number=filters.number)
    if filters.since:
        rows = rows.filter(created_at__gte=_midnight(tenant, filters.since))
    if filters.until:
        rows = rows.filter(created_at__lte=datetime.combine(filters.until, time.max, tenant.zone))
    return rows


def _midnight(tenant: Tenant, day: date) -> datetime:
    return datetime.combine(day, time.min, tenant.zone)


def _ways(rows: QuerySet[NotificationJob], tenant: Tenant, text: str, now: datetime) -> list[QuerySet[Any]]:
    """``rows`` by name, phone in any writing, message id, booking or words: each way by an index of its own."""
    unsaid = Q(state__in=UNSAID, created_at__gte=now - states.COUNTED, content__body__icontains=text)
    ways = [
        rows.filter(contact__in=people.contacts(tenant, text).values("pk")[:MOST_PEOPLE]),
        rows.filter(appointment__in=_booked(tenant, text)),
        rows.filter(message__in=_saying(tenant, text)),
        rows.filter(unsaid),
    ]
    if " " not in text and not text.isalpha():  # no message's id is a plain word
        named = Message.objects.for_tenant(tenant).filter(provider_message_id=text)
        ways.append(rows.filter(message__in=named.values("pk")))
    return ways


def _booked(tenant: Tenant, text: str) -> QuerySet[Any]:
    """The ids of bookings by their own id, or by what stands in their customer's name and their service."""
    rows: Any = Appointment.objects.for_tenant(tenant).values("pk")
    if len(text) < people.SHORTEST:
        return rows.filter(external_id=text)
    return rows.alias(booking=booking_of()).filter(Q(external_id=text) | Q(booking__contains=Fold(Value(text))))


def _union(ways: list[QuerySet[Any]], newest: int | None = None) -> QuerySet[Any]:
    """The ids of all ways together; with ``newest`` so many of each, which hold the newest of all."""
    ordered = (way.order_by(f"-{ORDER}", "-pk") if newest else way.order_by() for way in ways)
    first, *others = (way.values("pk")[:newest] for way in ordered)
    return first.union(*others)


def _saying(tenant: Tenant, text: str) -> QuerySet[Any]:
    """The ids of the newest messages of ours that hold the words."""
    mine: Any = Message.objects.for_tenant(tenant).filter(direction=Message.Direction.OUTBOUND)
    query = words.parse(text)
    if query is None:
        return mine.none().values("pk")
    return words.newest(mine, tenant, query, MOST_SAID)


def conversation_id(job: NotificationJob) -> int | None:
    """The conversation that the message belongs to, or would."""
    if job.message and job.message.conversation_id:
        return job.message.conversation_id
    rows = Conversation.objects.filter(contact=job.contact_id).order_by("-last_message_at")
    ours = rows.filter(number=job.number_id) if job.number_id else rows
    return ours.values_list("pk", flat=True).first()


def page(tenant: Tenant, filters: Filters, before: pages.Key | None, now: datetime) -> pages.Page:
    """One page of Rows, in one query. Of a search or a state only so many rows are looked at as the page may show."""
    rows = _narrowed(tenant, filters, now)
    left = pages.older_than(rows, before, ORDER) if before else rows
    if filters.q:
        ways = _ways(left, tenant, filters.q, now)
    else:
        ways = [left.filter(one) for one in states.conditions(GROUPS.get(filters.state, ()))]
    if ways:
        rows = rows.filter(pk__in=_union(ways, SIZE + 1))
    found = pages.page(_lines(rows), before, ORDER, SIZE)
    return pages.Page([row(job) for job in found.rows], found.older, found.newest)


def counters(tenant: Tenant, now: datetime) -> list[Counter]:
    """In one query, however many messages there are."""
    counts = states.counts(tenant, now)
    in_queue = counts["pending"] + counts["sending"]
    looks = {name: STATES[name] for name in ("failed", "skipped", "uncertain")}
    return [
        Counter(IN_QUEUE, gettext_lazy("Queued"), "clock", "slate", in_queue),
        Counter("failed", pgettext_lazy("counter", "Failed"), "cross", looks["failed"].tone, counts["failed"]),
        Counter("skipped", pgettext_lazy("counter", "Not sent"), "barred", looks["skipped"].tone, counts["skipped"]),
        Counter("uncertain", looks["uncertain"].word, "question", looks["uncertain"].tone, counts["uncertain"]),
        Counter(REACHED_TODAY, gettext_lazy("Delivered today"), "ticks", "teal", counts[REACHED_TODAY]),
    ]


def changed(tenant: Tenant, seen: Mapping[UUID, str]) -> list[Row]:
    """Of the rows a page shows (id -> version), those that would now look different. One query, or two."""
    rows = NotificationJob.objects.for_tenant(tenant).filter(pk__in=seen)
    stand = rows.values_list("pk", *OF_A_VERSION)
    moved = [pk for pk, *facts in stand if _version(facts) != seen[pk]]
    return [row(job) for job in _lines(rows.filter(pk__in=moved))] if moved else []


def _lines(rows: QuerySet[NotificationJob]) -> QuerySet[NotificationJob]:
    return rows.select_related(None).select_related("contact", "appointment", "message").only(*OF_A_LINE)


def count_newer(tenant: Tenant, filters: Filters, newest: pages.Key, now: datetime) -> int:
    """How many that fit came since the page was made, at most ENOUGH + 1. One query; where any came, a search's two."""
    rows = pages.newer_than(_narrowed(tenant, filters, now), newest, ORDER)
    if filters.q:
        if not rows.exists():
            return 0
        rows = rows.filter(pk__in=_union(_ways(rows, tenant, filters.q, now)))
    return rows.order_by()[: ENOUGH + 1].count()


def count_kept_events(tenant: Tenant) -> int:
    """Events received for the tenant that nothing uses yet, at most KEPT_ENOUGH + 1. One query."""
    ((count,),) = prepared.rows(kept_sql(), {"tenant": tenant.pk})
    return int(count)


def kept_sql() -> str:
    named = {"event": WebhookEvent._meta.db_table, "ignored": WebhookEvent.State.IGNORED}
    return KEPT.format(**named, most=KEPT_ENOUGH + 1)
