"""A customer is forgotten, as the law gives the right to be: names, numbers and words go, what was counted stays.

The contact's row stays as a shell without a name, so that counts, costs and bookings stand. Each app forgets what hangs
on its own rows (``forgets``), upper apps first. A refusal in force is kept as a keyed hash of each number: should the
number come back, by an import or because the person writes, it binds again.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Func, Model, Q
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from tenants import audit, consent
from tenants.models import (
    Consent,
    Contact,
    ContactLabel,
    ContactMerge,
    ContactMergeProposal,
    ErasedRefusal,
    Identity,
    Tenant,
)


class ErasureRefused(Exception):
    """The person cannot be forgotten now; the text is a translated sentence."""


class Hashed(Func):
    """A text of the row as ``erased:<sha256>``: two that were the same stay so, and neither says what it was."""

    template = "'erased:' || encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"


@dataclass(frozen=True)
class Forgotten:
    """What an app forgot: how many rows by name, and rows whose lines in the audit trail name the person."""

    counts: dict[str, int] = field(default_factory=dict)
    rows: Iterable[Model] = ()


Eraser = Callable[[Contact, datetime], Forgotten]
_erasers: list[Eraser] = []


def forgets(eraser: Eraser) -> Eraser:
    """Registers ``eraser(contact, now)``, which forgets an app's own rows in the transaction of ``erase``."""
    _erasers.append(eraser)
    return eraser


def erase(contact: Contact, *, now: datetime, actor: Any = None) -> dict[str, int]:
    """Forgets the person for good; how many rows of what. ErasureRefused: already done, or not at this moment."""
    with transaction.atomic(durable=True):
        done = [eraser(contact, now) for eraser in reversed(_erasers)]
        _keep_refusals(contact)
        _forget_names(contact, now)
        audit.erase(contact.tenant, [contact, *(row for each in done for row in each.rows)], actor=actor)
        counts = {name: count for each in done for name, count in each.counts.items() if count}
        audit.record("contact.erased", tenant=contact.tenant, actor=actor, obj=contact, **counts)
    return counts


def recall(tenant: Tenant, fresh: Iterable[Identity]) -> None:
    """Names that are new to the company: what a forgotten person of the same name had refused binds again."""
    owners = {each: row.contact for row in fresh if row.kind != Identity.Kind.USERNAME for each in _digests(row)}
    for kept in ErasedRefusal.objects.for_tenant(tenant).filter(digest__among=list(owners)):
        consent.record(
            owners[kept.digest],
            Consent.Decision.OPT_OUT,
            category=kept.category,
            source=Consent.Source.ERASURE,
            effective_at=kept.effective_at,
        )


def _digests(identity: Identity) -> list[str]:
    """Tell whether two names are the same to who holds the platform's key, and nothing to anybody else.

    The first is of the key in use, the others of those before it.
    """
    parts = (str(identity.tenant_id), identity.kind, identity.business_portfolio_id, identity.match_key)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac("tenants.erasing", ":".join(parts), key, algorithm="sha256").hexdigest() for key in keys]


def _keep_refusals(contact: Contact) -> None:
    names = contact.identities.exclude(kind=Identity.Kind.USERNAME)
    digests = [_digests(row) for row in names]
    ErasedRefusal.objects.for_tenant(contact.tenant).filter(digest__among=[*chain(*digests)]).delete()
    words = consent.newest([contact.pk])
    refused = [word for word in words.values() if word.decision == Consent.Decision.OPT_OUT]
    ErasedRefusal.objects.bulk_create(
        ErasedRefusal(tenant=contact.tenant, digest=each, category=word.category, effective_at=word.effective_at)
        for each in sorted({own for own, *_former in digests})
        for word in refused
    )


def _forget_names(contact: Contact, now: datetime) -> None:
    """The words on messages stay as proof; what was said with them is hashed."""
    contact.consents.exclude(proof="").update(proof=Hashed("proof"))
    ContactMergeProposal.objects.filter(Q(one=contact) | Q(other=contact)).delete()
    ContactMerge.objects.filter(Q(kept=contact) | Q(gone_pk=contact.pk)).delete()
    ContactLabel.objects.filter(contact=contact).delete()
    contact.identities.all().delete()
    empty = dict.fromkeys(("name", "profile_name", "note", "address", "block_reason"), "")
    rows = Contact.objects.filter(pk=contact.pk, erased_at=None)
    if not rows.update(**empty, erased_at=now, updated_at=now):
        raise ErasureRefused(_("This contact was erased already."))
    contact.refresh_from_db()
