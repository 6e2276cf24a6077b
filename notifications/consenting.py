"""A person's word on being written to, and what follows: one use case for REST, panel, words, preferences, errors.

Of a category the newest word decides (tenants.consent). What waits and is no longer allowed is cancelled with the
reason, in the same transaction.
"""

from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack

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


class Word(TypedDict):
    """What a person said. ``source`` is a Consent.Source; ``proof`` the message's id, or how it was said."""

    source: str
    category: NotRequired[str]  # a Consent.Category; all unless told
    effective_at: NotRequired[datetime]  # now unless told
    proof: NotRequired[str]
    actor: NotRequired[Any]


def opt_out(contact: Contact, *, now: datetime, **word: Unpack[Word]) -> bool:
    """No message of the category any more: records it and ends what waits, in one transaction.

    False for a word that a newer one has already replaced.
    """
    source, category = word["source"], word.get("category", Consent.Category.ALL)
    with transaction.atomic():
        decides = _record(contact, Consent.Decision.OPT_OUT, now, word)
        if decides:
            cancel(
                _waiting(contact, category), reason_code="opted_out", actor=word.get("actor"), now=now, source=source
            )
            if category == Consent.Category.ALL:
                outbox.write([outbox.opted_out(contact, source, word.get("effective_at", now))])
    return decides


def opt_in(contact: Contact, *, now: datetime, **word: Unpack[Word]) -> bool:
    """Messages again; answers as ``opt_out``. What was cancelled stays cancelled."""
    with transaction.atomic():
        return _record(contact, Consent.Decision.OPT_IN, now, word)


def _record(contact: Contact, decision: Consent.Decision, now: datetime, word: Word) -> bool:
    """Whether the word is the newest of its category; the trail tells of such a one."""
    told: Word = {"category": Consent.Category.ALL, "effective_at": now, **word}
    decides = consent.record(contact, decision, **told)
    if decides:
        audit.record(
            "contact.opted_out" if decision == Consent.Decision.OPT_OUT else "contact.opted_in",
            tenant=contact.tenant,
            actor=word.get("actor"),
            obj=contact,
            source=told["source"],
            category=told["category"],
        )
    return decides


def _waiting(contact: Contact, category: str) -> QuerySet[NotificationJob]:
    """What the word forbids. Of notices whose template is of marketing only the gate knows, when they are due."""
    jobs = NotificationJob.objects.filter(contact=contact).exclude(kind=CONFIRMATION)
    if category == Consent.Category.ALL:
        return jobs
    return jobs.filter(Q(kind__in=[name for name, kind in KINDS.items() if kind.marketing]) | MARKETING_TEMPLATE)
