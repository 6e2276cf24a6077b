"""What an open list of conversations asks every few seconds: one statement, whose plan PostgreSQL keeps.

Django's own words for it would cost several times what the rows do. Tests hold for each filter that both mean the same.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from dashboard.queries import pages
from dashboard.queries.conversations import ALL, ENOUGH, LIVE, MINE, UNASSIGNED, Filters
from tenants import prepared
from tenants.models import Tenant
from whatsapp.models import Conversation, Message

UNREAD = "c.last_inbound_at IS NOT NULL AND (c.read_at IS NULL OR c.last_inbound_at > c.read_at)"
WHOSE = {MINE: "c.assigned_to_id = %(person)s", UNASSIGNED: "c.assigned_to_id IS NULL", ALL: "true"}
NEWER = "(c.last_message_at, c.id) > (%(at)s, %(id)s) AND c.id <> ALL(%(seen)s)"
SQL = """
SELECT told.*, line.*
  FROM (SELECT {mine}, {unassigned}, {all}, {fresh}) told
  LEFT JOIN (
    SELECT c.id, c.last_message_at, c.last_inbound_at, c.read_at, c.window_opened_at, c.state, c.handler,
           c.assigned_to_id, last.id AS last_id, last.status
      FROM {conversation} c
      LEFT JOIN LATERAL (
        SELECT m.id, m.status FROM {message} m
         WHERE m.conversation_id = c.id ORDER BY m.occurred_at DESC, m.id DESC LIMIT 1
      ) last ON true
     WHERE c.tenant_id = %(tenant)s AND c.id = ANY(%(seen)s)
  ) line ON true
"""
COUNT = """
(SELECT count(*) FROM (
  SELECT FROM {conversation} c WHERE c.tenant_id = %(tenant)s AND {where}
   ORDER BY c.last_message_at DESC, c.id DESC LIMIT %(most)s) newest)
"""


class Line(NamedTuple):
    """As much of a conversation as says whether its line looks different (dashboard.queries.conversations.version)."""

    id: int
    last_message_at: datetime | None
    last_inbound_at: datetime | None
    read_at: datetime | None
    window_opened_at: datetime | None
    state: str
    handler: str
    assigned_to_id: int | None
    last_id: int | None
    last_status: str | None


@dataclass(frozen=True)
class Look:
    """``unread``: of the person's own, of nobody's, of all; they and ``fresh`` are at most ENOUGH + 1."""

    unread: tuple[int, int, int]
    fresh: int
    lines: list[Line]


def look(
    tenant: Tenant, person: Any, filters: Filters, seen: Collection[int] = (), since: pages.Key | None = None
) -> Look:
    """How many are unread; of the lines ``seen``, how they stand; how many that fit stand above ``since`` beside them.

    Label and search are not looked at, and without ``since`` none is fresh.
    """
    values = {
        "tenant": tenant.pk,
        "person": person.pk,
        "live": [str(state) for state in LIVE],
        "state": filters.state,
        "number": filters.number,
        "seen": list(seen),
        "most": ENOUGH + 1,
        "at": since.at if since else None,
        "id": int(since.id) if since else None,
    }
    rows = prepared.rows(_sql(filters, since), values)
    return Look(rows[0][:3], rows[0][3], [Line(*row[4:]) for row in rows if row[4]])


def _sql(filters: Filters, since: pages.Key | None) -> str:
    unread = {name: f"{UNREAD} AND c.state = ANY(%(live)s) AND {whose}" for name, whose in WHOSE.items()}
    counts = {name: _count(where) for name, where in unread.items()}
    fresh = _count(" AND ".join([NEWER, *_fitting(filters)])) if since else "0"
    return SQL.format(**counts, **_tables(), fresh=fresh)


def _fitting(filters: Filters) -> list[str]:
    """As ``dashboard.queries.conversations.conversations`` filters, but for label and search."""
    asked = {
        WHOSE[filters.show]: True,
        "c.state = %(state)s": filters.state,
        "c.number_id = %(number)s": filters.number,
        UNREAD: filters.unread,
    }
    return [where for where, is_asked in asked.items() if is_asked]


def _count(where: str) -> str:
    return COUNT.format(**_tables(), where=where)


def _tables() -> dict[str, str]:
    return {"conversation": Conversation._meta.db_table, "message": Message._meta.db_table}
