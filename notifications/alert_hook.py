"""Alerts to the platform operator's own system: each change of state is posted to ALERT_WEBHOOK_URL, signed.

The row says which state the receiver knows (``hook_state``), so nothing can be forgotten: what differs is due. A call
is claimed by a lease before it is made, which no two workers get, and no transaction is open during it. At least once:
a process that dies after the call makes it again, with the same ``id``. What nobody took for a day is given up.
"""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from time import monotonic
from uuid import NAMESPACE_URL, uuid5

import structlog
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F, Q
from django.utils import translation

from notifications import watching
from notifications.events import signing
from tenants.models import Alert
from whatsapp.errors import OutcomeUnknown, ProviderError
from whatsapp.providers import public

log = structlog.get_logger(__name__)

VERSION = 1
LEASE = timedelta(minutes=2)  # well above the longest that a call may take
OLDEST = timedelta(days=1)
ROUND_SECONDS = 30.0  # then the rest is left to the next one
# Pauses after the first, second … attempt that failed; the last one goes on until the day is over.
BACKOFF = [timedelta(seconds=seconds) for seconds in (15, 30, 60, 300, 900, 3600)]


def tell(now: datetime) -> int:
    """Posts what the receiver does not know yet; answers how many it took. Nothing without an address."""
    return sum(_post(alert, now) for alert in _claim(now)) if settings.ALERT_WEBHOOK_URL else 0


def _claim(now: datetime) -> Iterator[Alert]:
    """Due alerts, one at a time, each ours alone until its lease runs out; those first that changed first."""
    due = Alert.objects.filter(
        ~Q(hook_state=F("state")), Q(hook_due_at=None) | Q(hook_due_at__lte=now), changed_at__gte=now - OLDEST
    )
    ends = monotonic() + ROUND_SECONDS
    while monotonic() < ends:
        with transaction.atomic():
            alert = due.order_by("changed_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
            if alert is None:
                return
            alert.hook_attempts += 1
            alert.hook_due_at = now + LEASE
            alert.save(update_fields=["hook_attempts", "hook_due_at"])
        yield alert


def _post(alert: Alert, now: datetime) -> bool:
    body = json.dumps(envelope(alert), cls=DjangoJSONEncoder).encode()
    signature = signing.sign(body, settings.ALERT_WEBHOOK_SECRET, now)
    headers = {"Content-Type": "application/json", signing.HEADER: signature}
    try:
        status = public.post(settings.ALERT_WEBHOOK_URL, body, headers, trusts_all=settings.ALERT_WEBHOOK_PRIVATE)
        problem = "" if 200 <= status < 300 else f"HTTP {status}"
    except (ProviderError, OutcomeUnknown) as error:
        problem = str(error)
    _record(alert, problem, now)
    return not problem


def _record(alert: Alert, problem: str, now: datetime) -> None:
    """Only while the lease is ours: who took it over tells what became of it."""
    ours = Alert.objects.filter(pk=alert.pk, hook_attempts=alert.hook_attempts)
    if problem:
        log.warning("alert_hook_refused", alert=alert.pk, attempt=alert.hook_attempts, problem=problem)
        ours.update(hook_due_at=now + BACKOFF[min(alert.hook_attempts, len(BACKOFF)) - 1])
    else:
        ours.update(hook_state=alert.state, hook_attempts=0, hook_due_at=None)


def envelope(alert: Alert) -> dict[str, object]:
    """``{id, type, tenant_id, occurred_at, version, data}`` as of every event out; the same change has the same id."""
    with translation.override(alert.tenant.language if alert.tenant else settings.LANGUAGE_CODE):
        told = watching.tell(alert, watching.numbers_of([alert.tenant] if alert.tenant else []))
        words = {"title": str(told.kind.word), "sentence": told.sentence, "next_step": str(told.kind.next_step)}
    data = {"alert": alert.pk, "kind": alert.kind, "subject": alert.subject, "state": alert.state, "count": alert.count}
    data |= {"detail": alert.detail, "first_at": alert.first_at, "last_at": alert.last_at, **words}
    return {
        "id": str(uuid5(NAMESPACE_URL, f"recado:alert:{alert.pk}:{alert.state}")),
        "type": f"alert_{alert.state}",
        "tenant_id": str(alert.tenant_id) if alert.tenant_id else None,
        "occurred_at": alert.changed_at,
        "version": VERSION,
        "data": data,
    }
