"""The platform's own health, for its team: all companies' sums, the processes, what this version does not know."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from dashboard.queries.health import Lasting, lasting
from notifications.watching import figures, shares
from notifications.watching.figures import Figures
from notifications.watching.shares import Share
from notifications.watching.words import PROCESSES
from tenants import alerts
from tenants.models import Tenant
from whatsapp import heartbeat, measures, notes, signatures, tallies

MANY = 1000  # of a group of unknown events
HOUR = timedelta(hours=1)

# One step of the index a group: with ten million events the groups are still a handful.
_UNKNOWN = """
WITH RECURSIVE groups AS (
    (SELECT field, note FROM whatsapp_webhookevent WHERE state = 'ignored' ORDER BY field, note LIMIT 1)
    UNION ALL
    SELECT next.field, next.note FROM groups, LATERAL (
        SELECT field, note FROM whatsapp_webhookevent
        WHERE state = 'ignored' AND (field, note) > (groups.field, groups.note) ORDER BY field, note LIMIT 1
    ) AS next
)
SELECT field, note, (
    SELECT count(*) FROM (
        SELECT FROM whatsapp_webhookevent AS event
        WHERE event.state = 'ignored' AND event.field = groups.field AND event.note = groups.note LIMIT %s
    ) AS found)
FROM groups
"""


@dataclass(frozen=True)
class Unknown:
    """Events that this version does not use, by field, and why; ``count`` stops at MANY."""

    field: str
    why: str
    count: int


@dataclass(frozen=True)
class Process:
    """A process by its role, the hosts on which it was seen, and when the last of them was."""

    word: str
    names: list[str]
    seen_at: datetime | None
    is_missing: bool


@dataclass(frozen=True)
class Company:
    """A company with what lasts there, and its shares of the last hour."""

    tenant: Tenant
    lasting: int
    events: Share
    media: Share
    sends: Share


@dataclass(frozen=True)
class Page:
    """``processes`` and ``webhooks`` are None while Valkey does not answer."""

    lasting: Lasting
    figures: Figures
    companies: list[Company]
    processes: list[Process] | None
    webhooks: dict[str, int] | None
    refused: int
    unknown: list[Unknown]
    unknown_statuses: dict[str, int]

    @property
    def asking(self) -> int:
        """In how many companies something asks for attention."""
        return sum(bool(row.lasting) for row in self.companies)


def page(now: datetime) -> Page:
    """Five queries, and three questions to Valkey."""
    counted = tallies.lately(now, HOUR)
    return Page(
        lasting=lasting(None, {}),
        figures=figures.of(now),
        companies=_companies(now),
        processes=_processes(now),
        webhooks=_webhooks(counted) if counted is not None else None,
        refused=signatures.refused(now),
        unknown=unknown_events(),
        unknown_statuses=dict(measures.unknown_statuses((tallies.totals() or {}).items())),
    )


def unknown_events() -> list[Unknown]:
    with connection.cursor() as cursor:
        cursor.execute(_UNKNOWN, [MANY])
        return [Unknown(field, notes.sentence(note), count) for field, note, count in cursor.fetchall()]


def _companies(now: datetime) -> list[Company]:
    """Those first in which most asks for attention."""
    found, none = shares.lately(now), Share()
    asking = alerts.counts()
    rows = [
        Company(
            tenant,
            asking[tenant.pk],
            *(found.get((name, tenant.pk), none) for name in (shares.EVENTS, shares.MEDIA, shares.SENDS)),
        )
        for tenant in Tenant.objects.exclude(state=Tenant.State.CLOSED)
    ]
    return sorted(rows, key=lambda row: (-row.lasting, row.tenant.name))


def _processes(now: datetime) -> list[Process] | None:
    known, missing = heartbeat.seen(now), heartbeat.missing(now)
    if known is None or missing is None:
        return None
    return [
        Process(str(PROCESSES[role]), sorted(filter(None, names)), max(names.values(), default=None), role in missing)
        for role, names in known.items()
    ]


def _webhooks(counted: dict[tallies.Series, float]) -> dict[str, int]:
    """POSTs at the door in the last hour, by the status they were answered."""
    found = {dict(labels)["answer"]: int(value) for (name, labels), value in counted.items() if name == "webhooks"}
    return dict(sorted(found.items()))
