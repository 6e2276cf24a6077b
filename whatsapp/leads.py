"""Leads: one a contact and number, with the source of the earliest message; the only writer of them."""

from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from tenants import audit, rows
from whatsapp.firsts import Contacted
from whatsapp.models import Lead, Message

Pair = tuple[int, int]  # contact id, number id
Origin = Message.Origin
WRITTEN_BY_US = (Origin.OPERATOR, Origin.API, Origin.APP)  # a person or the company's own system, no automatic notice
_FACTS = ["source", "keyword", "ctwa_clid", "source_id", "headline", "referral", "first_message_id", "first_at"]


def follow(contacted: Iterable[Contacted]) -> tuple[list[Lead], list[Lead]]:
    """Makes the leads that are missing, and lets an earlier message tell the source: the new ones, the corrected ones.

    Demands a transaction; unique rows decide between workers.
    """
    first: dict[Pair, Contacted] = {}
    for each in contacted:
        pair = each.contact_id, each.number_id
        first[pair] = min(first.get(pair, each), each, key=_order)
    known = _find(first.keys())
    made = [_lead(first[pair]) for pair in sorted(first.keys() - known.keys())]
    known |= {_pair(lead): lead for lead in rows.insert_missing(made, ["contact", "number"])}
    known |= _find(first.keys() - known.keys())  # another worker was faster
    earlier = [pair for pair in sorted(first) if _order(first[pair]) < _order_of(known[pair])]
    for pair in earlier:
        _tell(known[pair], first[pair])
    rows.update([known[pair] for pair in earlier], _FACTS)
    return [known[_pair(lead)] for lead in made], [known[pair] for pair in earlier]


def note_answers(now: datetime) -> int:
    """New leads to whom somebody of the company has written are being talked with; how many."""
    written = Message.objects.filter(
        contact=OuterRef("contact"), number=OuterRef("number"), origin__in=WRITTEN_BY_US, direction="outbound"
    )
    return Lead.objects.filter(Exists(written), state=Lead.State.NEW).update(state=Lead.State.TALKING, state_at=now)


def decide(lead: Lead, state: str, actor: Any, now: datetime) -> None:
    """A person says what became of it."""
    with transaction.atomic():
        lead.state, lead.state_at = state, now
        lead.save(update_fields=["state", "state_at"])
        audit.record("lead.decided", tenant=lead.tenant, actor=actor, obj=lead, state=state)


def join(kept: Lead, gone: Lead) -> None:
    """Two leads of what turned out to be one person: the earlier facts, a decision before none."""
    if (gone.first_at, gone.first_message_id) < (kept.first_at, kept.first_message_id):
        for name in _FACTS:
            setattr(kept, name, getattr(gone, name))
    if (gone.state in Lead.DECIDED, gone.state != Lead.State.NEW) > (
        kept.state in Lead.DECIDED,
        kept.state != Lead.State.NEW,
    ):
        kept.state, kept.state_at = gone.state, gone.state_at
    gone.delete()
    kept.save()


def _find(pairs: Set[Pair]) -> dict[Pair, Lead]:
    if not pairs:
        return {}
    contacts, numbers = [contact for contact, _ in pairs], {number for _, number in pairs}
    found = Lead.objects.filter(contact__among=contacts, number__in=numbers).order_by("pk")
    return {pair: lead for lead in found if (pair := _pair(lead)) in pairs}


def _pair(lead: Lead) -> Pair:
    return lead.contact_id, lead.number_id


def _lead(first: Contacted) -> Lead:
    lead = Lead(tenant_id=first.tenant_id, contact_id=first.contact_id, number_id=first.number_id)
    _tell(lead, first)
    return lead


def _tell(lead: Lead, first: Contacted) -> None:
    told = {name: value if isinstance(value := first.referral.get(name), str) else "" for name in _OF_AD}
    lead.source, lead.keyword, lead.referral = first.source, first.keyword[:60], dict(first.referral)
    lead.ctwa_clid, lead.source_id = told["ctwa_clid"][:300], told["source_id"][:60]
    lead.headline = told["headline"][:300]
    lead.first_message_id, lead.first_at = first.message_id, first.at


_OF_AD = ("ctwa_clid", "source_id", "headline")


def _order(first: Contacted) -> tuple[datetime, str]:
    return first.at, first.message_id


def _order_of(lead: Lead) -> tuple[datetime, str]:
    return lead.first_at, lead.first_message_id
