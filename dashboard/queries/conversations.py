"""The list of conversations: filters, lines, what changed since, and how many are unread."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dashboard import said
from dashboard.queries import pages
from dashboard.queries.last_said import Last, last_said
from dashboard.versions import version_of
from notifications.states import SPOKEN, STATES, StateLook
from tenants import search as people
from tenants.models import Tenant
from whatsapp import search, window
from whatsapp.models import Conversation, Message
from whatsapp.models.conversation import UNREAD

ORDER = "last_message_at"
SIZE = 24  # lines of a page: twice what a pane shows at once
ENOUGH = 99  # "99+": counting further would cost more than it tells
CLOSING = timedelta(hours=1)  # before the window closes it is told in amber
FOUND = 200  # messages whose conversations a search shows
MINE, UNASSIGNED, ALL = "mine", "unassigned", "all"
# What a line asks of a conversation and of whom it is with: the rest of four wide rows would be read for nothing.
OF_A_LINE = (
    *("state", "handler", "last_message_at", "last_inbound_at", "window_opened_at", "read_at"),
    *("contact__name", "contact__profile_name", "contact__address", "contact__erased_at"),
    *("number__display_phone_number", "assigned_to__first_name", "assigned_to__last_name", "assigned_to__username"),
)
LIVE = (Conversation.State.OPEN, Conversation.State.WAITING)
ICONS = {
    "image": "image", "video": "videocam", "audio": "mic", "document": "description", "sticker": "mood",
    "location": "location_on", "contacts": "person", "order": "shopping_cart", "template": "article",
}  # fmt: skip
WORDS = {MINE: _("Mine"), UNASSIGNED: _("Unassigned"), ALL: _("All")}
WINDOWS: dict[str, StateLook] = {
    "open": StateLook(_("Window open"), "", "teal"),  # as it should be: what hinders alone is marked
    "closing": StateLook(_("Window closes within the hour"), "timer", "amber"),
    "closed": StateLook(_("Window closed"), "lock", "grey"),
}


@dataclass(frozen=True)
class Filters:
    """What a person asks to see; ``state`` empty asks for every state."""

    show: str = ALL
    state: str = Conversation.State.OPEN
    number: int | None = None
    label: int | None = None
    unread: bool = False
    q: str = ""

    @property
    def count(self) -> int:
        """How many are set besides tab and search, which stand in sight; a search looks at every state by itself."""
        is_chosen = self.state != ("" if self.q else Conversation.State.OPEN)
        return sum(map(bool, (is_chosen, self.number, self.label, self.unread)))

    @property
    def any(self) -> bool:
        return self != Filters()

    @property
    def searches(self) -> bool:
        """By more than the conversation's own row tells."""
        return bool(self.label or self.q)


@dataclass(frozen=True)
class LastLine:
    """The last message in short; ``ticks`` how far ours came."""

    text: str
    icon: str = ""
    ours: bool = False
    ticks: StateLook | None = None


@dataclass(frozen=True)
class Row:
    """A conversation as its line in the list shows it."""

    conversation: Conversation
    line: LastLine | None
    window: StateLook
    version: str
    unread: int

    @property
    def holder(self) -> str:
        """Who has it, by name; empty: nobody in particular."""
        person = self.conversation.assigned_to
        return (person.get_full_name() or person.get_username()) if person else ""


@dataclass(frozen=True)
class Tab:
    name: str
    word: str | Promise
    unread: int


def conversations(tenant: Tenant, person: Any, filters: Filters) -> QuerySet[Conversation]:
    """Those that fit; a search looks at every state, unless one is asked for."""
    rows = Conversation.objects.for_tenant(tenant).filter(last_message_at__isnull=False).filter(_whose(filters, person))
    chosen: dict[str, Any] = {
        "state": filters.state,
        "number": filters.number,
        "contact__labelled__label": filters.label,
    }
    rows = rows.filter(**{name: value for name, value in chosen.items() if value})
    rows = rows.filter(UNREAD) if filters.unread else rows
    return rows.filter(_matches(tenant, filters.q)) if filters.q else rows


