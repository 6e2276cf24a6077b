"""What lines of the list of conversations tell of messages: one statement, whose plan PostgreSQL keeps.

Django's own words for it would cost more than its rows do. Tests hold that it counts what ``unread.counted`` counts.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from tenants import prepared
from whatsapp.conversations import unread
from whatsapp.models import Conversation, Message

LENGTH = 160  # characters of the last message
SQL = """
SELECT c.id, last.*, (
    SELECT count(*) FROM (
      SELECT FROM {message} m
       WHERE m.conversation_id = c.id AND m.direction = %(direction)s AND m.origin = %(origin)s
         AND m.occurred_at > coalesce(c.read_at, %(beginning)s)
       ORDER BY m.occurred_at DESC LIMIT {most}) unseen)
  FROM {conversation} c
  JOIN LATERAL (
    SELECT m.id, m.status, m.type, m.direction, left(m.text, {length}), m.template_name, m.revoked_at
      FROM {message} m WHERE m.conversation_id = c.id ORDER BY m.occurred_at DESC, m.id DESC LIMIT 1
  ) last ON true
 WHERE c.id = ANY(%(ids)s)
"""


class Last(NamedTuple):
    """The last message of a conversation; ``unread``: how many of the customer's are, at most unread.MOST."""

    id: int | None = None
    status: str = ""
    type: str = ""
    direction: str = ""
    text: str = ""
    template_name: str = ""
    revoked_at: datetime | None = None
    unread: int = 0


def last_said(ids: Collection[int]) -> dict[int, Last]:
    """By the ids of conversations that have messages. No query for none."""
    tables = {"conversation": Conversation._meta.db_table, "message": Message._meta.db_table}
    values = {
        "ids": list(ids),
        "direction": str(Message.Direction.INBOUND),
        "origin": str(Message.Origin.CUSTOMER),
        "beginning": unread.BEGINNING,
    }
    rows = prepared.rows(SQL.format(**tables, length=LENGTH, most=unread.MOST), values) if ids else []
    return {pk: Last(*told) for pk, *told in rows}
