"""The Events page: what webhooks told, whose it is, what became of it. Made for tables of ten million rows: pages go by
id, each filter has an index or a bound of its own, and nothing is counted beyond what a person wants to read."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard import chips, event_words
from dashboard.ids import parse_id
from dashboard.queries.event_body import Body, readable
from notifications.states import StateLook
from tenants import connections
from tenants.models import PhoneNumber, Tenant, WhatsAppAccount
from whatsapp import event_ids, notes, replay
from whatsapp.models import HandlerFailure, WebhookEvent
from whatsapp.models.webhook import NOT_UNDERSTOOD

State = WebhookEvent.State
PAGE_SIZE = 50
ENOUGH = 99  # "99+"
OTHERS = 20  # events of the same message that are shown
UNKNOWN, PARTLY = "unknown", "partly"  # filters beside the states: not understood; a subscriber failed
STATES_OF_NOBODY = (State.WAITING, State.IGNORED, State.FAILED)
LIGHT = ("payload", "body", "error")  # what a line does not need
PARTLY_LOOK = StateLook(
    _("Partly done"), "warning", "amber", _("The event itself was taken in; one of its consequences failed.")
)


@dataclass(frozen=True)
class Filters:
    """What a person asks to see. ``nobody``: events of no company, for the platform's team alone."""

    state: str = ""
    field: str = ""
    item: str = ""
    number: int | None = None
    since: date | None = None
    until: date | None = None
    q: str = ""
    nobody: bool = False

    @property
    def any(self) -> bool:
        return self != Filters(nobody=self.nobody)


@dataclass(frozen=True)
class Row:
    event: WebhookEvent
    look: StateLook
    note: str
    is_unknown: bool
    is_partly: bool

    @property
    def word(self) -> str:
        """What it tells of; empty where only Meta's names are there."""
        return event_words.word(self.event.field, self.event.item)


@dataclass(frozen=True)
class Page:
    """Rows from new to old; ``older`` is the id before which the next page begins."""

    rows: list[Row]
    older: int | None


@dataclass(frozen=True)
class Counter:
    """A counter that is a filter."""

    name: str
    word: str | Promise
    icon: str
    tone: str
    count: int
    nobody: bool = False

    @property
    def told(self) -> str:
        return f"{ENOUGH}+" if self.count > ENOUGH else str(self.count)


def events(tenant: Tenant, filters: Filters) -> QuerySet[WebhookEvent]:
    """The tenant's events that fit, or with ``nobody`` those of no company, new to old."""
    nobodys = WebhookEvent.objects.filter(tenant=None).order_by("-pk")
    mine: Any = nobodys if filters.nobody else WebhookEvent.objects.newest_of(tenant)
    rows: QuerySet[WebhookEvent] = mine.filter(_state(filters))
    exact = {"field": filters.field, "item": filters.item, "number": filters.number}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if filters.q:
        rows = rows.filter(_named(filters.q))
    return _within_days(rows, tenant, filters)


def _state(filters: Filters) -> Q:
    if filters.state == UNKNOWN:
        return NOT_UNDERSTOOD
    if filters.state == PARTLY:
        return Q(pk__in=HandlerFailure.objects.values("event"))
    if filters.nobody:
        return Q(state=filters.state or State.WAITING)
    return Q(state=filters.state) if filters.state else Q()


def _named(text: str) -> Q:
    """A message's id, or the event's own."""
    own = parse_id(text)
    return Q(message_ref=text) if own is None else Q(message_ref=text) | Q(pk=own)


def _within_days(rows: QuerySet[WebhookEvent], tenant: Tenant, filters: Filters) -> QuerySet[WebhookEvent]:
    if filters.since:
        start = datetime.combine(filters.since, time.min, tenant.zone)
        rows = rows.filter(pk__gte=event_ids.first_since(start), received_at__gte=start)
    if filters.until:
        end = datetime.combine(filters.until, time.max, tenant.zone)
        rows = rows.filter(pk__lt=event_ids.first_after(end), received_at__lte=end)
    return rows


