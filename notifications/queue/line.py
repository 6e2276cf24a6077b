"""What is due, and in which order: replies before notices before campaigns, and tenants in turn.

Every question goes to the index (tenant, lane, due_at) of pending jobs once for each tenant and lane, so that a million
jobs which wait for a later day cost nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from notifications.models import NotificationJob

LANES = [lane.value for lane in NotificationJob.Lane]

_DUE_OF_A_LANE = """
    SELECT id, due_at, row_number() OVER (ORDER BY due_at) AS turn
    FROM notifications_notificationjob
    WHERE tenant_id = tenant.id AND lane = lanes.lane AND state = 'pending' AND due_at <= %(now)s
      AND (leased_until IS NULL OR leased_until <= %(now)s)
      AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s::text[]))
    ORDER BY due_at
    LIMIT %(limit)s
"""
# A turn is a job's place in its tenant's own queue of a lane: everybody's first comes before anybody's second. Where
# more tenants wait than one claim takes, who was served longest ago comes first. A tenant whose numbers are sending as
# fast as they may gets no more turns than they have room for.
_FIRST = f"""
SELECT due.id
FROM tenants_tenant AS tenant
CROSS JOIN unnest(%(lanes)s::smallint[]) AS lanes(lane)
LEFT JOIN unnest(%(tenants)s::uuid[], %(rooms)s::int[]) AS busy(tenant_id, room) ON busy.tenant_id = tenant.id
LEFT JOIN unnest(%(served)s::uuid[]) WITH ORDINALITY AS served(tenant_id, place) ON served.tenant_id = tenant.id
CROSS JOIN LATERAL ({_DUE_OF_A_LANE}) AS due
WHERE busy.room IS NULL OR due.turn <= busy.room
ORDER BY lanes.lane, due.turn, served.place NULLS FIRST, due.due_at
LIMIT %(limit)s
"""  # noqa: S608 - a constant
_COUNT = f"""
SELECT count(*)
FROM tenants_tenant AS tenant
CROSS JOIN unnest(%(lanes)s::smallint[]) AS lanes(lane)
CROSS JOIN LATERAL ({_DUE_OF_A_LANE}) AS due
"""  # noqa: S608


def free(now: datetime) -> Q:
    """No claim holds it."""
    return Q(leased_until=None) | Q(leased_until__lte=now)


def first(
    now: datetime,
    limit: int,
    kinds: Collection[str] | None,
    rooms: Mapping[UUID, int],
    served: Sequence[UUID] = (),
) -> list[UUID]:
    """The first ``limit`` due jobs; ``rooms`` is how many a tenant and lane may have at most, where it is told.

    ``served`` are tenants whose turn it was before, the last one last.
    """
    facts = {"tenants": list(rooms), "rooms": list(rooms.values()), "served": list(served)}
    values = _values(now, limit, kinds) | facts
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, values)
        return [row[0] for row in cursor.fetchall()]


def count(now: datetime, kinds: Collection[str] | None = None, *, up_to: int | None = None) -> int:
    """How many are due; with ``up_to`` no more of each tenant and lane are looked at."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _values(now, up_to, kinds))
        return int(cursor.fetchall()[0][0])


def _values(now: datetime, limit: int | None, kinds: Collection[str] | None) -> dict[str, Any]:
    return {"now": now, "limit": limit, "lanes": LANES, "kinds": None if kinds is None else list(kinds)}
