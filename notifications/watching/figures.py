"""The numbers of the pipeline now, of one company or of all: one statement, each figure a line of a table.

Counts look at partial indexes and stop where counting on would tell nothing more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from notifications.queue.line import LANES
from tenants.models import Tenant

MANY = 10_000  # "10.000+"

# {mine}: whose rows. Events that nobody has processed yet have no company, but the id of their number.
_SQL = {
    "events_waiting": """
        SELECT count(*) FROM (
            SELECT phone_number_id FROM whatsapp_webhookevent WHERE state = 'new' AND lane = 'live' LIMIT %(many)s
        ) AS fresh WHERE {wire}""",
    "oldest_event": """
        SELECT min(due_at) FROM (
            SELECT phone_number_id, due_at FROM whatsapp_webhookevent
            WHERE state = 'new' AND lane = 'live' AND due_at <= %(now)s ORDER BY due_at LIMIT 1000
        ) AS oldest WHERE {wire}""",
    "dead_letters": """
        SELECT count(*) FROM (
            SELECT FROM whatsapp_webhookevent WHERE state = 'failed' AND {mine} LIMIT %(many)s
        ) AS dead""",
    "events_ownerless": """
        SELECT count(*) FROM (
            SELECT FROM whatsapp_webhookevent WHERE state = 'waiting' AND {mine} LIMIT %(many)s
        ) AS ownerless""",
    "media_waiting": """
        SELECT count(*) FROM (
            SELECT FROM whatsapp_media WHERE state IN ('pending', 'downloading') AND {mine} LIMIT %(many)s
        ) AS waiting""",
    "media_failed": """
        SELECT count(*) FROM (
            SELECT FROM whatsapp_media WHERE state = 'failed' AND {mine} LIMIT %(many)s
        ) AS failed""",
    "jobs_pending": """
        SELECT count(*) FROM (
            SELECT FROM notifications_notificationjob WHERE state = 'pending' AND {mine} LIMIT %(many)s
        ) AS pending""",
    "jobs_sending": """
        SELECT count(*) FROM notifications_notificationjob WHERE state = 'sending' AND {mine}""",
    "jobs_uncertain": """
        SELECT count(*) FROM (
            SELECT FROM notifications_notificationjob WHERE state = 'uncertain' AND {mine} LIMIT %(many)s
        ) AS uncertain""",
    "oldest_due": """
        SELECT min(first.due_at)
        FROM tenants_tenant AS tenant CROSS JOIN unnest(%(lanes)s::smallint[]) AS lanes(lane) CROSS JOIN LATERAL (
            SELECT due_at FROM notifications_notificationjob
            WHERE tenant_id = tenant.id AND lane = lanes.lane AND state = 'pending' AND due_at <= %(now)s
              AND (leased_until IS NULL OR leased_until <= %(now)s)
            ORDER BY due_at LIMIT 1
        ) AS first WHERE {own}""",
}
_OF_ALL = {"{mine}": "true", "{wire}": "true", "{own}": "true"}
_OF_ONE = {
    "{mine}": "tenant_id = %(tenant)s",
    "{wire}": "phone_number_id = ANY(%(wire)s::text[])",
    "{own}": "tenant.id = %(tenant)s",
}


@dataclass(frozen=True)
class Figures:
    """Counts stop at MANY. Times are None where nothing waits."""

    events_waiting: int
    oldest_event: datetime | None
    dead_letters: int
    events_ownerless: int
    media_waiting: int
    media_failed: int
    jobs_pending: int
    jobs_sending: int
    jobs_uncertain: int
    oldest_due: datetime | None


def of(now: datetime, tenant: Tenant | None = None, phone_number_ids: Sequence[str] = ()) -> Figures:
    """One query. ``phone_number_ids``: the company's own numbers."""
    columns = ", ".join(f"({_scoped(sql, _OF_ONE if tenant else _OF_ALL)}) AS {name}" for name, sql in _SQL.items())
    values: dict[str, Any] = {"now": now, "many": MANY, "lanes": LANES, "wire": list(phone_number_ids)}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", values | {"tenant": tenant.pk if tenant else None})
        return Figures(*cursor.fetchall()[0])


def _scoped(sql: str, scope: dict[str, str]) -> str:
    for place, condition in scope.items():
        sql = sql.replace(place, condition)
    return sql
