"""``Idempotency-Key``: the same key with the same body gives the same job for 24 hours, also when two calls race."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from rest_framework import serializers

from notifications.models import IdempotencyKey, NotificationJob
from tenants.models import Tenant
from tenants.rest import Conflict

HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
KEY_LIMIT = 200


def once(tenant: Tenant, key: str, body: Any, make: Callable[[], NotificationJob], now: datetime) -> NotificationJob:
    """The job that ``make`` promises, or the one that an earlier call with this key promised.

    409 when that call had another body. The unique constraint decides between calls that race: the later one's job is
    undone with its key. An empty key promises each time.
    """
    if not key:
        with transaction.atomic(durable=True):
            return make()
    _check(key)
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    if earlier := _find(tenant, key, now):
        return _same(earlier, digest)
    try:
        with transaction.atomic(durable=True):
            IdempotencyKey.objects.filter(tenant=tenant, key=key, created_at__lte=now - KEPT).delete()
            job = make()
            IdempotencyKey.objects.create(tenant=tenant, key=key, body_hash=digest, job=job, created_at=now)
            return job
    except IntegrityError:
        earlier = _find(tenant, key, now)
        if earlier is None:
            raise
        return _same(earlier, digest)


def _check(key: str) -> None:
    if len(key) > KEY_LIMIT or not (key.isascii() and key.isprintable()):
        sentence = _("At most %(limit)d printable ASCII characters.") % {"limit": KEY_LIMIT}
        raise serializers.ValidationError({HEADER: sentence})


def _find(tenant: Tenant, key: str, now: datetime) -> IdempotencyKey | None:
    rows = IdempotencyKey.objects.for_tenant(tenant).filter(key=key, created_at__gt=now - KEPT)
    return rows.select_related("job").first()


def _same(earlier: IdempotencyKey, digest: str) -> NotificationJob:
    if earlier.body_hash != digest:
        raise Conflict(_("This Idempotency-Key was used with another body."), "idempotency_conflict")
    return earlier.job
