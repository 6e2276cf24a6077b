"""Two contacts become one: by WhatsApp's own word at once, on a doubt only by a person's decision.

The older contact stays; every row that hangs on the other is moved to it. An app whose rows may exist once a contact
says how two become one (``moves``); all others are moved as they are. The audit trail keeps what the other was and how
many rows were moved, so that a merge can be explained; what a person decided is written down so that it can be undone
(tenants.merge_records, tenants.unmerging).
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from tenants import audit, newest
from tenants.deadlocks import tried_again
from tenants.merge_records import Union
from tenants.models import Contact, ContactMerge, ContactMergeProposal, Identity

Doubt = tuple[Contact, Contact, str, dict[str, str]]  # two contacts, a Reason, its evidence
Mover = Callable[[Union], None]
State = ContactMergeProposal.State

_movers: list[Mover] = []


class DecisionRefused(Exception):
    """The proposal cannot be decided any more; the text is a translated sentence."""


def moves(mover: Mover) -> Mover:
    """Registers ``mover(union)``, which makes way for moving the rest of an app's rows."""
    _movers.append(mover)
    return mover


def propose(doubts: Iterable[Doubt]) -> None:
    """Asks a person whether two contacts are one; once a pair, whatever was decided before."""
    rows = {}
    for one, other, reason, evidence in doubts:
        if one.pk != other.pk:
            _check_one_tenant(one, other)
            older, newer = sorted((one, other), key=lambda contact: contact.pk)
            rows[older.pk, newer.pk] = ContactMergeProposal(
                tenant_id=one.tenant_id, one=older, other=newer, reason=reason, evidence=evidence
            )
    ContactMergeProposal.objects.bulk_create([rows[key] for key in sorted(rows)], ignore_conflicts=True)


@tried_again
def merge(proposal: ContactMergeProposal, actor: Any, now: datetime) -> Contact:
    """A person says that both are one. DecisionRefused when it was decided before."""
    with transaction.atomic():
        proposal = _decide(proposal, State.MERGED, actor, now)
        kept, gone = proposal.one, proposal.other
        if gone is None:
            raise DecisionRefused(_("The other contact does not exist any more."))
        proposal.evidence |= {"merged": gone.display_name}
        proposal.other = None
        proposal.save(update_fields=["other", "evidence"])
        return unite(kept, gone, actor=actor, record=_record(proposal, kept, gone, actor))


def reject(proposal: ContactMergeProposal, actor: Any, now: datetime) -> None:
    """A person says that they are two. DecisionRefused when it was decided before."""
    with transaction.atomic():
        proposal = _decide(proposal, State.REJECTED, actor, now)
        audit.record("contact.merge_rejected", tenant=proposal.tenant, actor=actor, obj=proposal, **proposal.evidence)


def unite(kept: Contact, gone: Contact, *, actor: Any = None, record: ContactMerge | None = None) -> Contact:
    """Moves all that hangs on ``gone`` to ``kept`` and removes ``gone``. Demands a transaction.

    The rows' locks wait for whoever writes to either; who still means ``gone`` afterwards fails and tries again.
    """
    _check_one_tenant(kept, gone)
    locked = {
        row.pk: row for row in Contact.objects.filter(pk__in=[kept.pk, gone.pk]).order_by("pk").select_for_update()
    }
    if len(locked) < 2:
        return kept
    union = Union(kept, gone, record)
    union.remember(Contact.objects.filter(pk__in=locked).order_by("pk"))
    names = list(Identity.objects.filter(contact=gone).values_list("kind", "value"))
    for mover in _movers:
        mover(union)
    _join_proposals(union)
    union.drop(Identity.objects.filter(contact=gone, kind=Identity.Kind.USERNAME, value__in=_usernames(kept)))
    moved = union.move(kept, gone)
    _inherit_words(kept, locked[kept.pk], locked[gone.pk])
    newest.inherit(kept, locked[gone.pk])
    was = {name: str(getattr(locked[gone.pk], name)) for name in ("pk", "name", "profile_name", "address")}
    audit.record("contact.merged", tenant=kept.tenant, actor=actor, obj=kept, was=was, identities=names, moved=moved)
    Contact.objects.filter(pk=gone.pk).delete()
    union.close()
    return kept


def _record(proposal: ContactMergeProposal, kept: Contact, gone: Contact, actor: Any) -> ContactMerge:
    return ContactMerge.objects.create(
        tenant=proposal.tenant,
        proposal=proposal,
        kept=kept,
        gone_pk=gone.pk,
        gone_name=gone.display_name,
        merged_by=actor,
    )


def _inherit_words(kept: Contact, ours: Contact, theirs: Contact) -> None:
    """The name that the company gave, where only the other had one; of the notes both; a block of either."""
    kept.name = ours.name or theirs.name
    kept.note = "\n\n".join(dict.fromkeys(filter(None, (ours.note, theirs.note))))
    blocked = ours if ours.blocked_at else theirs
    kept.blocked_at, kept.block_reason = blocked.blocked_at, blocked.block_reason
    kept.save(update_fields=["name", "note", "blocked_at", "block_reason", "updated_at"])


def _check_one_tenant(one: Contact, other: Contact) -> None:
    if one.tenant_id != other.tenant_id:
        raise ValueError("contacts of two companies are never one")


def _decide(proposal: ContactMergeProposal, state: str, actor: Any, now: datetime) -> ContactMergeProposal:
    rows = ContactMergeProposal.objects.filter(pk=proposal.pk, state=State.OPEN)
    if not rows.update(state=state, decided_by=actor, decided_at=now):
        raise DecisionRefused(_("This was decided before."))
    return ContactMergeProposal.objects.select_related("tenant", "one", "other").get(pk=proposal.pk)


def _join_proposals(union: Union) -> None:
    """Questions about ``gone`` become questions about ``kept``; the one between the two has its answer."""
    kept, gone = union.kept, union.gone
    rows = ContactMergeProposal.objects.filter(Q(one=gone) | Q(other=gone))
    about = [(row, row.other if row.one_id == gone.pk else row.one) for row in rows.select_related("one", "other")]
    union.drop(rows.exclude(other=None))
    for row, third in about:
        if third is not None and third.pk != kept.pk:
            row.pk = None
            row.one, row.other = sorted((kept, third), key=lambda contact: contact.pk)
            ContactMergeProposal.objects.bulk_create([row], ignore_conflicts=True)


def _usernames(contact: Contact) -> list[str]:
    return list(contact.identities.filter(kind=Identity.Kind.USERNAME).values_list("value", flat=True))
