"""Labels on contacts: a word that is new becomes a label of the company, the same word again is the same label."""

import zlib
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from tenants import audit
from tenants.models import Contact, ContactLabel, Label, Tenant

MOST = 200  # labels that a page offers


def of_tenant(tenant: Tenant) -> QuerySet[Label]:
    """The labels that a page offers, by name."""
    return Label.objects.for_tenant(tenant).order_by("name")[:MOST]


def put(contact: Contact, name: str, actor: Any = None) -> Label:
    """Puts the label of this name (not empty, at most 40 characters) on the contact; said twice it is there once."""
    with transaction.atomic(durable=True):
        label = _find(contact, name) or _make(contact, name)
        _row, is_new = ContactLabel.objects.get_or_create(
            contact=contact, label=label, defaults={"tenant_id": contact.tenant_id}
        )
        if is_new:
            audit.record("contact.labelled", tenant=contact.tenant, actor=actor, obj=contact, name=label.name)
    return label


def take_off(contact: Contact, label_id: int, actor: Any = None) -> None:
    """Takes a label off the contact; one that it does not have is none to take off."""
    with transaction.atomic(durable=True):
        row = ContactLabel.objects.select_related("label").filter(contact=contact, label=label_id).first()
        if row and row.delete()[0]:
            audit.record("contact.unlabelled", tenant=contact.tenant, actor=actor, obj=contact, name=row.label.name)


def _find(contact: Contact, name: str) -> Label | None:
    rows = Label.objects.for_tenant(contact.tenant_id).alias(folded=Lower("name"))
    return rows.filter(folded=Lower(Value(name))).first()


def _make(contact: Contact, name: str) -> Label:
    """The colour follows from the word, so that colleagues' labels differ without anybody choosing."""
    tones = Label.Tone.values
    tone = tones[zlib.crc32(name.lower().encode()) % len(tones)]
    label = Label(tenant_id=contact.tenant_id, name=name, tone=tone)
    Label.objects.bulk_create([label], ignore_conflicts=True)
    return _find(contact, name) or label