def page(tenant: Tenant, filters: Filters, before: int | None) -> Page:
    """One page; two queries, and one for each end of a span of days."""
    rows = events(tenant, filters).defer(*LIGHT).select_related("number")
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    failures = HandlerFailure.objects.filter(event__in=[event.pk for event in shown])
    partly = set(failures.values_list("event", flat=True))
    older = shown[-1].pk if len(found) > PAGE_SIZE else None
    return Page([row(event, is_partly=event.pk in partly) for event in shown], older)


def row(event: WebhookEvent, *, is_partly: bool) -> Row:
    unknown = StateLook(event.state, "question", "grey")
    look = PARTLY_LOOK if is_partly else chips.EVENTS.get(event.state, unknown)
    return Row(event, look, notes.sentence(event.note), event.note in notes.UNKNOWN, is_partly)


def counters(tenant: Tenant, *, is_platform: bool) -> list[Counter]:
    """What asks for a look, at most ENOUGH + 1 of each; one query each."""
    looks = chips.EVENTS
    asked = [
        (State.FAILED, _("Failed (events)"), looks[State.FAILED], False),
        (PARTLY, PARTLY_LOOK.word, PARTLY_LOOK, False),
        (UNKNOWN, _("Not understood"), looks[State.IGNORED], False),
    ]
    if is_platform:
        asked.append((State.WAITING, _("Of no company"), looks[State.WAITING], True))
    return [
        Counter(name, word, look.icon, look.tone, _count(tenant, Filters(state=name, nobody=nobody)), nobody)
        for name, word, look, nobody in asked
    ]


def _count(tenant: Tenant, filters: Filters) -> int:
    return events(tenant, filters)[: ENOUGH + 1].count()  # in the order of the company's own index


@dataclass(frozen=True)
class Detail:
    """One event in full. ``owner`` is who owns its number or account now, where the event is nobody's yet."""

    row: Row
    body: Body
    error: str
    failures: list[HandlerFailure]
    others: list[Row]
    owner: PhoneNumber | None
    is_replayable: bool


def detail(event: WebhookEvent, *, is_platform: bool) -> Detail:
    """The platform's team reads whole tracebacks; a company the line that says what broke."""
    failures = list(event.failures.order_by("handler"))
    for failure in failures:
        failure.error = told(failure.error, whole=is_platform)
    return Detail(
        row=row(event, is_partly=bool(failures)),
        body=readable(event),
        error=told(event.error, whole=is_platform),
        failures=failures,
        others=_others(event),
        owner=_owner(event) if is_platform and event.state == State.WAITING else None,
        is_replayable=event.state in replay.REPLAYABLE and event.body is None,
    )


def told(error: str, *, whole: bool) -> str:
    """A traceback, or its last line, which names what broke."""
    lines = error.strip().splitlines()
    return error.strip() if whole else "".join(lines[-1:])


def _others(event: WebhookEvent) -> list[Row]:
    """What else was told of the same message."""
    if not event.message_ref:
        return []
    same = WebhookEvent.objects.filter(tenant=event.tenant_id, message_ref=event.message_ref).exclude(pk=event.pk)
    return [row(other, is_partly=False) for other in same.order_by("pk").defer(*LIGHT)[:OTHERS]]


def _owner(event: WebhookEvent) -> PhoneNumber | None:
    """A number of whoever owns the event's number, or its account, now."""
    if event.phone_number_id:
        return connections.resolve(event.phone_number_id)
    account: WhatsAppAccount | None = connections.resolve_waba(event.entry_id) if event.entry_id else None
    rows = PhoneNumber.objects.owned().filter(account=account).select_related("tenant")
    return rows.first() if account else None


def only(event: WebhookEvent) -> QuerySet[WebhookEvent]:
    """The event alone, as rows that can be replayed."""
    return WebhookEvent.objects.filter(pk=event.pk)


def newest() -> int:
    """The id of the newest event of all companies: where a walk through events that go on coming ends; 0 for none."""
    return WebhookEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
