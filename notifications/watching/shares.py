"""How many of the last hour's events, files and messages failed, by company: one statement for all of them.

Of each company only its newest rows are looked at, by an index that has them in order, so that millions of older ones
cost nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from tenants.models import Tenant

HOUR = timedelta(hours=1)
NEWEST = 100  # rows of a company that are looked at: they lie apart, and a share needs no more

EVENTS, MEDIA, SENDS = "events", "media", "sends"

# A range from the company to itself leaves PostgreSQL only the index that begins with it. For plain equality it would
# take that of ids, and look for a quiet company's rows among everybody's, back to the first.
#
# An event that failed is tried again; one that failed once already counts while it is not done.
_OF_EVENTS = """
    SELECT state = 'failed' OR (state = 'new' AND error <> '') AS failed, received_at AS at
    FROM whatsapp_webhookevent
    WHERE tenant_id BETWEEN tenant.id AND tenant.id ORDER BY tenant_id, id DESC LIMIT %(newest)s
"""
_OF_MEDIA = """
    SELECT CASE WHEN state IN ('failed', 'expired') THEN true WHEN state = 'downloaded' THEN false END AS failed,
           created_at AS at
    FROM whatsapp_media
    WHERE tenant_id BETWEEN tenant.id AND tenant.id ORDER BY tenant_id, id DESC LIMIT %(newest)s
"""
# A message row is there for every call that began; a refused one has its failure on the job.
_OF_SENDS = """
    SELECT message.status = 'failed' OR EXISTS (
               SELECT 1 FROM notifications_notificationjob AS job
               WHERE job.message_id = message.id AND job.state = 'failed') AS failed,
           message.occurred_at AS at
    FROM whatsapp_message AS message
    WHERE message.tenant_id = tenant.id AND message.occurred_at > %(since)s AND message.direction = 'outbound'
      AND message.origin NOT IN ('app', 'history')
    ORDER BY message.occurred_at DESC LIMIT %(newest)s
"""
_SHARE = """
    SELECT '{name}' AS name, tenant.id, count(lately.failed), count(*) FILTER (WHERE lately.failed)
    FROM tenants_tenant AS tenant CROSS JOIN LATERAL ({rows}) AS lately
    WHERE lately.at > %(since)s AND (%(tenant)s::uuid IS NULL OR tenant.id = %(tenant)s::uuid)
    GROUP BY tenant.id
"""
_ROWS = {EVENTS: _OF_EVENTS, MEDIA: _OF_MEDIA, SENDS: _OF_SENDS}


@dataclass(frozen=True)
class Share:
    """Of ``total`` that have come to an end, or were tried, so many failed."""

    total: int = 0
    failed: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.failed / self.total) if self.total else 0

    def is_over(self, limit: float, at_least: int) -> bool:
        """Whether more than ``limit`` (0 to 1) failed, of enough to say so."""
        return self.total >= at_least and self.failed > limit * self.total

    @property
    def facts(self) -> dict[str, Any]:
        return {"total": self.total, "failed": self.failed, "percent": self.percent}


def lately(
    now: datetime, tenant: Tenant | None = None, names: Collection[str] = tuple(_ROWS)
) -> Mapping[tuple[str, UUID], Share]:
    """By (EVENTS | MEDIA | SENDS, company's id); companies in which nothing happened are not there. One query."""
    told = " UNION ALL ".join(_SHARE.replace("{name}", name).replace("{rows}", _ROWS[name]) for name in names)
    values: dict[str, Any] = {"since": now - HOUR, "newest": NEWEST, "tenant": tenant.pk if tenant else None}
    with connection.cursor() as cursor:
        cursor.execute(told, values)
        return {(name, pk): Share(total, failed) for name, pk, total, failed in cursor.fetchall()}