def _whose(filters: Filters, person: Any) -> Q:
    if filters.show == MINE:
        return Q(assigned_to=person)
    return Q(assigned_to=None) if filters.show == UNASSIGNED else Q()


def _matches(tenant: Tenant, q: str) -> Q:
    """Of people by name or number, and of messages by their words (the newest FOUND of each)."""
    found = people.contacts(tenant, q).values_list("pk", flat=True)[:FOUND]
    return Q(contact__among=list(found)) | Q(pk__among=_threads(tenant, q))


def _threads(tenant: Tenant, q: str) -> list[int]:
    """Where the newest messages that hold the words were said."""
    query, messages = search.parse(q), Message.objects.for_tenant(tenant)
    if query is None:
        return []
    found = search.newest(messages, tenant, query, FOUND, told="conversation")
    return list({*found} - {None})


def page(tenant: Tenant, person: Any, filters: Filters, before: pages.Key | None, now: datetime) -> pages.Page:
    """One page of Rows, in two queries (two more for a search)."""
    rows = _shown(conversations(tenant, person, filters))
    found = pages.page(rows, before, ORDER, SIZE)
    return pages.Page(_rows(found.rows, now), found.older, found.newest)


def rows_of(tenant: Tenant, ids: Collection[int], now: datetime) -> list[Row]:
    """The given conversations as their lines show them. Two queries, none for none."""
    return _rows(_shown(Conversation.objects.for_tenant(tenant).filter(pk__among=list(ids))), now) if ids else []


def count_newer(rows: QuerySet[Conversation], since: pages.Key, seen: Collection[int]) -> int:
    """How many that fit stand above ``since`` and are not on the page, at most ENOUGH + 1. One query."""
    newer = pages.newer_than(rows, since, ORDER).exclude(pk__in=list(seen))
    return newer.order_by()[: ENOUGH + 1].count()


def tabs(unread: Iterable[int]) -> list[Tab]:
    """The tabs with how many of each one's conversations are unread, in the order of WORDS."""
    return [Tab(name, word, count) for (name, word), count in zip(WORDS.items(), unread, strict=True)]


def window_look(row: Any, now: datetime) -> str:
    """``open``, ``closing`` within the hour, or ``closed``; asks no query."""
    opened_at = row.window_opened_at
    left = opened_at + window.LENGTH - window.MARGIN - now if opened_at else timedelta(0)
    return "closed" if left <= timedelta(0) else "closing" if left <= CLOSING else "open"


def version(row: Any, last_id: int | None, last_status: str | None, now: datetime) -> str:
    """What the line shows, in short; ``row``: a conversation or a Line of it; ``last_…``: its last message, if any."""
    facts = (
        *(row.last_message_at, row.last_inbound_at, row.read_at, row.state, row.handler, row.assigned_to_id),
        *(last_id, last_status or "", window_look(row, now)),
    )
    return version_of(facts)


def _shown(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return rows.select_related("contact", "number", "assigned_to").only(*OF_A_LINE)


def _rows(found: Collection[Conversation], now: datetime) -> list[Row]:
    """One query, for the last messages of all."""
    told = last_said([row.pk for row in found])
    return [_row(row, told.get(row.pk, Last()), now) for row in found]


def _row(row: Conversation, last: Last, now: datetime) -> Row:
    look = WINDOWS[window_look(row, now)]
    return Row(row, _line(last) if last.id else None, look, version(row, last.id, last.status, now), last.unread)


def _line(last: Last) -> LastLine:
    ours = last.direction == Message.Direction.OUTBOUND
    ticks = _ticks(last.status) if ours else None
    if last.revoked_at:
        return LastLine(str(_("Message deleted")), "block", ours, ticks)
    return LastLine(said.brief(last.type, last.text or last.template_name), ICONS.get(last.type, ""), ours, ticks)


def _ticks(status: str) -> StateLook:
    """As the state of a message is shown everywhere; "": on its way."""
    return STATES[SPOKEN.get(status, "sent") if status else "sending"]
