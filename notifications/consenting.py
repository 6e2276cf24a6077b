"""A person's word on being written to, and what follows: one use case for REST, panel, words, preferences, errors.

Of a category the newest word decides (tenants.consent). What waits and is no longer allowed is cancelled with the
reason, in the same transaction.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from notifications.events import outbox
from notifications.kinds import KINDS
from notifications.models import NotificationJob
from notifications.queue.promise import cancel
from tenants import audit, consent
from tenants.models import Consent, Contact

CONFIRMATION = "opt_out_confirmation"
MARKETING_TEMPLATE = Q(content__category="MARKETING")


def opt_out(
    contact: Contact,
    *,
    source: str,
    now: datetime,
    category: str = Consent.Category.ALL,
    effective_at: datetime | None = None,
    proof: str = "",
    actor: Any = None,
) -> bool:
    """No message of ``category`` any more: records it and ends what waits, in one transaction.

    ``source`` is a Consent.Source, ``proof`` the message's id or what was said. False for a word that a newer one
    has already replaced.
    """
    with transaction.atomic():
        at = effective_at or now
        word = {"category": category, "source": source, "effective_at": at, "proof": proof, "actor": actor}
        decides = consent.record(contact, Consent.Decision.OPT_OUT, **word)
        if decides:
            cancel(_waiting(contact, category), reason_code="opted_out", actor=actor, now=now, source=source)
            if category == Consent.Category.ALL:
                outbox.write([outbox.opted_out(contact, source, at)])
            _audit("contact.opted_out", contact, actor, source, category)
    return decides


def opt_in(
    contact: Contact,
    *,
    source: str,
    now: datetime,
    category: str = Consent.Category.ALL,
    effective_at: datetime | None = None,
    proof: str = "",
    actor: Any = None,
) -> bool:
    """Messages again; arguments and answer as of ``opt_out``. What was cancelled stays cancelled."""
    with transaction.atomic():
        at = effective_at or now
        word = {"category": category, "source": source, "effective_at": at, "proof": proof, "actor": actor}
        decides = consent.record(contact, Consent.Decision.OPT_IN, **word)
        if decides:
            _audit("contact.opted_in", contact, actor, source, category)
    return decides


def _waiting(contact: Contact, category: str) -> QuerySet[NotificationJob]:
    """What the word forbids. Of notices whose template is of marketing only the gate knows, when they are due."""
    jobs = NotificationJob.objects.filter(contact=contact).exclude(kind=CONFIRMATION)
    if category == Consent.Category.ALL:
        return jobs
    return jobs.filter(Q(kind__in=[name for name, kind in KINDS.items() if kind.marketing]) | MARKETING_TEMPLATE)


def _audit(action: str, contact: Contact, actor: Any, source: str, category: str) -> None:
    audit.record(action, tenant=contact.tenant, actor=actor, obj=contact, source=source, category=category)
