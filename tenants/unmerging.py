"""A merge of two contacts is undone: the one that went is back with its old id, and with all that was its own.

Rows that the merge moved, changed or deleted (tenants.merge_records) are as they were, unless somebody changed them
since. What came after the merge is told apart by the name that it bears, a phone or a user id (``parts``, one function
an app); what bears none stays with the contact that was kept. Who was at work on a row at that moment may still mean
the kept contact, so that ``tend`` looks once more for some time.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, ForeignKey, Model, Q
from django.utils.translation import gettext as _

from tenants import audit, merge_records, phones
from tenants.deadlocks import tried_again
from tenants.merge_records import Values
from tenants.models import Contact, ContactMerge, ContactMergeProposal, Identity

STRAGGLERS = timedelta(minutes=15)  # longer than any transaction
Parter = Callable[["Parted"], None]
_parters: list[Parter] = []


class UndoRefused(Exception):
    """The merge cannot be undone; the text is a translated sentence."""


@dataclass
class Parted:
    """Two contacts that are two again. ``again``: they have been for a while, and stragglers are looked for."""

    record: ContactMerge
    kept: Contact
    back: Contact
    now: datetime
    again: bool = False
    told: Counter[str] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        for row in self.back.identities.exclude(kind=Identity.Kind.USERNAME):
            self.names.add(row.match_key)

    def is_of_back(self, name: str) -> bool:
        """Whether a phone or user id is one of those by which the other contact goes."""
        return bool(name) and phones.match_key(name) in self.names


def parts(parter: Parter) -> Parter:
    """Registers ``parter(parted)``, which gives the other contact what came since the merge; it may run again."""
    _parters.append(parter)
    return parter


def refusal(record: ContactMerge, newest: ContactMerge | None, now: datetime) -> str:
    """Why ``record`` cannot be undone, "" when it can; ``newest`` is the last merge into its contact that stands."""
    if record.undone_at:
        return _("This merge was undone already.")
    if now - record.created_at > timedelta(days=settings.CONTACT_MERGE_UNDO_DAYS):
        return _("Too much time has passed since this merge.")
    if newest is not None and newest.pk != record.pk:
        return _("Another contact was joined after this one: undo that first.")
    return ""


@tried_again
def undo(record: ContactMerge, actor: Any, now: datetime) -> Contact:
    """The contact that went is back; answers it. UndoRefused: too late, or not in this order."""
    with transaction.atomic(durable=True):
        record = (
            ContactMerge.objects.select_for_update(of=("self",)).select_related("tenant", "proposal").get(pk=record.pk)
        )
        kept = Contact.objects.select_for_update(no_key=True).get(pk=record.kept_id)
        standing = ContactMerge.objects.filter(kept=kept, undone_at=None).first()
        if reason := refusal(record, standing, now):
            raise UndoRefused(reason)
        merge_records.move_back(record)
        _bring_back(record)
        _set_back(record)
        parted = _part(record, now)
        _say_two_people(record, actor, now)
        record.undone_by, record.undone_at = actor, now
        record.save(update_fields=["undone_by", "undone_at"])
        audit.record(
            "contact.unmerged", tenant=record.tenant, actor=actor, obj=kept, back=record.gone_pk, **parted.told
        )
    return parted.back


def tend(now: datetime) -> None:
    """Stragglers of merges that were undone just now; merges that nobody may undo any more are forgotten."""
    recent = ContactMerge.objects.filter(undone_at__gte=now - STRAGGLERS)
    for record in recent.filter(kept__erased_at=None):
        with transaction.atomic():
            if Contact.objects.filter(pk=record.gone_pk, tenant=record.tenant_id, erased_at=None).exists():
                Contact.objects.select_for_update(no_key=True).get(pk=record.kept_id)
                _part(record, now, again=True)
    ContactMerge.objects.filter(created_at__lt=now - timedelta(days=settings.CONTACT_MERGE_UNDO_DAYS)).delete()


def _part(record: ContactMerge, now: datetime, *, again: bool = False) -> Parted:
    kept, back = Contact.objects.get(pk=record.kept_id), Contact.objects.get(pk=record.gone_pk)
    parted = Parted(record, kept, back, now, again)
    for parter in _parters:
        parter(parted)
    _readdress(parted)
    return parted


def _bring_back(record: ContactMerge) -> None:
    """Rows that went with the merge, in the order in which they were remembered: the contact first."""
    for copy in record.copies:
        if copy["after"] is None:
            model = merge_records.model_of(copy["model"])
            values = _standing(model, copy["before"])
            if all(values.get(each.attname) is not None or each.null for each in _foreign_keys(model)):
                _write(partial(merge_records.row_of(model, values).save_base, raw=True, force_insert=True))


def _set_back(record: ContactMerge) -> None:
    """Of rows that the merge changed, the columns that nobody changed since."""
    changed = {(copy["model"], copy["pk"]): copy for copy in record.copies if copy["after"] is not None}
    for key, row in merge_records.find_rows(changed).items():
        before, after = changed[key]["before"], changed[key]["after"]
        now = merge_records.values_of(row)
        own = {name: value for name, value in before.items() if value != after.get(name) == now.get(name)}
        columns = {each.attname: each for each in row._meta.concrete_fields}
        fresh = {name: merge_records.read(columns[name], value) for name, value in _standing(type(row), own).items()}
        if fresh:
            _write(partial(type(row)._base_manager.filter(pk=row.pk).update, **fresh))


def _write(act: Callable[[], Any]) -> None:
    """Does it, unless something of the same name stands there anew."""
    with suppress(IntegrityError), transaction.atomic():
        act()


def _standing(model: type[Model], values: Values) -> Values:
    """Without what names a row that is gone by now."""
    named = {each.attname: each.related_model for each in _foreign_keys(model)}
    return {
        name: value
        for name, value in values.items()
        if name not in named or value is None or named[name]._base_manager.filter(pk=value).exists()
    }


def _foreign_keys(model: type[Model]) -> list[Any]:
    return [each for each in model._meta.concrete_fields if isinstance(each, ForeignKey)]


def _readdress(parted: Parted) -> None:
    """An address that is the other contact's goes with it; the kept one is written to by what is left."""
    kept, back = parted.kept, parted.back
    if parted.is_of_back(kept.address):
        back.address, back.address_at = kept.address, kept.address_at
        back.save(update_fields=["address", "address_at"])
        left = kept.identities.exclude(kind=Identity.Kind.USERNAME).filter(replaced_at=None)
        newest = left.order_by(F("kind").desc(), "-created_at").values_list("value", flat=True).first()
        Contact.objects.filter(pk=kept.pk).update(address=newest or "", address_at=None)


def _say_two_people(record: ContactMerge, actor: Any, now: datetime) -> None:
    """The question has its answer; those about the other contact are about it again."""
    two = ContactMergeProposal.State.REJECTED
    if record.proposal_id:
        question = ContactMergeProposal.objects.filter(pk=record.proposal_id)
        question.update(other=record.gone_pk, state=two, decided_by=actor, decided_at=now)
    about = ContactMergeProposal.objects.for_tenant(record.tenant)
    moved = about.filter(Q(one=record.kept_id) | Q(other=record.kept_id), created_at__gte=record.created_at)
    for row in about.filter(Q(one=record.gone_pk) | Q(other=record.gone_pk)):
        moved.filter(reason=row.reason, evidence=row.evidence).exclude(pk=row.pk).delete()
