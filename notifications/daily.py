"""A tenant's own limits: automatic messages a day, all together, of a kind, and to one customer.

Counted from the jobs themselves, in the tenant's day, so that nothing is counted twice or forgotten.
"""

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from notifications.candidates import Candidate, Hold
from notifications.kinds import KINDS
from notifications.models import NotificationJob
from tenants.models import Tenant

ALL, CUSTOMER = "*", "customer"  # beside kinds, the names of limits
LOCK_SPACE = 7_203  # ours among the database's advisory locks
State, Lane = NotificationJob.State, NotificationJob.Lane

Counted = tuple[str, Any]  # the limit's name, and which customer


def hold_full(wanted: Sequence[Candidate], now: datetime) -> dict[UUID, Hold]:
    """Those of ``wanted`` that would be one too many today, in their order; the others count from now on.

    Demands a transaction: until its end nobody else counts for the same tenants.
    """
    limited = [candidate for candidate in wanted if candidate.is_automatic and candidate.automation.daily_limits]
    tenants = {candidate.job.tenant_id: candidate.tenant for candidate in limited}
    _lock(tenants)
    used = {pk: _used(tenant, now) for pk, tenant in tenants.items()}
    holds = {}
    for candidate in limited:
        counts, keys = used[candidate.job.tenant_id], list(_keys(candidate.job.kind, candidate.job.contact_id))
        if full := next((key for key in keys if counts[key] >= _limit(candidate, key[0])), None):
            holds[candidate.job.pk] = _hold(candidate, full[0], now)
        else:
            counts.update(keys)
    return holds


def _limit(candidate: Candidate, name: str) -> float:
    limit = candidate.automation.daily_limits.get(name)
    return limit if isinstance(limit, int) else float("inf")


def _keys(kind: str, contact_id: int) -> Iterator[Counted]:
    yield from ((kind, None), (CUSTOMER, contact_id), (ALL, None))


def _hold(candidate: Candidate, name: str, now: datetime) -> Hold:
    tomorrow = midnight(candidate.tenant, now) + timedelta(days=1)
    until = tomorrow.astimezone(candidate.tenant.zone).replace(hour=0, minute=0).astimezone(now.tzinfo)
    code = {ALL: "daily_limit", CUSTOMER: "daily_limit_of_customer"}.get(name, "daily_limit_of_kind")
    return Hold(until, code, {"limit": int(_limit(candidate, name)), "until": until.isoformat()})


def midnight(tenant: Tenant, now: datetime) -> datetime:
    """When the tenant's day began."""
    return now.astimezone(tenant.zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _lock(tenants: Iterable[UUID]) -> None:
    keys = sorted({zlib.crc32(pk.bytes) & 0x7FFFFFFF for pk in tenants})
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, key) FROM unnest(%s::int[]) AS key", [LOCK_SPACE, keys])


def _used(tenant: Tenant, now: datetime) -> Counter[Counted]:
    found: Counter[Counted] = Counter()
    for jobs in _today(tenant, now):
        for kind, contact_id in jobs.values_list("kind", "contact_id"):
            found.update(_keys(kind, contact_id))
    return found


def _today(tenant: Tenant, now: datetime) -> Iterator[QuerySet[NotificationJob]]:
    """What was called today and not refused, and what another claim is about to call."""
    automatic = [name for name, kind in KINDS.items() if kind.automatic]
    jobs = NotificationJob.objects.for_tenant(tenant).filter(kind__in=automatic)
    called = Q(message__tenant=tenant, message__occurred_at__gte=midnight(tenant, now))
    yield jobs.filter(called, state__in=[State.SENT, State.SENDING, State.UNCERTAIN])
    yield jobs.filter(state=State.PENDING, lane__in=Lane.values, due_at__lte=now, leased_until__gt=now)
