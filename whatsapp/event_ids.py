"""Where in the events a moment lies: their ids rise as they are received, so times need no index of their own."""

from datetime import datetime, timedelta

from django.db import connection

from whatsapp.models import WebhookEvent

SLACK = timedelta(minutes=5)  # processes take their ids and their clocks a little apart

# Every event up to ``low`` came before the moment, every one from ``high`` on did not; each step halves what lies
# between. Some 24 look-ups of the primary key for ten million events.
_HALVE = """
WITH RECURSIVE part (low, high) AS (
    SELECT coalesce(min(id), 1) - 1, coalesce(max(id), 0) + 1 FROM {table}
  UNION ALL
    SELECT CASE WHEN probe.received_at < %s THEN probe.id ELSE low END,
           CASE WHEN probe.received_at < %s THEN high ELSE (low + high) / 2 END
      FROM part
      LEFT JOIN LATERAL (
          SELECT id, received_at FROM {table}
           WHERE id >= (low + high) / 2 AND id < high ORDER BY id LIMIT 1
      ) AS probe ON true
     WHERE high - low > 1
)
SELECT min(high) FROM part
"""


def first_since(at: datetime) -> int:
    """The least id that an event received at ``at`` or later can have. One query."""
    return _first(at - SLACK)


def first_after(at: datetime) -> int:
    """An id that no event received at ``at`` or before reaches. One query."""
    return _first(at + SLACK)


def _first(at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_HALVE.format(table=WebhookEvent._meta.db_table), [at, at])
        return cursor.fetchone()[0]
